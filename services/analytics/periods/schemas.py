"""The figures of months over HTTP: amounts as strings, in the currency beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.analytics.periods.store import figures_from_row
from shared.contracts.event import Currency, Identifier


class PeriodView(BaseModel):
    """The figures of a calendar month, of one company and currency."""

    company_id: Identifier
    currency: Currency
    month: str
    opening: Decimal
    sales: Decimal
    closing: Decimal
    closing_current: Decimal
    collections: Decimal
    """Opening + sales - closing."""
    cash_collected: Decimal
    cei_percent: Decimal | None
    cash_share_percent: Decimal | None
    """Cash collected as a share of collections."""
    dso_days: Decimal | None

    @classmethod
    def of(cls, row: Any) -> Self:
        figures = figures_from_row(row)
        return cls(
            company_id=row["company_id"],
            currency=row["currency"],
            month=f"{row['period_start']:%Y-%m}",
            opening=figures.opening,
            sales=figures.sales,
            closing=figures.closing,
            closing_current=figures.closing_current,
            collections=figures.collections,
            cash_collected=figures.cash_collected,
            cei_percent=figures.cei_percent,
            cash_share_percent=figures.cash_share_percent,
            dso_days=figures.dso_days,
        )


class DsoPoint(BaseModel):
    """Days sales outstanding of a month: closing / sales x days of the month; null without sales."""

    company_id: Identifier
    currency: Currency
    month: str
    closing: Decimal
    sales: Decimal
    dso_days: Decimal | None


class CeiPoint(BaseModel):
    """Collection effectiveness of a month, in per cent; null where nothing was collectable."""

    company_id: Identifier
    currency: Currency
    month: str
    collections: Decimal
    collectable: Decimal
    """Opening + sales - closing current."""
    cei_percent: Decimal | None
