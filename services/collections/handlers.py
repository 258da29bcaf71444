"""What collections consumes and does daily, in the order in which a batch is handled."""

from __future__ import annotations

from services.collections.activities.handlers import log_dishonored_payments, log_returned_payments
from services.collections.deductions.handlers import open_deductions, reopen_declined_deductions
from services.collections.dunning.handlers import age_and_dun
from services.collections.finance_charges.handlers import (
    assess_finance_charges,
    correct_charged_interest,
    reopen_declined_corrections,
)
from services.collections.promises.handlers import (
    count_receipts,
    judge_due_promises,
    publish_and_judge_due_promises,
    reverse_receipts,
)
from services.collections.receivables.credit_in_hand import count_credit_on_account, count_unapplied_money
from services.collections.receivables.handlers import update_customers, update_open_items
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.contracts.cash_app import (
    DeductionOpened,
    OnAccountChanged,
    OpenItemChanged,
    PaymentApplied,
    PaymentDishonored,
    PaymentUnapplied,
    UnappliedCashChanged,
)
from shared.contracts.collections import PromiseDue
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import CreditMemoDeclined

handlers = HandlerTable(
    "collections",
    [
        on(CustomerChanged, update_customers),
        on(OpenItemChanged, update_open_items, correct_charged_interest),
        on(OnAccountChanged, count_credit_on_account),
        on(UnappliedCashChanged, count_unapplied_money),
        on(DeductionOpened, open_deductions),
        on(CreditMemoDeclined, reopen_declined_deductions, reopen_declined_corrections),
        on(PaymentApplied, count_receipts),
        on(PaymentUnapplied, log_returned_payments, reverse_receipts),
        on(PaymentDishonored, log_dishonored_payments),
        on(PromiseDue, judge_due_promises),
    ],
    daily=[
        DailyWork("promises", publish_and_judge_due_promises, chunk=2000),
        DailyWork("aging", age_and_dun, chunk=1000),
        DailyWork("finance_charges", assess_finance_charges, chunk=1000),
    ],
)
