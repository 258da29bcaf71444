"""Deferred events as people see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel


class DeferredEventView(BaseModel):
    """An event that arrived before what it answers, and is applied later."""

    kind: str
    subject: str
    customer_id: str
    order_id: str
    business_date: date
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> DeferredEventView:
        return cls.model_validate({**row, "body": json.loads(row["body"])})
