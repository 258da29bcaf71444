"""Remittance advice and money find each other, whichever comes first; both wait in a table for the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.cash_app.domain.advice import Joined, Side, join
from services.cash_app.store import CashWork
from shared.contracts.erp import PaymentReceived, RemittanceAdvised, RemittanceLine
from shared.kernel.money import round_half_up

APPLIED_DAYS_BEFORE_MAX: Final = 7
"""Without a trace number, money applied longer ago than this is not what an advice is about."""


@dataclass(frozen=True, slots=True)
class Late:
    """An advice whose money came before it: in suspense, or a customer's, applied or not."""

    advice: RemittanceAdvised
    payment_id: str
    state: str
    customer_id: str | None
    note: str


async def with_remittance(received: Sequence[PaymentReceived], uow: CashWork) -> list[PaymentReceived]:
    """The payments, with the documents that an advice before them named; a payment's own remittance goes before.

    What travels with a payment is kept, so that its advice and its return find it.
    """
    for event in received:
        if event.trace_number is not None:
            row = (event.bank_reference, event.company_id, event.currency, event.amount)
            uow.append("insert_payment_traces", (event.trace_number, event.payment_id, *row))
    bare = [event for event in received if not event.remittance]
    if not bare:
        return list(received)
    payments = [_side_of_payment(event) for event in bare]
    rows = await uow.fetch("advices_for", *_asked(payments))
    advices = {row["advice_id"]: row for row in rows}
    joined = join([_side(row, "advice_id", "advised_on") for row in rows], payments)
    named = {j.payment_id: advices[j.advice_id] for j in joined}
    await uow.write("join_advices", [(j.advice_id, j.payment_id, f"joined by {j.why}") for j in joined])
    return [
        event.model_copy(update=_said_by(named[event.payment_id], event)).with_context(event.context)
        if event.payment_id in named
        else event
        for event in received
    ]


async def keep_advices(advised: Sequence[RemittanceAdvised], uow: CashWork) -> list[Late]:
    """Keeps advice that is new, joined to its money where that came before; returns those that met it."""
    first = {event.advice_id: event for event in advised}
    kept = {row["advice_id"] for row in await uow.fetch("insert_advices", *_columns(first.values()))}
    new = {advice_id: event for advice_id, event in first.items() if advice_id in kept}
    advices = [_side_of_advice(event) for event in new.values()]
    if not advices:
        return []
    asked, oldest = _asked(advices), min(advice.on for advice in advices)
    rows = {row["payment_id"]: row for row in await uow.fetch("payments_for_advices", *asked, oldest)}
    unnamed = [row for row in rows.values() if not row["named"]]
    traced = frozenset(asked[0])
    held = [row for row in unnamed if row["state"] != "applied" or row["trace_number"] in traced]
    joined = join(advices, [_side(row, "payment_id", "value_date") for row in held])
    joined += _with_applied(advices, joined, unnamed)
    late = [
        Late(new[j.advice_id], j.payment_id, row["state"], row["customer_id"], f"joined by {j.why}")
        for j, row in ((j, rows[j.payment_id]) for j in joined)
    ]
    await uow.write("join_advices", [(one.advice.advice_id, one.payment_id, one.note) for one in late])
    return sorted((one for one in late if one.state != "returned"), key=lambda one: one.payment_id)


def _with_applied(advices: Sequence[Side], joined: Sequence[Joined], rows: Iterable[Mapping[str, Any]]) -> list[Joined]:
    """Advice that meets no other money and may be of money applied a few days before, known by payer and amount."""
    met, told = {j.advice_id for j in joined}, {j.payment_id for j in joined}
    left = [advice for advice in advices if advice.key not in met]
    applied = [
        row
        for row in rows
        if row["state"] == "applied"
        and row["payment_id"] not in told
        and any(0 <= (advice.on - row["value_date"]).days <= APPLIED_DAYS_BEFORE_MAX for advice in left)
    ]
    return join(left, [_side(row, "payment_id", "value_date") for row in applied]) if applied else []


async def name_late(late: Sequence[Late], uow: CashWork) -> None:
    """The payments are told what they are for. Their customers must have been locked before."""
    rows = [
        (one.payment_id, _lines(one.advice.lines), one.advice.customer_id if one.state == "suspense" else None)
        for one in late
    ]
    await uow.write("name_late_remittance", rows)
    payments = await uow.payments.load(one.payment_id for one in late if one.state != "suspense")
    for one in late:
        if one.payment_id in payments:
            payments[one.payment_id].remittance = one.advice.lines


def _said_by(advice: Mapping[str, Any], event: PaymentReceived) -> dict[str, Any]:
    lines = tuple(RemittanceLine.model_validate(line) for line in json.loads(advice["lines"]))
    return {"remittance": lines, "customer_id": event.customer_id or advice["customer_id"]}


def _columns(advised: Iterable[RemittanceAdvised]) -> list[list[Any]]:
    rows = [
        (
            a.advice_id, a.company_id, a.customer_id, a.payer_account, a.payer_name, a.trace_number, a.currency,
            a.amount, a.advised_on, _lines(a.lines), "waits for its money",
        )
        for a in advised
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


def _lines(lines: Iterable[RemittanceLine]) -> str:
    return json.dumps([line.model_dump(mode="json") for line in lines])


def _asked(sides: Sequence[Side]) -> tuple[list[str], list[str], list[str], list[Any]]:
    """Traces, customers, accounts and amounts to look for."""
    return (
        sorted({side.trace_number for side in sides if side.trace_number}),
        sorted({side.customer_id for side in sides if side.customer_id}),
        sorted({side.payer_account for side in sides if side.payer_account}),
        sorted({side.amount for side in sides}),
    )


def _side_of_payment(event: PaymentReceived) -> Side:
    return Side(
        event.payment_id, event.company_id, event.currency, round_half_up(event.amount, event.currency),
        event.value_date, event.trace_number, event.customer_id, event.payer_account,
    )  # fmt: skip


def _side_of_advice(event: RemittanceAdvised) -> Side:
    return Side(
        event.advice_id, event.company_id, event.currency, round_half_up(event.amount, event.currency),
        event.advised_on, event.trace_number, event.customer_id, event.payer_account,
    )  # fmt: skip


def _side(row: Mapping[str, Any], key: str, day: str) -> Side:
    return Side(
        row[key], row["company_id"], row["currency"], round_half_up(row["amount"], row["currency"]), row[day],
        row["trace_number"], row["customer_id"], row["payer_account"],
    )  # fmt: skip
