"""One entry of a work queue with all a clerk needs: evidence, what the rules would do, candidates, what is owed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.cash_app.application.domain.customer_subledger import CustomerSubledger, Known
from services.cash_app.application.domain.matching import propose
from services.cash_app.application.policy import APPLICATION_RULES
from services.cash_app.open_items.domain.document_number import reference_key
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.open_items.schemas import OpenItemView
from services.cash_app.open_items.store import item_from_row, known_from_row
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.schemas import ApplicationLineView, BankData, SettledView
from services.cash_app.payments.store import payment_from_row
from services.cash_app.remittance_text.domain.mentions import keys_in
from services.cash_app.work_queues.domain import RETURNED_DAYS_MAX, Queue, evidence_of, likeness_to_return
from services.cash_app.work_queues.schemas import ActionView, Candidate, QueueEntryDetail, Suggestion
from shared.chassis.http import NotFound, ReadSession
from shared.chassis.transaction.policy_book import PolicyBook
from shared.kernel.money import amount_text

_ITEMS_SHOWN_MAX: Final = 200
_LINES_SHOWN_MAX: Final = 200


@dataclass(slots=True)
class Found:
    """What was found out about an entry."""

    version: int
    customers: list[str]
    suggestion: Suggestion
    candidates: list[Candidate] = field(default_factory=list)
    applications: list[ApplicationLineView] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    actions_of: str = ""
    bank: BankData | None = None


async def detail(queue: Queue, entry_id: str, row: Any, db: ReadSession) -> QueueEntryDetail:
    """The entry in one answer."""
    if queue in ("suspense", "unmatched", "on_account", "duplicates"):
        found = await _of_payment(queue, entry_id, db)
    elif queue == "deductions":
        found = await _of_deduction(entry_id, db)
    elif queue == "returns":
        found = await _of_return(entry_id, db)
    elif queue == "advices":
        found = await _of_advice(entry_id, db)
    else:
        found = await _of_approval(entry_id, db)
    items = await db.fetch("queue_items", found.customers, _ITEMS_SHOWN_MAX)
    actions = await db.fetch("clerk_actions", found.actions_of or entry_id)
    return QueueEntryDetail.of(
        {
            "queue": queue,
            "evidence": evidence_of(queue, row),
            **row,
            "version": found.version,
            "suggestion": found.suggestion,
            "candidates": found.candidates,
            "open_items": [OpenItemView.of(item) for item in items],
            "applications": found.applications,
            "actions": [ActionView(**action) for action in actions],
            "notes": found.notes,
            "bank": found.bank,
        }
    )


async def _of_payment(queue: Queue, payment_id: str, db: ReadSession) -> Found:
    row = await db.fetchrow("queue_payment", payment_id)
    payment = payment_from_row(row)
    applied = await db.fetch("view_applications_of_payment", payment_id, _LINES_SHOWN_MAX)
    candidates = [
        Candidate(kind="customer", id=row["customer_id"], score=row["score"], evidence=row["evidence"])
        for row in await db.fetch("view_candidates", [payment_id])
    ]
    found = Found(
        version=payment.movements,
        customers=[c.id for c in candidates] if payment.customer_id is None else [payment.customer_id],
        suggestion=_assign_to(candidates),
        candidates=candidates,
        applications=[ApplicationLineView.of(line) for line in applied],
        notes=payment.note.splitlines(),
        bank=BankData.of_payment(row),
    )
    if queue == "duplicates":
        first = await db.fetchrow("queue_held_duplicate", payment_id)
        assert first is not None, f"payment {payment_id} is in the queue without being held"
        found.candidates = [Candidate(kind="payment", id=first[0], score=100, evidence=first[1])]
        found.suggestion = _of_duplicate(first[0], first["first_state"])
    elif payment.customer_id is not None and queue != "advices":
        found.suggestion = await suggestion(payment, db)
    return found


async def suggestion(payment: Payment, db: ReadSession) -> Suggestion:
    """What the customer's rules would settle with what is left of the payment."""
    customer_id = payment.customer_id or ""
    versions = await PolicyBook(db, (APPLICATION_RULES,)).of(APPLICATION_RULES)

    def rules(company_id: str, customer: str, day: date) -> Any:
        version = versions.on(day)
        return version.version, version.document.of(company_id, customer)

    closed = await db.fetch("closed_orders_of_payment", customer_id, payment.payment_id)
    if closed:
        numbers = ", ".join(row["document_number"] for row in closed)
        why = f"nothing more of order {numbers} will be invoiced since {closed[0]['order_closed_on']}"
        return Suggestion(sentence=f"refund it: {why}; or put it on account", action="refund")
    book = CustomerSubledger(customer_id, {}, rules, known=Known(await _references(payment, db), {}))
    for row in await db.fetch("queue_items", [customer_id], _ITEMS_SHOWN_MAX):
        book.add_item(item_from_row(row))
    proposal = propose(payment, book)
    settled = [line for line in proposal.lines if line.paid_by is None] or proposal.suggested
    lines = [
        SettledView(
            item_id=line.item.item_id,
            document_number=line.item.document_number,
            applied_on=max(payment.held_since, line.item.open_since),
            amount=line.cash,
            discount=line.discount,
            rule=line.rule,
            why=line.why,
        )
        for line in settled
    ]
    if proposal.suggested and not proposal.lines:
        return Suggestion(sentence=f"{proposal.notes[0]}; decide which of them it settles", action="apply", lines=lines)
    if not lines:
        why = proposal.notes[0] if proposal.notes else "nothing is open that it could settle"
        return Suggestion(sentence=f"{why}; put it on account, refund or transfer it", action="none")
    numbers = ", ".join(line.document_number for line in lines[:5])
    return Suggestion(sentence=f"apply it to {numbers}: {lines[0].why}", action="apply", lines=lines)


async def _references(payment: Payment, db: ReadSession) -> dict[tuple[str, str], list[KnownDocument]]:
    """The documents of any customer that the payment may name in words, or by an order's number."""
    keys = {reference_key(line.document_number) for line in payment.remittance}
    keys |= keys_in(payment.words) if payment.has_only_words else set()
    found: dict[tuple[str, str], list[KnownDocument]] = {}
    for row in await db.fetch("known_documents", [], sorted(keys), True) if keys else []:
        found.setdefault((row["company_id"], row["key"]), []).append(known_from_row(row))
    return found


async def _of_deduction(item_id: str, db: ReadSession) -> Found:
    item = await db.fetchrow("queue_item", item_id)
    assert item is not None, f"item {item_id} is in the queue without being stored"
    sentence = "handle it with the customer as a dispute, or write it off; the item it was deducted from is settled"
    changes = await db.fetch("item_changes", item["customer_id"], item_id)
    return Found(
        version=item["item_version"],
        customers=[item["customer_id"]],
        suggestion=Suggestion(sentence=sentence, action="dispute"),
        notes=[f"{c['business_date']}: {c['cause']} {c['change']} {c['currency']} ({c['cause_id']})" for c in changes],
    )


async def _of_return(return_id: str, db: ReadSession) -> Found:
    row = await db.fetchrow("queue_return", return_id)
    assert row is not None, f"return {return_id} is in the queue without being stored"
    like = await db.fetch(
        "payments_like_return",
        *(row[name] for name in ("company_id", "currency", "amount", "value_date", "customer_id", "payer_account")),
        RETURNED_DAYS_MAX,
    )
    candidates = [
        Candidate(
            kind="payment",
            id=payment["payment_id"],
            score=likeness_to_return(payment),
            evidence=f"the same amount came on {payment['value_date']} from customer {payment['customer_id']}",
        )
        for payment in like
    ]
    return Found(
        version=row["movements"],
        customers=sorted({payment["customer_id"] for payment in like if payment["customer_id"] is not None}),
        suggestion=_match_with(candidates),
        candidates=candidates,
        notes=[row["note"]],
    )


async def _of_advice(advice_id: str, db: ReadSession) -> Found:
    row = await db.fetchrow("payment_of_advice", advice_id)
    assert row is not None, f"advice {advice_id} is in the queue without being stored"
    found = await _of_payment("advices", row["payment_id"], db)
    advised = ", ".join(
        f"{line['document_number']} {amount_text(Decimal(line['amount']), row['currency'])}"
        for line in json.loads(row["lines"])[:10]
    )
    sentence = (
        f"undo what payment {row['payment_id']} settled and apply it as advised: {advised}; or set the advice aside"
    )
    found.suggestion = Suggestion(sentence=sentence, action="reapply")
    found.candidates = [
        Candidate(kind="payment", id=row["payment_id"], score=100, evidence=f"the advice states {advised}")
    ]
    return found


async def _of_approval(approval_id: str, db: ReadSession) -> Found:
    row = await db.fetchrow("queue_approval", approval_id)
    assert row is not None, f"approval {approval_id} is in the queue without being stored"
    sentence = f"approve the {row['kind'].replace('_', '-')} of {row['subject']}, or decline it with a reason"
    return Found(
        version=0,
        customers=[row["customer_id"]],
        suggestion=Suggestion(sentence=sentence, action="approve"),
        actions_of=row["subject"],
    )


def _assign_to(candidates: Sequence[Candidate]) -> Suggestion:
    if not candidates:
        return Suggestion(
            sentence="no customer is known who may have paid this: ask the bank, or the payer", action="none"
        )
    likeliest = candidates[0]
    return Suggestion(
        sentence=f"assign it to {likeliest.id} if they confirm: {likeliest.evidence} (score {likeliest.score})",
        action="assign",
    )


def _of_duplicate(first_payment_id: str, first_state: str) -> Suggestion:
    if first_state == "returned":
        return Suggestion(
            sentence=f"release it: payment {first_payment_id} was returned in the meantime", action="release"
        )
    return Suggestion(
        sentence=f"declare it a repeat if the bank reported one payment twice; if two came, refund it, or release it "
        f"where the customer meant to pay twice; payment {first_payment_id} stands",
        action="refund",
    )


def _match_with(candidates: Sequence[Candidate]) -> Suggestion:
    best = [c for c in candidates if c.score == candidates[0].score]
    if len(best) == 1:
        return Suggestion(sentence=f"match it with payment {best[0].id}: {best[0].evidence}", action="match")
    if not best:
        return Suggestion(sentence="no payment of that amount is known: ask the bank which one it was", action="none")
    return Suggestion(sentence=f"{len(best)} payments are alike: ask the bank which one it was", action="none")


def missing(queue: Queue, entry_id: str) -> NotFound:
    """The entry is not in the queue, or no longer."""
    return NotFound(
        f"{entry_id!r} is not in the queue {queue}: it may have been handled already, see GET /work-queues/{queue}"
    )
