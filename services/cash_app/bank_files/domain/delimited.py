"""CSV: remittance lists as each payer writes them, by a mapping that is kept for the payer, and card settlements."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import Advice, BankFile, Bundle, Control, Entry, Statement
from services.cash_app.bank_files.domain.read_context import Limits, ReadContext
from services.cash_app.bank_files.domain.remittance import NamedDocument, remittance_lines
from services.cash_app.payments.domain.account_number import account_key
from shared.contracts.event import Currency, Identifier

Column = Annotated[str, Field(min_length=1, max_length=100)]

CARD_COLUMNS: Final = (
    "settlement_id", "settled_on", "account", "currency", "transaction_id", "kind", "customer_id", "document_number",
    "gross", "fee", "net",
)  # fmt: skip
"""Kinds of row: sale, refund, chargeback, and one `total` per settlement, which the others must add up to."""
_CARD_KINDS: Final = frozenset({"sale", "refund", "chargeback", "total"})


class RemittanceMapping(BaseModel):
    """How one payer writes remittance lists: which column holds what. Column names as in the file's first line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company_id: Identifier
    currency: Currency
    customer_id: Identifier | None = None
    """Our number of the payer, if all of its lists are for one customer."""
    document_column: Column
    amount_column: Column
    discount_column: Column | None = None
    trace_column: Column | None = None
    """Check number, ACH trace or the like; the lines of one value are one payment. Without: the list is one."""
    date_column: Column | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[,;\t|]$")] = ","
    decimal_mark: Literal[".", ","] = "."
    date_format: Annotated[str, Field(max_length=20, pattern=r"^[%A-Za-z0-9./ -]+$")] = "%Y-%m-%d"
    """As strptime reads it, e.g. %m/%d/%Y."""


def read_remittance_csv(content: bytes, mapping: RemittanceMapping, received_on: date, limits: Limits) -> BankFile:
    """Dated by the day it was received where the list has no dates. Raises UnreadableFile with every wrong line."""
    context = ReadContext(limits)
    found: dict[str, list[NamedDocument]] = {}
    first: dict[str, tuple[str, date]] = {}
    wanted = [mapping.document_column, mapping.amount_column]
    wanted += [c for c in (mapping.discount_column, mapping.trace_column, mapping.date_column) if c]
    for place, row in _rows(content, mapping.delimiter, wanted, context):
        amount = _amount(row[mapping.amount_column], mapping)
        discount = _amount(row[mapping.discount_column] or "0", mapping) if mapping.discount_column else Decimal(0)
        on = _date(row[mapping.date_column], mapping.date_format) if mapping.date_column else received_on
        if not row[mapping.document_column].strip() or amount is None or discount is None or on is None:
            context.add_error(place, "document number, amount, discount or date cannot be read by this payer's mapping")
            continue
        trace = parsing.plain(row[mapping.trace_column], 60) if mapping.trace_column else ""
        first.setdefault(trace, (place, on))
        found.setdefault(trace, []).append(NamedDocument(row[mapping.document_column], amount, abs(discount)))
    advices = []
    for trace, lines in found.items():
        total = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
        named = remittance_lines(lines)
        if total <= 0 or not named:
            context.add_error(first[trace][0], f"the lines of payment {trace or '(the list)'!r} add up to {total}")
            continue
        place, on = first[trace]
        advices.append(
            Advice(
                place=place, advice_id="", account="", currency=mapping.currency, amount=total, advised_on=on,
                trace_number=trace, customer_id=mapping.customer_id or "", lines=named,
            )
        )  # fmt: skip
    if not advices and not context.errors:
        context.fail("line 1", "there is no line below the headings")
    context.raise_errors()
    return BankFile("remittance-csv", advices=tuple(advices))


def read_card_settlement(content: bytes, limits: Limits) -> BankFile:
    """Card settlements: what was sold, what the acquirer keeps, what it pays. Raises UnreadableFile."""
    context = ReadContext(limits)
    settlements: dict[str, list[tuple[str, dict[str, str], Decimal, Decimal, Decimal]]] = {}
    for place, row in _rows(content, ",", list(CARD_COLUMNS), context):
        context.count_entry(place)
        amounts = [parsing.decimal(row[name]) for name in ("gross", "fee", "net")]
        gross, fee, net = amounts
        currency = row["currency"].strip()
        if not parsing.known_currency(currency):
            context.unknown_currency(place, currency)
        elif gross is None or fee is None or net is None:
            unread = [name for name, amount in zip(("gross", "fee", "net"), amounts, strict=True) if amount is None]
            context.add_error(place, f"{', '.join(unread)} cannot be read: expected are amounts such as 1234.56")
        elif not all(parsing.fits(amount, currency) for amount in (gross, fee, net)):
            context.add_error(place, f"an amount has more places than {currency} is accounted in")
        elif row["kind"] not in _CARD_KINDS or not row["settlement_id"].strip() or not row["transaction_id"].strip():
            context.add_error(
                place, f"kind {row['kind'][:20]!r}: sale, refund, chargeback or total; ids must not be empty"
            )
        else:
            settlements.setdefault(parsing.plain(row["settlement_id"], 60), []).append((place, row, gross, fee, net))
    controls: list[Control] = []
    statements = [_settlement(name, rows, controls, context) for name, rows in settlements.items()]
    if not statements and not context.errors:
        context.fail("line 1", "there is no line below the headings")
    context.raise_errors()
    return BankFile("card-csv", tuple(s for s in statements if s is not None), controls=tuple(controls))


def _settlement(
    name: str,
    rows: list[tuple[str, dict[str, str], Decimal, Decimal, Decimal]],
    controls: list[Control],
    context: ReadContext,
) -> Statement | None:
    place, head = rows[0][0], rows[0][1]
    on = parsing.iso_date(head["settled_on"])
    account, currency = account_key(head["account"]), head["currency"].strip()
    same = all((r["account"], r["currency"], r["settled_on"]) == (head["account"], head["currency"], head["settled_on"])
               for _, r, *_ in rows)  # fmt: skip
    totals = [row for row in rows if row[1]["kind"] == "total"]
    if on is None or not account or not same or len(totals) != 1:
        context.add_error(
            place, f"settlement {name!r} needs one account, currency and date on all its lines, and one total"
        )
        return None
    entries, gross, fee = [], Decimal(0), Decimal(0)
    for where, row, amount, kept, net in rows:
        controls.append(Control(where, "gross less fee", net, amount - kept))
        if row["kind"] != "total":
            gross, fee = gross + amount, fee + kept
            entries += _card_entry(where, row, amount, on, context)
    _, _, total_gross, total_fee, total_net = totals[0]
    controls += [
        Control(totals[0][0], f"the gross total of settlement {name}", total_gross, gross),
        Control(totals[0][0], f"the fee total of settlement {name}", total_fee, fee),
    ]
    bundle = Bundle(name, "card", total_gross, total_fee, total_net, on, len(entries))
    return Statement(place, "card", account, currency, name, on, None, None, tuple(entries), (bundle,))


def _card_entry(place: str, row: dict[str, str], gross: Decimal, on: date, context: ReadContext) -> list[Entry]:
    """A sale is a payment of its gross amount; what goes back to the card holder returns one."""
    sale = row["kind"] == "sale"
    if (gross > 0) != sale:
        context.add_error(place, f"a {row['kind']} of {gross}: a sale is above zero, what goes back below")
        return []
    document = row["document_number"]
    transaction = parsing.plain(row["transaction_id"], 60)
    return [
        Entry(
            place=place, kind="payment" if sale else "return", amount=gross, currency=row["currency"].strip(),
            value_date=on, booked_on=on, reference=transaction if sale else f"{transaction}-{row['kind']}",
            trace_number=transaction, original_reference="" if sale else transaction, method="card",
            customer_id=parsing.plain(row["customer_id"], 60), details=parsing.plain(document, 80),
            remittance=remittance_lines([NamedDocument(document, gross)]) if sale else (),
            reason_code="" if sale else row["kind"], reason="" if sale else f"card {row['kind']} of {transaction}",
        )
    ]  # fmt: skip


def _rows(
    content: bytes, delimiter: str, wanted: list[str], context: ReadContext
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows below the headings, by heading. Every row must have as many fields as there are headings."""
    numbers: list[int] = []

    def texts() -> Iterator[str]:
        for number, line in parsing.lines_of(content, context):
            numbers.append(number)
            yield line.replace("\0", " ")

    rows = csv.reader(texts(), delimiter=delimiter)
    headings: list[str] = []
    try:
        for row in rows:
            place = f"line {numbers[-1]}"
            if not headings:
                headings = [heading.strip() for heading in row]
                missing = [name for name in wanted if name not in headings]
                if missing:
                    context.fail(place, f"no column {', '.join(missing)}: the columns are {', '.join(headings)[:300]}")
            elif len(row) != len(headings):
                context.add_error(place, f"{len(row)} fields where the headings are {len(headings)}")
            else:
                yield place, dict(zip(headings, row, strict=True))
    except csv.Error as error:
        context.fail(f"line {numbers[-1] if numbers else 1}", f"this is no CSV: {error}")


def _amount(text: str, mapping: RemittanceMapping) -> Decimal | None:
    """An amount in the payer's writing, with or without thousands marks; what does not fit the currency is none."""
    grouping = "," if mapping.decimal_mark == "." else "."
    plain = text.strip().replace(grouping, "").replace(" ", "").replace("'", "").replace(mapping.decimal_mark, ".")
    amount = parsing.decimal(plain.lstrip("$€£"))
    return amount if amount is not None and parsing.fits(amount, mapping.currency) else None


def _date(text: str, written: str) -> date | None:
    try:
        read = datetime.strptime(text.strip(), written)  # noqa: DTZ007  # a date without a time has no zone
    except ValueError:
        return None
    return parsing.day(read.year, read.month, read.day)
