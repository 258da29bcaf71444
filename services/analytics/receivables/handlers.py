"""Customers, items and cash, stored as their events report them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from services.analytics.receivables.item_updates import apply_changes
from services.analytics.work import AnalyticsWork
from shared.contracts.cash_app import (
    OnAccountChanged,
    OpenItemChanged,
    PaymentApplied,
    PaymentUnapplied,
    UnappliedCashChanged,
)
from shared.contracts.erp import CustomerChanged

NOTHING: Final = Decimal(0)


async def update_customers(changes: list[CustomerChanged], uow: AnalyticsWork) -> None:
    """Stores each customer's name; the newest version counts."""
    for change in changes:
        uow.append("save_customers", (change.customer_id, change.version, change.name))


async def update_items(changes: list[OpenItemChanged], uow: AnalyticsWork) -> None:
    """Stores each change of an item under its date and version, in whatever order the changes arrive."""
    await apply_changes(changes, uow)
    first_posted: dict[tuple[str, str], date] = {}
    for change in changes:
        if change.cause == "posted":
            book = (change.company_id, change.currency)
            first_posted[book] = min(change.business_date, first_posted.get(book, change.business_date))
    for book, day in first_posted.items():
        uow.append("save_books", (*book, day))


async def count_credit_on_account(changes: list[OnAccountChanged], uow: AnalyticsWork) -> None:
    """Adds each change of credit on account to its day."""
    _add_to_credit([(change, change.change, NOTHING) for change in changes], uow)


async def count_unapplied_money(changes: list[UnappliedCashChanged], uow: AnalyticsWork) -> None:
    """Adds each change of money that is not applied to its day."""
    _add_to_credit([(change, NOTHING, change.change) for change in changes], uow)


def _add_to_credit(
    changes: list[tuple[OnAccountChanged, Decimal, Decimal]] | list[tuple[UnappliedCashChanged, Decimal, Decimal]],
    uow: AnalyticsWork,
) -> None:
    for of, on_account, unapplied in changes:
        row = of.customer_id, of.company_id, of.currency, of.business_date, on_account, unapplied
        uow.append("add_to_credit", row)


async def count_cash(applied: list[PaymentApplied], uow: AnalyticsWork) -> None:
    """Counts cash as collected on the day it relieves receivables; a credit memo is no cash."""
    for payment in applied:
        uow.append(
            "insert_cash",
            (
                payment.customer_id, payment.application_id, payment.company_id, payment.currency,
                payment.applied_on, payment.amount, payment.discount, payment.method == "credit_memo",
            ),
        )  # fmt: skip


async def reverse_cash(reversals: list[PaymentUnapplied], uow: AnalyticsWork) -> None:
    """Subtracts unapplied cash from the day on which it was counted."""
    for reversal in reversals:
        uow.append(
            "insert_cash",
            (
                reversal.customer_id, reversal.reversal_id, reversal.company_id, reversal.currency,
                reversal.applied_on, -reversal.amount, -reversal.discount, reversal.method == "credit_memo",
            ),
        )  # fmt: skip
