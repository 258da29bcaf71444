"""A credit memo is applied like money: to the invoice it corrects, else as the customer's rules decide."""

from __future__ import annotations

from services.cash_app.payments.domain.payment import Payment, PaymentState
from shared.contracts.erp import RemittanceLine
from shared.contracts.invoicing import CreditMemoPosted
from shared.kernel.money import round_half_up


def credit_of(memo: CreditMemoPosted) -> Payment:
    """The credit as it was posted; nothing is booked yet."""
    amount = round_half_up(memo.total, memo.currency)
    first = memo.settles_document or memo.invoice_number
    lines = (RemittanceLine(document_number=first, amount=amount),) if first else ()
    return Payment(
        payment_id=memo.credit_memo_id,
        bank_reference=f"credit-memo/{memo.credit_memo_id}",
        company_id=memo.company_id,
        customer_id=memo.customer_id,
        stated_customer=memo.customer_id,
        payer_account=None,
        payer_name=None,
        currency=memo.currency,
        amount=amount,
        unapplied_amount=amount,
        state=PaymentState.UNAPPLIED,
        value_date=memo.credit_date,
        method="credit_memo",
        remittance=lines,
        held_since=memo.credit_date,
        movements=0,
        applications=0,
        pending_documents=0,
        identified_by=f"credit memo {memo.credit_memo_number}: {memo.reason}"[:500],
        note="",
        document_number=memo.credit_memo_number,
    )
