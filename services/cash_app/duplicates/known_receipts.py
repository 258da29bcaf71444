"""What was reported of payments under the references of a batch, before it and in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.cash_app.duplicates.domain import DuplicateRules
from services.cash_app.payments.domain.payment_identity import (
    Judgement,
    Receipt,
    Verdict,
    judge,
    same_of_other_source,
)
from services.cash_app.work import CashWork
from shared.kernel.money import round_half_up


class KnownReceipts:
    """Receipts by reference and by amount; a reference is locked by the first receipt under it."""

    def __init__(self, rules_on: Callable[[date], DuplicateRules]) -> None:
        self._rules_on = rules_on
        self._under: defaultdict[str, list[Receipt]] = defaultdict(list)
        self._of_other_source: defaultdict[str, list[Receipt]] = defaultdict(list)
        """By payment id of the batch, payments of the other source that may be the same."""
        self._claims: dict[str, Receipt] = {}
        """By key, the receipt that took a new reference."""
        self._payments: defaultdict[tuple[str, str, Decimal], list[Receipt]] = defaultdict(list)
        """Payments of the batch by company, currency and amount, without which two are never one."""
        self._paired: set[tuple[str, bool]] = set()
        """Payments that both sources reported in this batch, by the source that came second."""
        self._further: dict[int, Receipt] = {}
        self._renamed: dict[str, str] = {}

    async def claim(self, receipts: Sequence[Receipt], uow: CashWork) -> None:
        """Takes the references that are new, and loads what was received under the others."""
        first: dict[str, Receipt] = {}
        for receipt in receipts:
            first.setdefault(receipt.key, receipt)
        rows = await uow.fetch("claim_references", *self._columns(first.values()))
        self._claims = {row["claimed"]: first[row["claimed"]] for row in rows}
        self._add_of_other_source(rows)
        contested = [receipt for receipt in receipts if receipt.key not in self._claims]
        if contested:
            await uow.fetch("lock_references", sorted({receipt.key for receipt in contested}))
            asked = {(receipt.key, receipt.value_date) for receipt in contested}
            rows = await uow.fetch(
                "receipts_of_references",
                [key for key, _ in asked],
                [day for _, day in asked],
                [max(r.reference_days, r.same_payment_days) for r in (self._rules_on(day) for _, day in asked)],
            )
            for row in rows:
                self._under[row["reference_key"]].append(_receipt(row))
        further = [receipt for receipt in receipts if self._claims.get(receipt.key) is not receipt]
        if further:
            self._add_of_other_source(await uow.fetch("receipts_of_other_source", *self._columns(further)))

    def judge(self, receipt: Receipt) -> Judgement:
        """Whether it is known, another payment, or doubtful."""
        rules = self._rules_on(receipt.value_date)
        judgement = judge(receipt, self._under[receipt.key], rules.reference_days, rules.same_payment_days)
        if judgement.verdict is Verdict.REPEAT:
            return judgement
        candidates = [
            other
            for other in (*self._of_other_source[receipt.payment_id], *self._payments[_amount_of(receipt)])
            if (other.payment_id, receipt.import_id is None) not in self._paired
        ]
        same = same_of_other_source(receipt, candidates, rules.same_payment_days)
        return judgement if same is None else Judgement(Verdict.REPEAT, same)

    def add_payment(self, receipt: Receipt) -> None:
        """It is a payment of its own."""
        self._under[receipt.key].append(receipt)
        self._payments[_amount_of(receipt)].append(receipt)
        if self._claims.get(receipt.key) is not receipt:
            self._further[id(receipt)] = receipt

    def add_repeat(self, receipt: Receipt, first: Receipt) -> None:
        """It reports a known payment; a reference that the payment did not have before leads to it from now on."""
        of_first = receipt._replace(payment_id=first.payment_id)
        if (receipt.import_id is None) != (first.import_id is None):
            self._paired.add((first.payment_id, receipt.import_id is None))
        if self._claims.get(receipt.key) is receipt:
            self._renamed[receipt.key] = first.payment_id
        elif receipt.bank_reference not in {one.bank_reference for one in self._under[receipt.key]}:
            self._further[id(receipt)] = of_first
        else:
            return
        self._under[receipt.key].append(of_first)

    def rename(self, receipt: Receipt, payment_id: str) -> None:
        """The payment gets another id than the one it was reported with."""
        renamed = receipt._replace(payment_id=payment_id)
        if self._claims.get(receipt.key) is receipt:
            self._renamed[receipt.key] = payment_id
        else:
            self._further[id(receipt)] = renamed

    async def save(self, uow: CashWork) -> None:
        """Writes what the batch added to the references."""
        if self._further:
            await uow.execute("insert_references", *self._columns(self._further.values()))
        if self._renamed:
            await uow.execute("rename_references", list(self._renamed), list(self._renamed.values()))

    def _add_of_other_source(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if row["reference_key"] is not None:
                self._of_other_source[row["of_payment"]].append(_receipt(row))

    def _columns(self, receipts: Iterable[Receipt]) -> list[list[Any]]:
        rows = [(*one, self._rules_on(one.value_date).same_payment_days) for one in receipts]
        return [list(column) for column in zip(*rows, strict=True)]


def _amount_of(receipt: Receipt) -> tuple[str, str, Decimal]:
    return receipt.company_id, receipt.currency, receipt.amount


def _receipt(row: Any) -> Receipt:
    return Receipt(
        key=row["reference_key"], bank_reference=row["bank_reference"], payment_id=row["payment_id"],
        bank_account=row["bank_account"], company_id=row["company_id"], customer_id=row["customer_id"],
        payer_account=row["payer_account"], trace_number=row["trace_number"], currency=row["currency"],
        amount=round_half_up(row["amount"], row["currency"]), value_date=row["value_date"], import_id=row["import_id"],
    )  # fmt: skip
