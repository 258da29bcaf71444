"""The words around a number in a payer's text that say what the number is, in the languages of our payers.

Text is compared in capitals without accents, so "Zamówienie" is ZAMOWIENIE.
"""

from __future__ import annotations

from typing import Final, Literal

Label = Literal["", "invoice", "credit_memo", "order", "customer"]
"""What the payer calls the number; empty where the text does not say. An order is ours or the customer's own."""

_WORDS: Final[dict[Label, str]] = {
    "invoice": (
        "INV INVS INVOICE INVOICES INVNO INVNR INVOICENO INVOICENR BILL BILLS DOC DOCUMENT DOCUMENTS DOCS "
        "RECHNUNG RECHNUNGEN RECHN RECH RECHNUNGSNR RECHNUNGSNUMMER RECHNUNGNR RECHNR RG RGNR RGN RE RENR RNR RN "
        "BELEG BELEGE BELEGNR BELEGNUMMER FAKTURA FAKTUREN FAKTURY FAKTURE FAKTUR FAKT FAKTNR FAKTURANR FVS FV FA FAK "
        "FACTUUR FACTUREN FACT FACTNR FACTUURNR FACTUURNUMMER FACTUURNUMMERS FACTUURNRS FCT "
        "FACTURE FACTURES FAC FACTS FATTURA FATTURE FACTURA FACTURAS FATURA NOTA DEBIT DEDUCTION CHARGE CHARGES"
    ),
    "credit_memo": (
        "CREDIT CREDITNOTE CREDITMEMO CREDITNOTA CREDITNR CM CN GUTSCHRIFT GUTSCHRIFTEN GUTSCHR GS GSNR AVOIR AVOIRS "
        "KOREKTA KOREKTY KOR NOTE MEMO"
    ),
    "order": (
        "ORDER ORDERS ORDERNO ORDERNR SO PO PONO PONR PURCHASEORDER ORD AUFTRAG AUFTRAEGE AUFTRAGE AUFTRAGSNR AUFTR AUFTRNR "
        "AUFTRAGSNUMMER BESTELLUNG BESTELLUNGEN BESTELLNR BESTELLNUMMER BESTELLUNGSNR BEST BESTNR BESTELL BESTELLING BESTELNR "
        "BESTELBON OPDRACHT ORDERNUMMER COMMANDE COMMANDES CDE CMDE BC ZAMOWIENIE ZAMOWIENIA ZAM PEDIDO ORDINE"
    ),
    "customer": (
        "CUSTOMER CUSTOMERNO CUST CUSTNO CUSTNR CUSTOMERNR KUNDE KUNDEN KUNDENNR KUNDENNUMMER KDNR KD KUNDNR DEBITOR "
        "DEBITORENNR DEBITEUR DEBITEURNR DEBNR KLANT KLANTNR KLANTNUMMER CLIENT CLIENTE KLIENT KLIENTA KONTRAHENT KONTRAHENTA"
    ),
}
LABELS: Final[dict[str, Label]] = {word: label for label, words in _WORDS.items() for word in words.split()}
WEAK_LABELS: Final = frozenset(
    [
        "RE",
        "FA",
        "FV",
        "SO",
        "BC",
        "GS",
        "CN",
        "CM",
        "KD",
        "RN",
        "DOC",
        "BILL",
        "NOTA",
        "DEBIT",
        "CREDIT",
        "NOTE",
        "MEMO",
        "CHARGE",
        "CHARGES",
        "BEST",
        "KOR",
        "ZAM",
        "PO",
        "ORD",
        "FAC",
        "FACT",
        "RECH",
        "CLIENT",
        "BELEG",
        "ORDER",
        "ORDERS",
        "DOCUMENT",
        "DOCUMENTS",
        "DOCS",
    ]
)
"""Words that stand for much else: they label a number that is known, but alone they make no unknown number a document."""

NEUTRAL: Final = frozenset(
    [
        "NR",
        "NO",
        "NOS",
        "N",
        "NRS",
        "NUM",
        "NUMS",
        "NUMBER",
        "NUMBERS",
        "NUMMER",
        "NUMMERN",
        "NUMMERS",
        "NUMER",
        "NUMERY",
        "NUMERO",
        "NBR",
        "NRO",
        "NRN",
        "NUMEROS",
        "ID",
        "OUR",
        "YOUR",
        "UNSERE",
        "UNSER",
        "IHRE",
        "IHR",
        "EURE",
        "ONZE",
        "UW",
        "VOTRE",
        "NOTRE",
        "NASZ",
        "NASZA",
        "MEMO",
        "PURCHASE",
        "SALES",
    ]
)
"""Words between a label and its number."""
CONNECTORS: Final = frozenset(["AND", "U", "UND", "EN", "ET", "I", "ORAZ", "E", "Y", "SOWIE", "PLUS", "OG"])
RANGE_WORDS: Final = frozenset(["TO", "BIS", "TM", "TOT", "THROUGH", "THRU", "AU", "DO", "UNTIL", "TILL"])
DATE_WORDS: Final = frozenset(
    [
        "VOM",
        "VON",
        "DATED",
        "DATE",
        "DD",
        "DU",
        "DEL",
        "Z",
        "DNIA",
        "VAN",
        "DATUM",
        "OF",
        "FROM",
        "DATA",
        "AM",
        "ON",
        "DE",
        "DES",
        "JANUARY",
        "JANUAR",
        "JAN",
        "FEBRUARY",
        "FEBRUAR",
        "FEB",
        "MARCH",
        "MARZ",
        "MAR",
        "MRT",
        "APRIL",
        "APR",
        "MAY",
        "MAI",
        "JUNE",
        "JUNI",
        "JUN",
        "JULY",
        "JULI",
        "JUL",
        "AUGUST",
        "AUG",
        "SEPTEMBER",
        "SEP",
        "SEPT",
        "OCTOBER",
        "OKTOBER",
        "OCT",
        "OKT",
        "NOVEMBER",
        "NOV",
        "DECEMBER",
        "DEZEMBER",
        "DEC",
        "DEZ",
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "PLN",
    ]
)
"""Words that may stand beside a date or an amount within a list of documents: the label before them still holds."""
