"""Remittance advice and money find each other, whichever arrives first; each waits in a table for the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.cash_app.payments.store import remittance_from_json
from services.cash_app.remittance_advice.domain.advice_matching import (
    DAYS_APART_MAX,
    AdviceKey,
    AdviceMatch,
    match_advice,
)
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived, RemittanceAdvised, RemittanceLine
from shared.kernel.money import round_half_up

APPLIED_DAYS_BEFORE_MAX: Final = 7
"""Without a trace number, an advice is not for money that was applied longer ago than this."""


@dataclass(frozen=True, slots=True)
class LateAdvice:
    """An advice whose money arrived before it: in suspense, or a customer's, applied or not."""

    advice: RemittanceAdvised
    payment_id: str
    state: str
    customer_id: str | None
    note: str


async def with_advised_remittance(received: Sequence[PaymentReceived], uow: CashWork) -> list[PaymentReceived]:
    """The payments, with the documents that an earlier advice named; a payment's own remittance takes precedence.

    Trace numbers are stored, so that a payment's advice and return find it.
    """
    for event in received:
        if event.trace_number is not None:
            row = (event.bank_reference, event.company_id, event.currency, event.amount)
            uow.append("insert_payment_traces", (event.trace_number, event.payment_id, *row))
    bare = [event for event in received if not event.remittance]
    if not bare:
        return list(received)
    payments = [_key_of_payment(event) for event in bare]
    rows = await uow.fetch("advices_for", *_search(payments))
    advices = {row["advice_id"]: row for row in rows}
    matches = match_advice([_key(row, "advice_id", "advised_on") for row in rows], payments)
    named = {m.payment_id: advices[m.advice_id] for m in matches}
    await uow.write("match_advices", [(m.advice_id, m.payment_id, f"matched by {m.why}") for m in matches])
    return [
        event.model_copy(update=_advised(named[event.payment_id], event)).with_context(event.context)
        if event.payment_id in named
        else event
        for event in received
    ]


async def store_advice(advised: Sequence[RemittanceAdvised], uow: CashWork) -> list[LateAdvice]:
    """Stores new advice and matches it with money that arrived before; returns what was matched."""
    first = {event.advice_id: event for event in advised}
    stored = {row["advice_id"] for row in await uow.fetch("insert_advices", *_columns(first.values()))}
    new = {advice_id: event for advice_id, event in first.items() if advice_id in stored}
    advices = [_key_of_advice(event) for event in new.values()]
    if not advices:
        return []
    searched, oldest = _search(advices), min(advice.on for advice in advices)
    rows = {
        row["payment_id"]: row for row in await uow.fetch("payments_for_advices", *searched, oldest, DAYS_APART_MAX)
    }
    unnamed = [row for row in rows.values() if not row["named"]]
    traced = frozenset(searched[0])
    held = [row for row in unnamed if row["state"] != "applied" or row["trace_number"] in traced]
    matches = match_advice(advices, [_key(row, "payment_id", "value_date") for row in held])
    matches += _with_applied(advices, matches, unnamed)
    late = [
        LateAdvice(new[m.advice_id], m.payment_id, row["state"], row["customer_id"], f"matched by {m.why}")
        for m, row in ((m, rows[m.payment_id]) for m in matches)
    ]
    await uow.write("match_advices", [(one.advice.advice_id, one.payment_id, one.note) for one in late])
    return sorted((one for one in late if one.state not in ("returned", "repeat")), key=lambda one: one.payment_id)


async def attach_remittance(late: Sequence[LateAdvice], uow: CashWork) -> None:
    """Attaches the advised remittance to the payments. Their customers must have been locked before."""
    rows = [
        (one.payment_id, _to_json(one.advice.lines), one.advice.customer_id if one.state == "suspense" else None)
        for one in late
    ]
    await uow.write("attach_remittance", rows)
    payments = await uow.payments.load(one.payment_id for one in late if one.state != "suspense")
    for one in late:
        if one.payment_id in payments:
            payments[one.payment_id].remittance = one.advice.lines


def _with_applied(
    advices: Sequence[AdviceKey], matches: Sequence[AdviceMatch], rows: Iterable[Mapping[str, Any]]
) -> list[AdviceMatch]:
    """Unmatched advice for money applied a few days before, by payer and amount."""
    done, taken = {m.advice_id for m in matches}, {m.payment_id for m in matches}
    left = [advice for advice in advices if advice.key not in done]
    applied = [
        row
        for row in rows
        if row["state"] == "applied"
        and row["payment_id"] not in taken
        and any(0 <= (advice.on - row["value_date"]).days <= APPLIED_DAYS_BEFORE_MAX for advice in left)
    ]
    return match_advice(left, [_key(row, "payment_id", "value_date") for row in applied]) if applied else []


def _advised(advice: Mapping[str, Any], event: PaymentReceived) -> dict[str, Any]:
    lines = remittance_from_json(advice["lines"])
    return {"remittance": lines, "customer_id": event.customer_id or advice["customer_id"]}


def _columns(advised: Iterable[RemittanceAdvised]) -> list[list[Any]]:
    rows = [
        (
            a.advice_id, a.company_id, a.customer_id, a.payer_account, a.payer_name, a.trace_number, a.currency,
            a.amount, a.advised_on, _to_json(a.lines), "awaiting payment",
        )
        for a in advised
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


def _to_json(lines: Iterable[RemittanceLine]) -> str:
    return json.dumps([line.model_dump(mode="json") for line in lines])


def _search(keys: Sequence[AdviceKey]) -> tuple[list[str], list[str], list[str], list[Any]]:
    """Trace numbers, customers, accounts and amounts to look for."""
    return (
        sorted({key.trace_number for key in keys if key.trace_number}),
        sorted({key.customer_id for key in keys if key.customer_id}),
        sorted({key.payer_account for key in keys if key.payer_account}),
        sorted({key.amount for key in keys}),
    )


def _key_of_payment(event: PaymentReceived) -> AdviceKey:
    return AdviceKey(
        event.payment_id, event.company_id, event.currency, round_half_up(event.amount, event.currency),
        event.value_date, event.trace_number, event.customer_id, event.payer_account,
    )  # fmt: skip


def _key_of_advice(event: RemittanceAdvised) -> AdviceKey:
    return AdviceKey(
        event.advice_id, event.company_id, event.currency, round_half_up(event.amount, event.currency),
        event.advised_on, event.trace_number, event.customer_id, event.payer_account,
    )  # fmt: skip


def _key(row: Mapping[str, Any], key: str, day: str) -> AdviceKey:
    return AdviceKey(
        row[key], row["company_id"], row["currency"], round_half_up(row["amount"], row["currency"]), row[day],
        row["trace_number"], row["customer_id"], row["payer_account"],
    )  # fmt: skip
