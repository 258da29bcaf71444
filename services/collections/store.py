"""How customers, open items, promises and holds are loaded and saved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.collections.domain.credit_holds import CreditHold
from services.collections.domain.customers import Customer
from services.collections.domain.deductions import Deduction, DeductionRules, DeductionState
from services.collections.domain.dunning_ladder import DunningLadder, Notice
from services.collections.domain.finance_charges import FinanceCharges, LateItem
from services.collections.domain.open_items import OpenItem
from services.collections.domain.promises import Promise, PromiseState
from services.collections.domain.receipts import Receipts
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.contracts.collections import ActivityLogged
from shared.kernel.money import round_half_up

DUNNING_LADDER = PolicyKind(
    name="dunning_ladder",
    document=DunningLadder,
    default=Path(__file__).parent / "policies" / "dunning_ladder.json",
    changed_by=("credit_manager",),
)

DEDUCTION_RULES = PolicyKind(
    name="deduction_rules",
    document=DeductionRules,
    default=Path(__file__).parent / "policies" / "deduction_rules.json",
    changed_by=("credit_manager", "controller"),
)
FINANCE_CHARGES = PolicyKind(
    name="finance_charges",
    document=FinanceCharges,
    default=Path(__file__).parent / "policies" / "finance_charges.json",
    changed_by=("controller",),
)


def _item_from_row(row: Any) -> OpenItem:
    return OpenItem(
        item_id=row["item_id"],
        item_version=row["item_version"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["document_number"],
        currency=row["currency"],
        original_amount=round_half_up(row["original_amount"], row["currency"]),
        open_amount=round_half_up(row["open_amount"], row["currency"]),
        document_date=row["document_date"],
        due_date=row["due_date"],
        disputed=row["disputed"],
        told_step=row["told_step"],
        kind=row["kind"],
    )


def _item_to_row(item: OpenItem) -> tuple[Any, ...]:
    return (
        item.customer_id, item.item_id, item.item_version, item.company_id, item.document_number, item.currency,
        item.original_amount, item.open_amount, item.document_date, item.due_date, item.disputed, item.told_step,
        item.kind,
    )  # fmt: skip


def promise_from_row(row: Any) -> Promise:
    currency = row["currency"]
    return Promise(
        promise_id=row["promise_id"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        currency=currency,
        amount=round_half_up(row["amount"], currency),
        made_on=row["made_on"],
        due_on=row["due_on"],
        made_by=row["made_by"],
        already_applied=round_half_up(row["already_applied"], currency),
        state=PromiseState(row["state"]),
        judged_on=row["judged_on"],
        applied=round_half_up(row["applied"], currency),
        paid_on=row["paid_on"],
        note=row["note"],
    )


def _promise_to_row(promise: Promise) -> tuple[Any, ...]:
    return (
        promise.customer_id, promise.promise_id, promise.company_id, promise.currency, promise.amount, promise.made_on,
        promise.due_on, promise.made_by, promise.already_applied, promise.state.value, promise.judged_on,
        promise.applied, promise.paid_on, promise.note,
    )  # fmt: skip


def hold_from_row(row: Any) -> CreditHold:
    return CreditHold(**row)


def _hold_to_row(hold: CreditHold) -> tuple[Any, ...]:
    return (
        hold.customer_id, hold.hold_id, hold.promise_id, hold.requested_on, hold.reason, hold.lifted_on,
        hold.lifted_by, hold.lift_reason,
    )  # fmt: skip


def late_item_from_row(row: Any) -> LateItem:
    return LateItem(**{**row, "open_amount": round_half_up(row["open_amount"], row["currency"])})


def deduction_from_row(row: Any) -> Deduction:
    amounts = {name: round_half_up(row[name], row["currency"]) for name in ("amount", "granted_amount")}
    return Deduction(**{**row, **amounts, "state": DeductionState(row["state"])})


def _deduction_to_row(d: Deduction) -> tuple[Any, ...]:
    return (
        d.customer_id, d.deduction_id, d.company_id, d.document_number, d.payment_id, d.opened_on, d.currency, d.amount,
        d.reason, d.why, d.state.value, d.collector, d.asked_by, d.granted_amount, d.request_id, d.decided_on,
        d.decision,
    )  # fmt: skip


CUSTOMERS = Table[str, Customer](
    load="load_customers",
    save="save_customers",
    key=lambda customer: customer.customer_id,
    from_row=lambda row: Customer(**row),
    to_row=lambda c: (c.customer_id, c.company_id, c.version, c.name, c.email, c.active, c.promises_made),
)
ITEMS = Table[tuple[str, str], OpenItem](
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=_item_from_row,
    to_row=_item_to_row,
)
PROMISES = Table[tuple[str, str], Promise](
    load="load_promises",
    save="save_promises",
    key=lambda promise: (promise.customer_id, promise.promise_id),
    from_row=promise_from_row,
    to_row=_promise_to_row,
)
HOLDS = Table[tuple[str, str], CreditHold](
    load="load_holds",
    save="save_holds",
    key=lambda hold: (hold.customer_id, hold.hold_id),
    from_row=hold_from_row,
    to_row=_hold_to_row,
)
DEDUCTIONS = Table[tuple[str, str], Deduction](
    load="load_deductions",
    save="save_deductions",
    key=lambda deduction: (deduction.customer_id, deduction.deduction_id),
    from_row=deduction_from_row,
    to_row=_deduction_to_row,
)


class CollectionsWork(UnitOfWork):
    """What one batch, chunk or request of collections changes."""

    def prepare(self) -> None:
        self.customers = self.aggregates(CUSTOMERS)
        self.items = self.aggregates(ITEMS)
        self.promises = self.aggregates(PROMISES)
        self.holds = self.aggregates(HOLDS)
        self.deductions = self.aggregates(DEDUCTIONS)

    async def lock_customers(self, company_of: dict[str, str]) -> dict[str, Customer]:
        """Customers by id with their company, locked; those not known yet are known by their id from now on."""
        ids = sorted(company_of)
        await self.execute("ensure_customers", ids, [company_of[customer_id] for customer_id in ids])
        return await self.customers.load(ids)

    async def receipts_of(self, promises: Iterable[Promise]) -> dict[str, Receipts]:
        """By promise id: what was applied since the promise was made, read with one query."""
        wanted = list(promises)
        first_days: dict[tuple[str, str], date] = {}
        for promise in wanted:
            key = promise.customer_id, promise.currency
            first_days[key] = min(first_days.get(key, promise.made_on), promise.made_on)
        days: dict[tuple[str, str], list[tuple[date, Decimal]]] = {key: [] for key in first_days}
        if first_days:
            customer_ids, currencies = zip(*first_days, strict=True)
            for row in await self.fetch("receipts_since", customer_ids, currencies, list(first_days.values())):
                amount = round_half_up(row["amount"], row["currency"])
                days[row["customer_id"], row["currency"]].append((row["applied_on"], amount))
        return {p.promise_id: Receipts(tuple(days[p.customer_id, p.currency])) for p in wanted}

    def refresh_aging(self, customer_ids: Iterable[str], as_of: date | None) -> None:
        """At the flush, after the items: sums up anew what these (locked) customers owe past its due date."""
        for customer_id in sorted(customer_ids):
            self.append("refresh_aging", (customer_id, as_of))

    def keep_activity(self, activity: ActivityLogged) -> None:
        self.append(
            "insert_activities",
            (
                activity.customer_id, activity.activity_id, activity.kind, activity.on, activity.by, activity.text,
            ),
        )  # fmt: skip

    def keep_notice(self, notice: Notice, policy_version: int) -> None:
        """Keeps the notice, and which item was told which step."""
        self.append(
            "insert_notices",
            (
                notice.customer_id, notice.notice_id, notice.company_id, notice.step.step, notice.step.name,
                notice.sent_on, notice.currency, notice.total, len(notice.items), policy_version,
            ),
        )  # fmt: skip
        for item in notice.dunned:
            self.append(
                "insert_dunned_items",
                (
                    notice.customer_id, item.item_id, notice.step.step, notice.notice_id, notice.sent_on,
                    item.days_overdue, item.open_amount,
                ),
            )  # fmt: skip
