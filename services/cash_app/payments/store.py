"""Payments and the documents they wait for, as rows."""

from __future__ import annotations

from typing import Any, Final

import asyncpg
from pydantic import TypeAdapter

from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.erp import RemittanceLine
from shared.kernel.money import round_half_up

_REMITTANCE: Final = TypeAdapter(tuple[RemittanceLine, ...])


def payment_from_row(row: asyncpg.Record) -> Payment:
    values = dict(row)
    for name in ("amount", "unapplied_amount"):
        values[name] = round_half_up(values[name], values["currency"])
    values["state"] = PaymentState(values["state"])
    values["remittance"] = remittance_from_json(values["remittance"])
    return Payment(**values)


def payment_to_row(payment: Payment) -> tuple[Any, ...]:
    return (
        payment.payment_id,
        payment.bank_reference,
        payment.company_id,
        payment.customer_id,
        payment.stated_customer,
        payment.payer_account,
        payment.payer_name,
        payment.currency,
        payment.amount,
        payment.unapplied_amount,
        payment.state,
        payment.value_date,
        payment.method,
        remittance_to_json(payment.remittance),
        payment.held_since,
        payment.movements,
        payment.applications,
        payment.pending_documents,
        payment.identified_by,
        payment.note,
        payment.received_with,
    )


def remittance_from_json(text: str) -> tuple[RemittanceLine, ...]:
    return _REMITTANCE.validate_json(text)


def remittance_to_json(lines: tuple[RemittanceLine, ...]) -> str:
    return _REMITTANCE.dump_json(lines).decode() if lines else "[]"


_PENDING_DOCUMENT: Final = RowConversion(PendingDocument, amounts=("amount", "discount"))
PAYMENTS: Final = Table[str, Payment](
    load="load_payments",
    save="save_payments",
    key=lambda payment: payment.payment_id,
    from_row=payment_from_row,
    to_row=payment_to_row,
)
PENDING_DOCUMENTS: Final = Table[tuple[str, str, int], PendingDocument](
    load="load_pending_documents",
    save="save_pending_documents",
    key=lambda pending: (pending.customer_id, pending.payment_id, pending.line_no),
    from_row=_PENDING_DOCUMENT.from_row,
    to_row=_PENDING_DOCUMENT.to_row,
)
