"""The sentences that work queues show: why an entry is there, and how likely a payment is the one that was returned."""

from __future__ import annotations

from typing import Any, Final, Literal, assert_never

Queue = Literal["suspense", "unmatched", "on_account", "deductions", "duplicates", "returns", "advices", "approvals"]

RETURNED_DAYS_MAX: Final = 120
"""A payment with an older value date than this, before that of the return, is no candidate for the return."""
_SAME_CUSTOMER_SCORE, _SAME_ACCOUNT_SCORE, _SAME_AMOUNT_SCORE = 90, 80, 50


def evidence_of(queue: Queue, row: Any) -> str:
    """Why the entry is in the queue, in a sentence."""
    match queue:
        case "suspense":
            return str(row["identified_by"])
        case "unmatched" | "on_account":
            return str(row["note"] or row["identified_by"])
        case "duplicates":
            return str(row["held_because"])
        case "deductions":
            return str(row["why"] or f"{row['document_number']}: deducted from an item by its payer")
        case "returns":
            return "; ".join(filter(None, [row["note"], " ".join(filter(None, [row["reason_code"], row["reason"]]))]))
        case "advices":
            return f"for payment {row['payment_id']}: {row['note']}"
        case "approvals":
            kind = row["kind"].replace("_", "-")
            return f"{row['requested_by']} requests a {kind} of {row['subject']}: {row['reason']}"
        case _:
            assert_never(queue)


def likeness_to_return(row: Any) -> int:
    """How likely the payment is the returned one, 0 to 100."""
    if row["same_customer"]:
        return _SAME_CUSTOMER_SCORE
    return _SAME_ACCOUNT_SCORE if row["same_account"] else _SAME_AMOUNT_SCORE
