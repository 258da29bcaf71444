"""Payments and the documents they wait for, as rows."""

from __future__ import annotations

from typing import Any, Final

import asyncpg
from pydantic import TypeAdapter

from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.erp import PaymentOrigin, PaymentReference, RemittanceLine
from shared.kernel.money import round_half_up

_REFERENCES: Final = TypeAdapter(tuple[PaymentReference, ...])
_REMITTANCE: Final = TypeAdapter(tuple[RemittanceLine, ...])


def payment_from_row(row: asyncpg.Record) -> Payment:
    values = dict(row)
    for name in ("amount", "unapplied_amount"):
        values[name] = round_half_up(values[name], values["currency"])
    values["state"] = PaymentState(values["state"])
    values["remittance"] = remittance_from_json(values["remittance"])
    values["references"] = references_from_json(values.pop("bank_references"))
    values["origin"] = origin_from_json(values["origin"])
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
        payment.document_number,
        payment.details,
        payment.remittance_note,
        payment.trace_number,
        _REFERENCES.dump_json(payment.references).decode() if payment.references else "[]",
        payment.origin.model_dump_json() if payment.origin else None,
    )


def remittance_from_json(text: str) -> tuple[RemittanceLine, ...]:
    return _REMITTANCE.validate_json(text)


def remittance_to_json(lines: tuple[RemittanceLine, ...]) -> str:
    return _REMITTANCE.dump_json(lines).decode() if lines else "[]"


def references_from_json(text: str) -> tuple[PaymentReference, ...]:
    return _REFERENCES.validate_json(text) if text != "[]" else ()


def origin_from_json(text: str | None) -> PaymentOrigin | None:
    return PaymentOrigin.model_validate_json(text) if text is not None else None


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
