"""What cash application subscribes to and does daily, in the order in which a batch is handled.

Customers come before invoices and invoices before payments, so that a payment finds the invoice that came with it.
"""

from __future__ import annotations

from services.cash_app.application.handlers import apply_credit_memos, close_orders, post_finance_charges, post_invoices
from services.cash_app.bank_files.stages import STEPS, take_a_step
from services.cash_app.identification.handlers import apply_suspense_of_new_customers, retry_suspense, update_customers
from services.cash_app.payment_intake.handlers import receive_payments
from services.cash_app.remittance_advice.handlers import match_remittance_advice
from services.cash_app.returns.handlers import book_returned_payments
from services.cash_app.write_offs.handlers import post_write_offs
from shared.chassis.declare.handlers import BackgroundWork, DailyWork, HandlerTable, on
from shared.components import exchange_rates, ledger
from shared.contracts.collections import WriteOffApproved
from shared.contracts.erp import CustomerChanged, PaymentReceived, PaymentReturned, RemittanceAdvised
from shared.contracts.invoicing import CreditMemoPosted, FinanceChargePosted, InvoicePosted, OpenOrderChanged

handlers = HandlerTable(
    "cash_app",
    [
        on(CustomerChanged, update_customers),
        exchange_rates.SUBSCRIPTION,
        on(InvoicePosted, post_invoices, apply_suspense_of_new_customers),
        on(FinanceChargePosted, post_finance_charges, apply_suspense_of_new_customers),
        on(CreditMemoPosted, apply_credit_memos),
        on(RemittanceAdvised, match_remittance_advice),
        on(PaymentReceived, receive_payments),
        on(OpenOrderChanged, close_orders),
        on(PaymentReturned, book_returned_payments),
        on(WriteOffApproved, post_write_offs),
        *ledger.subscriptions("cash_app"),
    ],
    daily=[
        ledger.SUBMIT_JOURNAL,
        DailyWork("suspense", retry_suspense, chunk=500),
    ],
    background=[
        BackgroundWork("imports", take_a_step, waiting="imports_waiting", steps=STEPS),
    ],
)
