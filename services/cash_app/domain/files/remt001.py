"""ISO 20022 remt.001, remittance advice: what a payer says of a payment that travels on its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.normal_form import Advice, BankFile, Control, Limits, Reading
from services.cash_app.domain.files.xml import Element, Message, let_go, place_of, structured_remittance


def read_remt001(content: bytes, limits: Limits) -> BankFile:
    """Raises Unreadable with every element that is wrong."""
    reading = Reading(limits)
    message = Message(content, "remt.001", reading)
    advices: list[Advice] = []
    controls: list[Control] = []
    identity, created = "", None
    for element in message.elements("GrpHdr", "RmtInf"):
        if element.tag.endswith("}GrpHdr"):
            identity, created = message.text(element, "MsgId"), figures.iso_date(message.text(element, "CreDtTm"))
            continue
        reading.entry(place_of(element))
        advice = _advice(message, element, f"{identity}/{len(advices) + 1}", created, reading)
        if advice is not None:
            advices.append(advice)
            paid = sum((line.amount for line in advice.lines), Decimal(0))
            controls.append(Control(advice.place, "the sum of the documents' amounts", advice.amount, paid))
        let_go(element)
    if not advices:
        reading.give_up("Document", "there is no RmtInf in it that names a document")
    reading.done()
    return BankFile("remt.001", advices=tuple(advices), controls=tuple(controls))


def _advice(message: Message, element: Element, identity: str, created: date | None, reading: Reading) -> Advice | None:
    place = place_of(element)
    stated = next((_first(element, name) for name in ("InstdAmt", "Amt") if _first(element, name) is not None), None)
    amount, currency = (figures.decimal(stated.text or ""), stated.get("Ccy", "")) if stated is not None else (None, "")
    lines, _ = structured_remittance(message, message.all(element, "Strd"), amount or Decimal(0))
    if not currency:
        currency = next((e.get("Ccy") for e in element.iter() if isinstance(e.tag, str) and e.get("Ccy")), "")
    if amount is None:
        amount = sum((line.amount for line in lines), Decimal(0))
    advised_on = created or figures.iso_date(_text(element, "ReqdExctnDt"))
    if not lines:
        reading.wrong(place, "no document is named with an amount (Strd/RfrdDocInf and Strd/RfrdDocAmt/RmtdAmt)")
    elif amount <= 0 or not figures.known_currency(currency) or advised_on is None:
        reading.wrong(place, "amount, currency or date of the payment cannot be read")
    elif not all(figures.fits(value, currency) for value in (amount, *(line.amount for line in lines))):
        reading.wrong(place, f"an amount has more places than {currency} is accounted in")
    else:
        trace = _text(element, "EndToEndId") or _text(element, "TxId") or _text(element, "InstrId")
        debtor, creditor = _first(element, "DbtrAcct"), _first(element, "CdtrAcct")
        payer = _first(element, "Dbtr")
        return Advice(
            place=place, advice_id=figures.plain(_text(element, "RmtId") or identity, 60),
            account=_account(creditor), currency=currency, amount=amount, advised_on=advised_on,
            trace_number="" if trace.upper() == "NOTPROVIDED" else figures.plain(trace, 60),
            payer_account=_account(debtor), payer_name=figures.plain(_text(payer, "Nm"), 200), lines=lines,
        )  # fmt: skip
    return None


def _account(element: Element | None) -> str:
    """An account's IBAN, else its other number."""
    return figures.account_key(_text(element, "IBAN") or _text(_first(element, "Othr"), "Id"))


def _first(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(iter(element.iter(f"{{*}}{name}")), None)


def _text(element: Element | None, name: str) -> str:
    found = _first(element, name)
    return "" if found is None else str(found.text or "").strip()
