"""What the credit bureau answers: how likely a company is to pay, seen by others."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import BusinessDate, Event, Identifier, Text


class CreditReportReceived(
    Event, published_by=("credit_bureau",), subject="report_id", order=("report_date", "report_id")
):
    """The bureau's answer to CreditReportRequested with the same `report_id`."""

    report_id: Identifier
    customer_id: Identifier
    bureau: Text
    report_date: BusinessDate
    score: Annotated[int, Field(ge=0, le=100)] | None = None
    """0 will surely fail, 100 will surely pay; None: the bureau has nothing on file."""
    remarks: Text = ""
