"""What the route of exchange rates answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel


class ExchangeRateView(BaseModel):
    """1 `from_currency` = `rate` `to_currency`, from `valid_from` until the pair's next rate."""

    from_currency: str
    to_currency: str
    valid_from: date
    version: int
    rate: Decimal
    """As the ERP published it, with all its decimals."""
