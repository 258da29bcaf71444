"""What credit consumes and does daily, in the order in which a batch is handled.

Events that make room for orders come before events that take credit, so that an order finds the room that a payment
of the same batch made.
"""

from __future__ import annotations

from services.credit.account_status.handlers import (
    close_written_off_accounts,
    hold_accounts,
    lift_holds,
    record_broken_promises,
    review_accounts,
)
from services.credit.accounts.handlers import (
    record_dunning_steps,
    update_accounts,
    update_money_on_account,
    update_open_items,
)
from services.credit.credit_requests.handlers import (
    apply_bureau_reports,
    evaluate_waiting_requests,
    register_requests,
)
from services.credit.limits.handlers import open_credit_files
from services.credit.order_authorization.handlers import (
    authorize_orders,
    evaluate_waiting_orders,
    recheck_orders,
    reevaluate_after_item_changes,
    reevaluate_after_on_account_changes,
    update_open_orders,
)
from services.credit.payment_history.handlers import add_broken_promises
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.components import exchange_rates
from shared.contracts.cash_app import OnAccountChanged, OpenItemChanged
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested, DunningSent, PromiseBroken
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import CreditRequested, CustomerChanged
from shared.contracts.invoicing import CreditCheckRequested, OpenOrderChanged, OrderValidated

handlers = HandlerTable(
    "credit",
    [
        exchange_rates.SUBSCRIPTION,
        on(CustomerChanged, update_accounts, open_credit_files, evaluate_waiting_orders, evaluate_waiting_requests),
        on(CreditHoldRequested, hold_accounts),
        on(CreditHoldLifted, lift_holds),
        on(OpenOrderChanged, update_open_orders),
        on(OpenItemChanged, update_open_items, close_written_off_accounts, reevaluate_after_item_changes),
        on(OrderValidated, authorize_orders),
        on(CreditCheckRequested, recheck_orders),
        on(PromiseBroken, add_broken_promises, record_broken_promises),
        on(DunningSent, record_dunning_steps),
        on(OnAccountChanged, update_money_on_account, reevaluate_after_on_account_changes),
        on(CreditReportReceived, apply_bureau_reports),
        on(CreditRequested, register_requests),
    ],
    daily=[DailyWork("review", review_accounts, chunk=2_000)],
)
