"""Numbers of documents in what payers write, as banks of several countries pass it on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.cash_app.open_items.domain.document_number import reference_key
from services.cash_app.remittance_text.domain.mentions import Mention, choose, read_mentions, unknown_numbers

NUMBERS = [
    "1000-00000031", "1000-00000032", "1000-00000033", "1000-00000134", "1000-CM-00000001", "SO-11", "PO-4711",
    "4003", "4004", "4005", "4007", "INV-77123",
]  # fmt: skip


def found(text: str, numbers: Sequence[str] = NUMBERS) -> list[str]:
    """The documents that the text names, of those known by these numbers."""
    known: dict[str, list[str]] = {}
    for number in numbers:
        known.setdefault(reference_key(number), []).append(number)

    def answer(mention: Mention, key: str) -> tuple[Sequence[str], bool]:
        return known.get(key, ()), True

    return [number for one in choose(read_mentions(text), answer) for number in one.documents]


def unknown(text: str, numbers: Sequence[str] = NUMBERS) -> list[str]:
    known = {reference_key(number): [number] for number in numbers}
    mentions = read_mentions(text)
    return [m.written for m in unknown_numbers(mentions, choose(mentions, lambda m, key: (known.get(key, ()), True)))]


@pytest.mark.parametrize(
    "text",
    [
        "INV 1000-00000031", "Invoice no. 1000-00000031 thank you", "inv.1000-00000031", "INVOICE:1000-00000031",
        "Rechnung Nr. 1000-00000031 vom 10.03.2026 über 119,00 EUR", "Re.-Nr. 1000/00000031", "RE1000-00000031",
        "RG 1000 00000031", "Rechn. 100000000031", "Rg.Nr: 1000-31", "RNR 1000-0031 Kd-Nr. 4711-9",
        "Faktura 1000-00000031 z dnia 10.03.2026", "FV 1000-00000031", "zapłata za fakturę 1000/00000031",
        "Factuur 1000-00000031 dd 10-03-2026", "factuurnr. 1000.00000031", "FACT NR 1000-00000031",
        "Facture n° 1000-00000031 du 10/03/2026", "FA 1000-00000031",
        "paiement facture 1000-00000031 montant 200,00 EUR",
        "1000-00000031", "1000 - 00000031", "1000–00000031", "#1000-00000031", "(1000-00000031)", "inv1000-00000031,",
        "SVWZ+Rechnung 1000-00000031 EREF+NOTPROVIDED", "Beleg 1000-00000031 Skonto 2% 4,00 EUR",
        "Invoice 1000-00000\n031", "Rechnungsnummer 1000-000000 31", "INVOICE 1000-\n00000031", "1000-0000003 1",
    ],
)  # fmt: skip
def test_one_invoice_however_it_is_written(text: str) -> None:
    assert found(text) == ["1000-00000031"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1000-00000031 1000-00000032 1000-00000033 thank you", ["1000-00000031", "1000-00000032", "1000-00000033"]),
        ("Inv 4003, 4004 u. 4007", ["4003", "4004", "4007"]),
        ("Rechnungen 4003 und 4004 sowie 4007", ["4003", "4004", "4007"]),
        ("4003+4004+4007", ["4003", "4004", "4007"]),
        ("factures 4003, 4004 et 4005", ["4003", "4004", "4005"]),
        ("facturen 4003 en 4005", ["4003", "4005"]),
        ("faktury 4003 i 4005", ["4003", "4005"]),
        ("invoices 4003/4004/4005", ["4003", "4004", "4005"]),
        ("inv 4003/04/05", ["4003", "4004", "4005"]),
        ("inv 4003-4005", ["4003", "4004", "4005"]),
        ("inv. 4003 to 4005", ["4003", "4004", "4005"]),
        ("Rechnungen 4003 bis 4005", ["4003", "4004", "4005"]),
        ("Facturas 1000-00000031 a 1000-00000033", ["1000-00000031", "1000-00000032", "1000-00000033"]),
        ("請求書番号 1000-00000031~1000-00000033", ["1000-00000031", "1000-00000032", "1000-00000033"]),
        ("facturen 4003 t/m 4005", ["4003", "4004", "4005"]),
        ("faktury 4003 do 4005", ["4003", "4004", "4005"]),
        ("Rg. 4003-05", ["4003", "4004", "4005"]),
        ("1000-00000031 - 1000-00000033", ["1000-00000031", "1000-00000032", "1000-00000033"]),
        ("1000-31 to 33", ["1000-00000031", "1000-00000032", "1000-00000033"]),
        ("Re 4003 vom 01.03.2026, 4004 vom 02.03.2026", ["4003", "4004"]),
        ("inv 4003 EUR 100,00 inv 4004 EUR 60,00", ["4003", "4004"]),
        ("invoice 1000-00000031 less credit note 1000-CM-00000001", ["1000-00000031", "1000-CM-00000001"]),
        ("PO 4711", ["PO-4711"]),
        ("your order SO-11", ["SO-11"]),
        ("Best.-Nr. PO-4711", ["PO-4711"]),
        ("INV77123", ["INV-77123"]),
        ("invoice INV 77123", ["INV-77123"]),
    ],
)
def test_lists_ranges_orders_and_credit_memos(text: str, numbers: list[str]) -> None:
    assert found(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013000", "IBAN DE89 3704 0044 0532 0130 00", "RF18539007547034", "RF18 5390 0754 7034",
        "10.03.2026", "2026-03-10", "10/03/26", "10 Mar 2026", "March 2026", "03/2026", "200.00", "1.234,56 EUR",
        "EUR 2003", "2003,00", "2003 EUR", "USD 2003", "Tel. 0211 2003 2004", "+49 211 20032004", "fax 2003-2005",
        "USt-IdNr. DE123456789", "VAT DE 2003 2004", "NIP 521-301-72-28", "BTW NL123456789B01", "St.-Nr. 133/2003/2004",
        "Konto 2003200420", "account no 2003 2004 20", "BLZ 370 400 44", "D-10115 Berlin", "00-950 Warszawa",
        "Mandat 2003", "Gläubiger-ID DE98ZZZ09999999999", "2% Skonto", "thank you", "",
        "0b9d9c0e-5d3a-5a57-8a3c-6f1d2e4b7c90",
        "info2003@example.com",
    ],
)  # fmt: skip
def test_other_numbers_are_no_documents(text: str) -> None:
    numbers = ["2003", "2004", "2005", "2026", "200", "1234", "123456789", "10115", "100326", "10032026", "2003200420"]
    assert found(text, numbers) == []
    assert unknown(text, numbers) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Invoice 9999-17", ["9999-17"]),
        ("Rechnung 99991", ["99991"]),
        ("our order SO-4713", ["SO-4713"]),
        ("Zahlung fuer Rechnungen 99991 und 99992", ["99991", "99992"]),
        ("Re: your letter of 1 March 2026", []),
        ("re 2026", []),
        ("invoice for March 2026", []),
        ("4711 thank you", []),
    ],
)
def test_a_number_called_a_document_is_one_though_it_is_not_known(text: str, numbers: list[str]) -> None:
    assert unknown(text) == numbers


def test_a_long_text_of_numbers_is_read_in_time() -> None:
    text = " ".join(f"1000-{n}" for n in range(900))
    assert len(found(text, [f"1000-{n}" for n in range(50)])) == 50
