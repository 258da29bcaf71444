"""Loading what payments settled: applications as they were booked, with their items and pending documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from services.cash_app.corrections.domain.booked_line import BookedLine
from services.cash_app.corrections.domain.reversal import BookedApplication, PaymentHistory
from services.cash_app.open_items.store import tax_parts_from_json
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.work import CashWork
from shared.kernel.money import round_half_up


async def load_histories(payments: Iterable[Payment], uow: CashWork) -> dict[str, PaymentHistory]:
    """By payment id, what payments settled and was not reversed; all items are locked and held by the unit of work."""
    wanted = {payment.payment_id: payment for payment in payments}
    applications = await _live_applications(sorted(wanted), uow)
    pending = await uow.pending_of(wanted.values())
    return {
        payment_id: PaymentHistory(
            applications.get(payment_id, ()),
            _items_of(applications.get(payment_id, ()), uow),
            pending.get(payment_id, ()),
        )
        for payment_id in wanted
    }


async def load_history(payment: Payment, uow: CashWork) -> PaymentHistory:
    """What one payment settled and was not reversed, and what it waits for."""
    return (await load_histories([payment], uow))[payment.payment_id]


async def _live_applications(payment_ids: Sequence[str], uow: CashWork) -> dict[str, list[BookedApplication]]:
    rows = await uow.fetch("live_applications", payment_ids) if payment_ids else []
    if not rows:
        return {}
    keys = [row["customer_id"] for row in rows], [row["application_id"] for row in rows]
    currencies = {row["application_id"]: (row["currency"], row["paid_currency"]) for row in rows}
    lines: defaultdict[str, dict[int, BookedLine]] = defaultdict(dict)
    for row in await uow.fetch("lines_of_applications", *keys):
        line, of_application = _line(row, *currencies[row["application_id"]]), lines[row["application_id"]]
        of_application[line.line_no] = of_application[line.line_no].less(line) if row["undone"] else line
    if any(line.deduction for of_application in lines.values() for line in of_application.values()):
        for row in await uow.fetch("deductions_of_applications", *keys):
            of_application = lines[row["application_id"]]
            for number, line in of_application.items():
                if line.item_id == row["item_id"] and line.deduction:
                    of_application[number] = replace(line, deductions=(*line.deductions, row["deduction_id"]))
    applications = [_application(row, lines[row["application_id"]].values()) for row in rows]
    await uow.items.load(key for application in applications for key in _items_settled(application))
    found: defaultdict[str, list[BookedApplication]] = defaultdict(list)
    for application in applications:
        found[application.payment_id].append(application)
    return dict(found)


def _items_settled(application: BookedApplication) -> Iterator[tuple[str, str]]:
    """The items of an application, and the deductions that it opened."""
    for line in application.lines:
        yield line.customer_id, line.item_id
        for deduction_id in line.deductions:
            yield line.customer_id, deduction_id


def _items_of(applications: Iterable[BookedApplication], uow: CashWork) -> dict[tuple[str, str], Any]:
    return {key: uow.items[key] for application in applications for key in _items_settled(application)}


def _application(row: Any, lines: Iterable[BookedLine]) -> BookedApplication:
    return BookedApplication(
        application_id=row["application_id"],
        payment_id=row["payment_id"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        applied_on=row["applied_on"],
        currency=row["currency"],
        lines=tuple(line for line in lines if line.used),
        reversals=row["undone"],
    )


def _line(row: Any, currency: str, paid_currency: str) -> BookedLine:
    taxes = row["discount_taxes"]
    return BookedLine(
        line_no=row["line_no"],
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        currency=currency,
        paid_currency=paid_currency,
        amount=round_half_up(row["amount"], currency),
        discount=round_half_up(row["discount"], currency),
        taxes=() if taxes == "[]" else tax_parts_from_json(taxes),
        tolerance=round_half_up(row["tolerance"], currency),
        deduction=round_half_up(row["deduction"], currency),
        surplus=round_half_up(row["surplus"], currency),
        paid=None if row["paid"] is None else round_half_up(row["paid"], paid_currency),
        exchange_difference=round_half_up(row["exchange_difference"], paid_currency),
        recovered=round_half_up(row["recovered"], currency),
        given_back=round_half_up(row["given_back"], currency),
    )
