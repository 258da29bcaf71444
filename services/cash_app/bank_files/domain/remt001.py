"""ISO 20022 remt.001, remittance advice: what a payer reports of a payment that travels on its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import Advice, BankFile, Control
from services.cash_app.bank_files.domain.iso20022 import Element, Message, let_go, place_of
from services.cash_app.bank_files.domain.iso20022_remittance import named_documents
from services.cash_app.bank_files.domain.read_context import Limits, ReadContext
from services.cash_app.bank_files.domain.remittance import understand
from services.cash_app.payments.domain.account_number import account_key


def read_remt001(content: bytes, limits: Limits) -> BankFile:
    """Raises UnreadableFile with every element that is wrong."""
    context = ReadContext(limits)
    message = Message(content, "remt.001", context)
    advices: list[Advice] = []
    controls: list[Control] = []
    identity, created = "", None
    for element in message.elements("GrpHdr", "RmtInf"):
        if element.tag.rpartition("}")[2] == "GrpHdr":
            identity, created = message.text(element, "MsgId"), parsing.iso_date(message.text(element, "CreDtTm"))
            continue
        context.count_entry(place_of(element))
        advice = _advice(message, element, f"{identity}/{len(advices) + 1}", created, context)
        if advice is not None:
            advices.append(advice)
            paid = sum((line.amount for line in advice.lines), Decimal(0))
            controls.append(Control(advice.place, "the sum of the documents' amounts", advice.amount, paid))
        let_go(element)
    if not advices:
        context.fail("Document", "there is no RmtInf in it that names a document")
    context.raise_errors()
    return BankFile("remt.001", advices=tuple(advices), controls=tuple(controls))


def _advice(
    message: Message, element: Element, identity: str, created: date | None, context: ReadContext
) -> Advice | None:
    place = place_of(element)
    payment = _first(element, "OrgnlPmtInf")
    stated = next((found for name in ("InstdAmt", "Amt") if (found := _first(payment, name)) is not None), None)
    amount, currency = (parsing.decimal(stated.text or ""), stated.get("Ccy", "")) if stated is not None else (None, "")
    if not currency:
        currency = next((e.get("Ccy") for e in element.iter() if isinstance(e.tag, str) and e.get("Ccy")), "")
    documents, _, _ = named_documents(message, message.all(element, "Strd"), currency)
    lines = understand(documents, amount or Decimal(0)).lines
    if amount is None:
        amount = sum((line.amount for line in lines), Decimal(0))
    advised_on = created or parsing.iso_date(_text(element, "ReqdExctnDt"))
    if not lines:
        context.add_error(place, "no document is named with an amount (Strd/RfrdDocInf and Strd/RfrdDocAmt/RmtdAmt)")
    elif not parsing.known_currency(currency):
        context.unknown_currency(place, currency)
    elif amount <= 0 or advised_on is None:
        part = "its date (GrpHdr/CreDtTm)" if amount > 0 else f"its amount {amount} (OrgnlPmtInf/Amt)"
        context.add_error(place, f"the payment of an advice needs an amount above zero and a date: {part} is none")
    elif not all(parsing.fits(value, currency) for value in (amount, *(line.amount for line in lines))):
        context.add_error(place, f"an amount has more places than {currency} is accounted in")
    else:
        trace = _text(element, "EndToEndId") or _text(element, "TxId") or _text(element, "InstrId")
        debtor, creditor = _first(element, "DbtrAcct"), _first(element, "CdtrAcct")
        payer = _first(element, "Dbtr")
        return Advice(
            place=place, advice_id=parsing.plain(_text(element, "RmtId") or identity, 60),
            account=_account(creditor), currency=currency, amount=amount, advised_on=advised_on,
            trace_number=parsing.reference(trace),
            payer_account=_account(debtor), payer_name=parsing.plain(_text(payer, "Nm"), 200), lines=lines,
        )  # fmt: skip
    return None


def _account(element: Element | None) -> str:
    """An account's IBAN, else its other number."""
    return account_key(_text(element, "IBAN") or _text(_first(element, "Othr"), "Id"))


def _first(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(iter(element.iter(f"{{*}}{name}")), None)


def _text(element: Element | None, name: str) -> str:
    found = _first(element, name)
    return "" if found is None else str(found.text or "").strip()
