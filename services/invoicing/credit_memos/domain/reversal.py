"""Reversal of a credit memo that was issued by mistake: its amount is charged again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from services.invoicing.credit_memos.domain.credit_memo import CreditMemo
from services.invoicing.credit_memos.domain.creditable_document import ZERO
from services.invoicing.finance_charges.domain import FinanceCharge
from services.invoicing.invoices.domain.invoice import Invoice
from shared.kernel.payment_terms import PaymentTerms

_ID_CHARACTERS_MAX = 80


def debit_memo(memo: CreditMemo, on: date, terms: PaymentTerms) -> Invoice:
    """An invoice over the amount that the credit memo took off another; it has no discount and no number yet.

    Raises ValueError for the credit memo of a finance charge: that is charged again as a finance charge.
    """
    if memo.document_kind != "invoice":
        raise ValueError(f"{memo.credit_memo_number} credits a finance charge")
    terms = replace(terms, discount_days=0, discount_percent=ZERO, discounts=())
    return Invoice(
        invoice_id=f"DM-{memo.credit_memo_id}"[:_ID_CHARACTERS_MAX],
        invoice_number="",
        company_id=memo.company_id,
        customer_id=memo.customer_id,
        order_id=None,
        ship_to_id=None,
        shipment_id=None,
        origin="debit_memo",
        invoice_date=on,
        due_date=terms.due_date(on),
        discount_date=None,
        terms=terms,
        currency=memo.currency,
        net=memo.net,
        tax=memo.tax,
        discount_amount=ZERO,
        disputed=False,
        lines=(),
    )


def finance_charge_again(memo: CreditMemo, on: date, terms: PaymentTerms) -> FinanceCharge:
    """The finance charge that the credit memo waived, without a number yet."""
    kind: Literal["interest", "fee"] = "interest" if memo.document_kind == "interest" else "fee"
    return FinanceCharge(
        charge_id=f"FC-{memo.credit_memo_id}"[:_ID_CHARACTERS_MAX],
        charge_number="",
        customer_id=memo.customer_id,
        company_id=memo.company_id,
        kind=kind,
        charge_date=on,
        due_date=terms.due_date(on),
        currency=memo.currency,
        amount=memo.total,
        reason=f"{memo.credit_memo_number} of {memo.document_number} was issued by mistake",
    )
