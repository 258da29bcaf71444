"""One realistic body of every event: two months of one customer, from the first order to the money.

An invoice of C-1001 is brought forward (OLD-4711, 820.00). SO-1 is ordered, partly shipped, invoiced (1,704.41) and
paid with discount; its rest is cancelled. SO-2 is rejected. SO-3 is held until that payment; SO-4 is declined. The old
invoice is dunned and promised twice: the first promise is kept with a payment from suspense, the second is broken and
paid later, with 30.00 left over.

Golden files of new versions are written from these examples. Every field has a value here, optional ones too.
"""

from __future__ import annotations

from typing import Any

_CUSTOMER = {"company_id": "1000", "customer_id": "C-1001"}
_SO_1 = {**_CUSTOMER, "order_id": "SO-1"}
_SO_3 = {
    "order_id": "SO-3", "customer_id": "C-1001", "currency": "USD", "order_amount": "3500.00",
    "credit_limit": "5000.00",
}  # fmt: skip
_INSTALMENTS: Any = [
    {"item_id": "INV-SO-1/P1/S1/1", "due_date": "2025-04-03", "amount": "852.20"},
    {"item_id": "INV-SO-1/P1/S1/2", "due_date": "2025-05-03", "amount": "852.21"},
]
_TERMS = {"net_days": 30, "discount_days": 10, "discount_percent": "2"}
_BATCH = {
    "batch_id": "invoicing/1000/USD/2025-01-15/1", "source": "invoicing", "company_id": "1000",
    "business_date": "2025-01-15",
}  # fmt: skip
_BATCH_TOTALS = [
    {"account": "1200", "debit": "820.00", "credit": "0.00"},
    {"account": "3900", "debit": "0.00", "credit": "820.00"},
]
_SECOND_PROMISE = "promise C-1001/P2 of 420.00 USD due on 2025-04-04"

_ERP: dict[str, dict[str, Any]] = {
    "CustomerChanged.v1": {
        **_CUSTOMER, "version": 3, "name": "Alder Creek Hotels", "currency": "USD", "credit_limit": "5000.00",
        "terms": _TERMS, "price_list_id": "USD-STD", "jurisdiction": "US-CA", "tax_exempt": False,
        "payer_accounts": ["US-026009593-4417"], "email": "ap@c-1001.example", "active": True,
        "bill_to_id": "C-1000",
    },
    "ItemChanged.v1": {
        "item_id": "ITEM-034", "version": 1, "description": "Cordless drill 18 V", "unit": "EA", "taxable": True,
        "active": True,
    },
    "PriceChanged.v1": {
        "price_list_id": "USD-STD", "item_id": "ITEM-034", "version": 2, "currency": "USD", "valid_from": "2025-03-01",
        "breaks": [
            {"minimum_quantity": 1, "unit_price": "159.0000"},
            {"minimum_quantity": 10, "unit_price": "152.6400"},
        ],
    },
    "OrderPlaced.v1": {
        **_SO_1, "order_date": "2025-03-03", "currency": "USD", "customer_reference": "PO 2025/118",
        "ship_to_id": "C-1002", "jurisdiction": "US-CA", "ship_complete": False,
        "lines": [
            {"line_no": 1, "item_id": "ITEM-034", "quantity": 10},
            {"line_no": 2, "item_id": "ITEM-029", "quantity": 5},
        ],
        "revision": 2, "amended_on": "2025-03-04",
    },
    "CreditRequested.v1": {
        "request_id": "C-1001-CR1", "customer_id": "C-1001", "kind": "increase", "currency": "USD", "amount": "8000.00",
        "requested_on": "2025-03-13", "requested_by": "Sal Sales", "valid_until": "2025-09-30",
        "monthly_purchases": "3500.00",
    },
    "OrderCancelled.v1": {
        "order_id": "SO-1", "customer_id": "C-1001", "cancelled_on": "2025-03-06",
        "reason": "the rest is no longer needed",
    },
    "ExchangeRateSet.v1": {
        "from_currency": "EUR", "to_currency": "USD", "rate": "1.084500000", "valid_from": "2025-03-03", "version": 1,
    },
    "BusinessDayStarted.v1": {"company_id": "1000", "business_date": "2025-03-03"},
    "InvoiceBroughtForward.v1": {
        **_CUSTOMER, "invoice_number": "OLD-4711", "invoice_date": "2025-01-15", "due_date": "2025-02-14",
        "currency": "USD", "amount": "820.00", "disputed": False,
    },
    "PaymentReceived.v1": {
        **_CUSTOMER, "payment_id": "PAY-20250313-C-1001", "bank_reference": "BK250313/C-1001",
        "bank_account": "US-021000021-4417009",
        "payer_account": "US-026009593-4417", "payer_name": "Alder Creek Hotels", "currency": "USD",
        "amount": "1670.32", "value_date": "2025-03-13", "method": "ach",
        "remittance": [
            {
                "document_number": "1000-00000001", "amount": "1670.32", "discount": "34.09", "reason": "damage",
                "document_kind": "invoice", "adjustments": [
                    {
                        "amount": "70.00", "reason": "damage", "code": "04", "text": "damaged goods",
                        "reference": "DM-17",
                    },
                ],
            },
        ],
        "trace_number": "021000021234567", "details": "ACH CREDIT ALDER CREEK HOTELS",
        "references": [{"kind": "end_to_end_id", "value": "021000021234567"}],
        "remittance_note": "no amount is stated for 1000-00000002",
        "origin": {"import_id": "IMP-1", "file_name": "statement.xml", "place": "line 12 (Ntry)"},
    },
    "RemittanceAdvised.v1": {
        **_CUSTOMER, "advice_id": "RA-021000021234567", "payer_account": "US-026009593-4417",
        "payer_name": "Alder Creek Hotels", "trace_number": "021000021234567", "currency": "USD", "amount": "1670.32",
        "advised_on": "2025-03-12",
        "lines": [
            {
                "document_number": "1000-00000001", "amount": "1670.32", "discount": "34.09", "reason": "damage",
                "document_kind": "invoice", "adjustments": [
                    {
                        "amount": "70.00", "reason": "damage", "code": "04", "text": "damaged goods",
                        "reference": "DM-17",
                    },
                ],
            },
        ],
    },
    "PaymentReturned.v1": {
        **_CUSTOMER, "return_id": "RET-BK250317/R1", "bank_reference": "BK250317/R1",
        "original_bank_reference": "BK250313/C-1001", "payer_account": "US-026009593-4417", "currency": "USD",
        "amount": "1670.32", "value_date": "2025-03-17", "reason_code": "R01", "reason": "insufficient funds",
        "trace_number": "021000021234567", "details": "ACH RETURN",
        "references": [{"kind": "end_to_end_id", "value": "021000021234567"}],
        "origin": {"import_id": "IMP-1", "file_name": "statement.xml", "place": "line 12 (Ntry)"},
    },
}  # fmt: skip

_INV_CTRL: dict[str, dict[str, Any]] = {
    "StockAnswered.v1": {
        "request_id": "SO-1/R1", "request_no": 1, "order_id": "SO-1", "customer_id": "C-1001",
        "business_date": "2025-03-03",
        "lines": [
            {"line_no": 1, "item_id": "ITEM-034", "allocated": 10, "short": 0},
            {"line_no": 2, "item_id": "ITEM-029", "allocated": 2, "short": 3},
        ],
    },
    "StockReplenished.v1": {
        "replenishment_id": "RP-20250306-ITEM-029", "company_id": "1000", "item_id": "ITEM-029", "quantity": 40,
        "business_date": "2025-03-06",
    },
    "ShipmentConfirmed.v1": {
        "shipment_id": "SO-1/P1/S1", "order_id": "SO-1", "customer_id": "C-1001", "shipped_on": "2025-03-04",
        "lines": [{"line_no": 1, "quantity": 10}, {"line_no": 2, "quantity": 2}],
    },
}  # fmt: skip

_GL_CORE: dict[str, dict[str, Any]] = {
    "JournalBatchPosted.v1": {**_BATCH, "currency": "USD", "totals": _BATCH_TOTALS},
    "JournalBatchRejected.v1": {
        **_BATCH, "attempt": 1, "reason": "period 2025-01 was not open for invoicing yet: release it again",
    },
}  # fmt: skip

_INVOICING: dict[str, dict[str, Any]] = {
    "OrderValidated.v1": {
        **_SO_1, "order_date": "2025-03-03", "currency": "USD", "net": "1683.40", "tax": "122.04", "total": "1805.44",
        "ship_complete": False, "revision": 2, "order_version": 2, "amended_on": "2025-03-04",
        "lines": [
            {
                "line_no": 1, "item_id": "ITEM-034", "quantity": 10, "unit_price": "152.6400", "net": "1526.40",
                "tax_percent": "7.25", "tax": "110.66",
            },
            {
                "line_no": 2, "item_id": "ITEM-029", "quantity": 5, "unit_price": "31.4000", "net": "157.00",
                "tax_percent": "7.25", "tax": "11.38",
            },
        ],
    },
    "OrderRejected.v1": {
        **_CUSTOMER, "order_id": "SO-2", "order_date": "2025-03-04",
        "reasons": [
            {"code": "unknown_item", "text": "Line 1: item ITEM-999 is not known."},
            {"code": "quantity_not_positive", "text": "Line 2: the quantity is 0; it must be at least 1."},
        ],
    },
    "OrderAmendmentRefused.v1": {
        **_SO_1, "revision": 2, "standing_revision": 1, "amended_on": "2025-03-04",
        "reasons": [
            {"code": "too_late_to_amend", "text": "Order SO-1 is Picking: goods are on a pick list or shipped."},
        ],
    },
    "OpenOrderChanged.v1": {
        **_SO_1, "order_version": 2, "state": "Invoiced", "currency": "USD", "open_amount": "101.03",
        "business_date": "2025-03-04", "invoice_id": "INV-SO-1/P1/S1", "invoiced_amount": "1704.41",
        "customer_reference": "PO-4711",
        "instalments": _INSTALMENTS,
    },
    "CreditCheckRequested.v1": {
        **_SO_1, "order_version": 2, "currency": "USD", "open_amount": "101.03", "business_date": "2025-03-06",
    },
    "StockRequested.v1": {
        **_SO_1, "request_id": "SO-1/R1", "request_no": 1, "business_date": "2025-03-03", "ship_complete": False,
        "lines": [
            {"line_no": 1, "item_id": "ITEM-034", "quantity": 10},
            {"line_no": 2, "item_id": "ITEM-029", "quantity": 5},
        ],
    },
    "OrderBackordered.v1": {
        **_SO_1, "business_date": "2025-03-03", "lines": [{"line_no": 2, "item_id": "ITEM-029", "quantity": 3}],
    },
    "AllocationReleased.v1": {
        **_SO_1, "request_id": "SO-1/R2", "business_date": "2025-03-06",
        "lines": [{"line_no": 2, "item_id": "ITEM-029", "quantity": 3}],
    },
    "PickListReleased.v1": {
        **_SO_1, "pick_list_id": "SO-1/P1", "released_on": "2025-03-03", "ship_to_id": "C-1002",
        "lines": [
            {"line_no": 1, "item_id": "ITEM-034", "quantity": 10},
            {"line_no": 2, "item_id": "ITEM-029", "quantity": 2},
        ],
    },
    "InvoicePosted.v1": {
        **_SO_1, "invoice_id": "INV-SO-1/P1/S1", "invoice_number": "1000-00000001", "series": "1000",
        "sequence_number": 1, "ship_to_id": "C-1002", "origin": "shipment",
        "invoice_date": "2025-03-04", "due_date": "2025-04-03", "terms": _TERMS, "discount_date": "2025-03-14",
        "currency": "USD", "net": "1589.20", "tax": "115.21", "total": "1704.41", "discount_amount": "34.09",
        "disputed": False, "jurisdiction": "US-CA", "customer_reference": "PO-4711", "instalments": _INSTALMENTS,
        "lines": [
            {
                "line_no": 1, "item_id": "ITEM-034", "description": "Cordless drill 18 V", "quantity": 10,
                "unit_price": "152.6400", "net": "1526.40", "tax_percent": "7.25", "tax": "110.66",
            },
            {
                "line_no": 2, "item_id": "ITEM-029", "description": "Paper towels, case", "quantity": 2,
                "unit_price": "31.4000", "net": "62.80", "tax_percent": "7.25", "tax": "4.55",
            },
        ],
    },
    "FinanceChargePosted.v1": {
        **_CUSTOMER, "charge_id": "FC-202504-C-1001", "charge_number": "1000-F00000001", "kind": "interest",
        "charge_date": "2025-04-30", "due_date": "2025-05-30", "currency": "USD", "amount": "7.00",
        "reason": "1 % a month on OLD-4711, overdue since 2025-02-14",
    },
    "CreditMemoPosted.v1": {
        **_CUSTOMER, "credit_memo_id": "CM-1", "credit_memo_number": "1000-C00000001",
        "invoice_number": "1000-00000001", "credit_date": "2025-03-20", "currency": "USD", "net": "31.40",
        "tax": "2.28", "total": "33.68", "reason": "One case of paper towels came back.", "reason_code": "return",
        "settles_document": "PAY-20250313-C-1001/A1/D1",
    },
    "CreditMemoDeclined.v1": {
        **_CUSTOMER, "request_id": "DG-7f0f6a4e-4f5b-5c0e-9a55-2f6d8a1c7b10", "declined_on": "2025-03-21",
        "declined_by": "Cora Control", "reason": "The freight was agreed: see the order confirmation.",
    },
    "JournalBatchSubmitted.v1": {**_BATCH, "sequence": 1, "attempt": 2, "currency": "USD", "totals": _BATCH_TOTALS},
}  # fmt: skip

_CREDIT: dict[str, dict[str, Any]] = {
    "CreditApproved.v1": {
        "order_id": "SO-1", "customer_id": "C-1001", "decided_on": "2025-03-03", "currency": "USD",
        "order_amount": "1805.44", "exposure": "2625.44", "credit_limit": "5000.00", "policy_version": 0,
        "valid_until": "2025-04-02", "decision_no": 1, "revision": 1,
        "remarks": [{
            "code": "excluded-by-rule",
            "text": "Rule cash-customers excludes the order from the check: 0 days of payment terms, at most 0.",
        }],
    },
    "CreditHeld.v1": {
        **_SO_3, "decided_on": "2025-03-05", "exposure": "6125.44", "policy_version": 0, "decision_no": 1,
        "revision": 1,
        "reasons": [{
            "code": "over-limit",
            "text": "The order of 3,500.00 USD on top of 2,625.44 USD owed and on order "
            "is 1,125.44 USD above the credit limit of 5,000.00 USD.",
        }],
    },
    "CreditReleased.v1": {
        **_SO_3, "decided_on": "2025-03-13", "exposure": "4320.00", "released_by": "system",
        "reason": "Payments reduced the exposure.", "reason_code": "room-made",
        "released_amount": "3500.00", "valid_until": "2025-04-12", "decision_no": 2,
        "revision": 1,
    },
    "CreditDeclined.v1": {
        "order_id": "SO-4", "customer_id": "C-1001", "decided_on": "2025-03-20", "currency": "USD",
        "order_amount": "9500.00", "declined_by": "Dana Whitfield",
        "reason": "agreed with the customer: prepayment only", "reason_code": "prepayment-only", "decision_no": 2,
        "revision": 1,
    },
    "CreditLimitSet.v1": {
        "customer_id": "C-1001", "limit_version": 1, "currency": "USD", "credit_limit": "8000.00",
        "previous_limit": "5000.00", "valid_from": "2025-03-17", "set_by": "Dana Whitfield",
        "reason": "two seasons of prompt payment", "valid_until": "2025-09-30", "request_id": "C-1001-CR1",
    },
    "CreditStateChanged.v1": {
        "customer_id": "C-1001", "state_version": 1, "old_state": "Active", "new_state": "Warning",
        "cause": "exposure is at or above the warning mark", "business_date": "2025-03-13", "currency": "USD",
        "exposure": "4320.00", "credit_limit": "5000.00",
        "reasons": [{
            "code": "exposure",
            "text": "4,320.00 USD is owed and on order: 86 % of the limit of 5,000.00 USD.",
        }],
    },
    "CreditReportRequested.v1": {
        **_CUSTOMER, "report_id": "C-1001-CR1-B1", "request_id": "C-1001-CR1", "customer_name": "Alder Creek Hotels",
        "currency": "USD", "amount": "8000.00", "requested_on": "2025-03-13", "answer_business_days": 3,
    },
    "FinancialStatementsRequested.v1": {
        **_CUSTOMER, "request_id": "C-1001-CR2", "sent_on": "2025-04-01", "due_on": "2025-05-01",
        "expires_on": "2025-05-15", "reminder": True,
        "text": "Please send us your financial statements of the last two years by 2025-05-01.",
    },
    "CreditRequestDeclined.v1": {
        "request_id": "C-1001-CR2", "customer_id": "C-1001", "decided_on": "2025-05-16", "currency": "USD",
        "amount": "20000.00", "declined_by": "system",
        "reasons": [{
            "code": "statements-not-received",
            "text": "The financial statements we asked for by 2025-05-01 had not reached us by 2025-05-15.",
        }],
    },
}  # fmt: skip

_CREDIT_BUREAU: dict[str, dict[str, Any]] = {
    "CreditReportReceived.v1": {
        "report_id": "C-1001-CR1-B1", "customer_id": "C-1001", "bureau": "Northfield Credit Bureau",
        "report_date": "2025-03-14", "score": 74, "remarks": "Pays its suppliers 4 days beyond terms on average.",
    },
}  # fmt: skip

_CASH_APP: dict[str, dict[str, Any]] = {
    "PaymentApplied.v1": {
        **_CUSTOMER, "application_id": "PAY-20250313-C-1001/A1", "payment_id": "PAY-20250313-C-1001",
        "applied_on": "2025-03-13", "currency": "USD", "amount": "1670.32", "discount": "34.09",
        "lines": [{
            "item_id": "INV-SO-1/P1/S1", "document_number": "1000-00000001", "amount": "1670.32", "discount": "34.09",
            "rule": "remittance",
            "why": "the remittance names 1000-00000001; paid by 2025-03-14, so 34.09 USD discount is granted",
            "evidence": "the remittance names 1000-1, which is 1000-00000001 without leading zeros", "score": 95,
            "alternatives": "1000-00000010 is open with the same amount", "tolerance": "0.00", "deduction": "0.00",
            "discount_taxes": [{"tax_percent": "19", "tax": "5.44"}], "surplus": "0.00", "paid": "1536.69",
            "exchange_difference": "-2.15", "recovered": "0.00", "given_back": "0.00",
        }],
        "policy_version": 2, "paid_currency": "EUR", "paid_amount": "1536.69", "exchange_rate": "1.086960",
        "method": "ach",
    },
    "DeductionOpened.v1": {
        **_CUSTOMER, "deduction_id": "PAY-20250410-C-1001/A1/D1", "application_id": "PAY-20250410-C-1001/A1",
        "item_id": "OLD-4711", "document_number": "OLD-4711",
        "payment_id": "PAY-20250410-C-1001", "business_date": "2025-04-10", "currency": "USD", "amount": "12.00",
        "reason": "freight", "why": "the remittance names OLD-4711; 12.00 USD was deducted (freight)",
        "payer_code": "21", "payer_text": "freight not agreed", "payer_reference": "DM-17",
    },
    "PaymentSuspended.v1": {
        "payment_id": "PAY-20250324-X1", "company_id": "1000", "payer_account": "US-121000248-0093",
        "payer_name": "ALDER CREEK HOTELS TREASURY", "currency": "USD", "amount": "400.00",
        "business_date": "2025-03-24", "reason": "payer account US-121000248-0093 is not known for any customer",
    },
    "CustomerCreditIssued.v1": {
        **_CUSTOMER, "payment_id": "PAY-20250410-C-1001", "business_date": "2025-04-10", "currency": "USD",
        "amount": "30.00", "on_account_balance": "30.00",
    },
    "OnAccountChanged.v1": {
        **_CUSTOMER, "payment_id": "PAY-20250410-C-1001", "movement_no": 3, "currency": "USD", "change": "30.00",
        "business_date": "2025-04-10",
    },
    "UnappliedCashChanged.v1": {
        **_CUSTOMER, "payment_id": "PAY-20250410-C-1001", "movement_no": 2, "currency": "USD", "change": "-30.00",
        "business_date": "2025-04-10",
    },
    "PaymentUnapplied.v1": {
        **_CUSTOMER, "reversal_id": "PAY-20250313-C-1001/A1/R", "application_id": "PAY-20250313-C-1001/A1",
        "payment_id": "PAY-20250313-C-1001", "applied_on": "2025-03-13", "unapplied_on": "2025-03-20",
        "currency": "USD", "amount": "1670.32", "discount": "34.09", "cause": "returned",
        "lines": [{
            "line_no": 1, "item_id": "INV-SO-1/P1/S1", "document_number": "1000-00000001", "amount": "1670.32",
            "discount": "34.09", "tolerance": "0.00", "deduction": "0.00",
            "discount_taxes": [{"tax_percent": "19", "tax": "5.44"}], "surplus": "0.00", "paid": "1536.69",
            "exchange_difference": "-2.15", "recovered": "0.00", "given_back": "0.00",
        }],
        "reason": "the bank returned the payment: R01 insufficient funds", "method": "check",
    },
    "PaymentTransferred.v1": {
        "company_id": "1000", "transfer_id": "PAY-20250324-X1/T5", "payment_id": "PAY-20250324-X1",
        "from_customer_id": "C-1001", "to_customer_id": "C-1002", "transferred_on": "2025-03-26", "currency": "USD",
        "amount": "400.00", "reason": "The remittance advice came from Alder Creek Hotels. (Pia Marsh)",
    },
    "PaymentRefunded.v1": {
        **_CUSTOMER, "refund_id": "RF-0d9d5c5e-0a4c-5b0f-8c7e-6a1d2f3b4c5d/R",
        "cancels": "RF-0d9d5c5e-0a4c-5b0f-8c7e-6a1d2f3b4c5d", "payment_id": "PAY-20250410-C-1001",
        "refunded_on": "2025-04-14", "currency": "USD", "amount": "-30.00", "ordered_by": "Pia Marsh",
        "approved_by": "Carl Ortega", "reason": "The customer closed the account.",
    },
    "PaymentDishonored.v1": {
        **_CUSTOMER, "dishonor_id": "RET-20250418-1/M1", "return_id": "RET-20250418-1",
        "payment_id": "PAY-20250410-C-1001", "dishonored_on": "2025-04-18", "currency": "USD", "amount": "30.00",
        "applications_undone": 0, "reason": "the bank returned the payment: R01 insufficient funds",
    },
    "ItemWrittenOff.v1": {
        **_CUSTOMER, "write_off_id": "WO-1c2d3e4f-5a6b-5c7d-8e9f-0a1b2c3d4e5f/R",
        "reverses": "WO-1c2d3e4f-5a6b-5c7d-8e9f-0a1b2c3d4e5f", "item_id": "BF-OLD-4711",
        "document_number": "OLD-4711", "written_off_on": "2025-06-30", "currency": "USD", "amount": "-20.00",
        "approved_by": "Carl Ortega", "reason": "The insolvency estate has no assets.",
    },
    "OpenItemChanged.v1": {
        **_CUSTOMER, "item_id": "INV-SO-1/P1/S1", "item_version": 3, "document_number": "1000-00000001",
        "kind": "invoice", "currency": "USD", "original_amount": "1704.41", "open_amount": "1704.41",
        "change": "1670.32", "cause": "unapplied", "cause_id": "PAY-20250313-C-1001/A1/R",
        "reverses": "PAY-20250313-C-1001/A1", "business_date": "2025-03-20",
        "document_date": "2025-03-04", "due_date": "2025-04-03", "disputed": False,
        "payment_method": "ach", "value_date": "2025-03-12",
    },
}  # fmt: skip

_COLLECTIONS: dict[str, dict[str, Any]] = {
    "WriteOffApproved.v1": {
        **_CUSTOMER, "write_off_id": "WO-BF-OLD-4711-1", "item_id": "BF-OLD-4711", "currency": "USD",
        "amount": "420.00", "requested_by": "Ruth Calder", "approved_by": "Mona Reyes", "approved_on": "2025-07-01",
        "reason": "The customer is insolvent; no payment is expected.",
    },
    "CreditMemoRequested.v1": {
        **_CUSTOMER, "request_id": "DG-7f0f6a4e-4f5b-5c0e-9a55-2f6d8a1c7b10", "document_number": "1000-00000001",
        "settles_document": "PAY-20250313-C-1001/A1/D1", "currency": "USD", "amount": "34.09",
        "reason_code": "freight", "reason": "Freight was to be free of charge.", "requested_by": "Ruth Calder",
        "requested_on": "2025-03-18",
    },
    "FinanceChargeAssessed.v1": {
        **_CUSTOMER, "charge_id": "FC/C-1001/1000/USD/2025-03", "kind": "interest", "assessed_on": "2025-04-01",
        "through": "2025-03-31", "due_date": "2025-05-01", "currency": "USD", "amount": "12.13",
        "reason": "Interest of 12 % a year to 2025-03-31 on 1 overdue item.", "policy_version": 1,
        "items": [{
            "item_id": "BF-OLD-4711", "document_number": "OLD-4711", "open_amount": "820.00", "days": 45,
            "amount": "12.13",
            "periods": [{
                "open_amount": "820.00", "after": "2025-02-14", "through": "2025-03-31", "days": 45,
            }],
        }],
    },
    "DunningSent.v1": {
        **_CUSTOMER, "notice_id": "C-1001/2025-03-18/2/1000-USD", "step": 2, "step_name": "first-letter",
        "sent_on": "2025-03-18", "currency": "USD", "total": "820.00", "credit": "120.00",
        "net": "700.00", "policy_version": 0,
        "items": [{
            "item_id": "BF-OLD-4711", "document_number": "OLD-4711", "due_date": "2025-02-14", "days_overdue": 32,
            "open_amount": "820.00",
        }],
    },
    "ActivityLogged.v1": {
        "activity_id": "7f0f6a4e-4f5b-5c0e-9a55-2f6d8a1c7b10", "customer_id": "C-1001", "kind": "call",
        "on": "2025-03-18", "by": "Ruth Calder",
        "text": "Will pay 400.00 of OLD-4711 within a week, the rest in April.",
    },
    "PromiseMade.v1": {
        "promise_id": "C-1001/P1", "customer_id": "C-1001", "made_on": "2025-03-18", "due_on": "2025-03-25",
        "currency": "USD", "amount": "400.00", "made_by": "Ruth Calder",
    },
    "PromiseDue.v1": {
        "promise_id": "C-1001/P1", "customer_id": "C-1001", "due_on": "2025-03-25", "business_date": "2025-03-25",
    },
    "PromiseKept.v1": {
        "promise_id": "C-1001/P1", "customer_id": "C-1001", "judged_on": "2025-03-24", "currency": "USD",
        "amount": "400.00", "applied": "400.00",
    },
    "PromiseBroken.v1": {
        "promise_id": "C-1001/P2", "customer_id": "C-1001", "judged_on": "2025-04-07", "currency": "USD",
        "amount": "420.00", "applied": "0.00",
    },
    "CreditHoldRequested.v1": {
        "hold_id": "C-1001/P2/H", "customer_id": "C-1001", "promise_id": "C-1001/P2", "requested_on": "2025-04-07",
        "reason": f"{_SECOND_PROMISE} was broken: 0.00 USD was applied by then",
    },
    "CreditHoldLifted.v1": {
        "hold_id": "C-1001/P2/H", "customer_id": "C-1001", "promise_id": "C-1001/P2", "lifted_on": "2025-04-10",
        "lifted_by": "system",
        "reason": f"{_SECOND_PROMISE} was paid by 2025-04-10",
    },
}  # fmt: skip

_ANALYTICS: dict[str, dict[str, Any]] = {
    "AgingSnapshotTaken.v1": {
        "snapshot_id": "1000/USD/2025-03-31", "company_id": "1000", "as_of": "2025-03-31", "currency": "USD",
        "current": "3500.00", "days_1_30": "0.00", "days_31_60": "420.00", "days_61_90": "0.00",
        "days_91_120": "0.00", "over_120": "0.00", "total": "3920.00", "open_items": 2,
        "on_account": "30.00", "unapplied": "0.00",
    },
    "PeriodReported.v1": {
        "report_id": "1000/USD/2025-03", "company_id": "1000", "period_start": "2025-03-01",
        "period_end": "2025-03-31", "currency": "USD", "opening": "820.00", "sales": "5204.41", "closing": "3920.00",
        "closing_current": "3500.00", "collections": "2104.41", "cash_collected": "2070.32", "cei_percent": "83.36",
        "cash_share_percent": "98.38", "dso_days": "23.35",
    },
}  # fmt: skip

EXAMPLES = {
    **_ERP, **_INV_CTRL, **_GL_CORE, **_INVOICING, **_CREDIT, **_CREDIT_BUREAU, **_CASH_APP, **_COLLECTIONS,
    **_ANALYTICS,
}  # fmt: skip
"""A body in JSON by CloudEvents type: amounts are strings, dates ISO 8601."""
