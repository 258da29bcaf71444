"""What clerks send to correct payments."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.cash_app.payments.schemas import WithVersion
from shared.chassis.http.schemas import RequestBody
from shared.contracts.event import Identifier, PositiveAmount


class TransferBody(WithVersion):
    to_customer_id: Identifier


class PartBody(RequestBody):
    customer_id: Identifier
    amount: PositiveAmount


class SplitBody(WithVersion):
    parts: Annotated[list[PartBody], Field(min_length=1, max_length=50)]
