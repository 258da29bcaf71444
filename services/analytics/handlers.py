"""What analytics consumes and does daily, in the order in which a batch is handled."""

from __future__ import annotations

from services.analytics.aging.handlers import take_snapshots
from services.analytics.periods.handlers import report_periods
from services.analytics.receivables.handlers import (
    count_cash,
    count_credit_on_account,
    count_unapplied_money,
    reverse_cash,
    update_customers,
    update_items,
)
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.contracts.cash_app import (
    OnAccountChanged,
    OpenItemChanged,
    PaymentApplied,
    PaymentUnapplied,
    UnappliedCashChanged,
)
from shared.contracts.erp import CustomerChanged

handlers = HandlerTable(
    "analytics",
    [
        on(CustomerChanged, update_customers),
        on(OpenItemChanged, update_items),
        on(OnAccountChanged, count_credit_on_account),
        on(UnappliedCashChanged, count_unapplied_money),
        on(PaymentApplied, count_cash),
        on(PaymentUnapplied, reverse_cash),
    ],
    daily=[
        DailyWork("aging_snapshots", take_snapshots, chunk=31),
        DailyWork("period_reports", report_periods, chunk=12),
    ],
)
