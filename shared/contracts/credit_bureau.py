"""Events of the credit bureau: reports on how likely a company is to pay."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import BusinessDate, Event, Identifier, Text


class CreditReportReceived(
    Event, published_by=("credit_bureau",), subject="report_id", order=("report_date", "report_id")
):
    """The credit bureau reported on a customer. It answers CreditReportRequested with the same `report_id`."""

    report_id: Identifier
    customer_id: Identifier
    bureau: Text
    report_date: BusinessDate
    score: Annotated[int, Field(ge=0, le=100)] | None = None
    """From 0 (certain default) to 100 (certain payment); None: the bureau has no file on the company."""
    remarks: Text = ""
