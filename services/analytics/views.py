"""What analytics answers over HTTP: amounts as strings, in the currency beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

import asyncpg
from pydantic import BaseModel

from services.analytics.reports import BUCKET_COLUMNS, period_figures
from shared.contracts.event import Currency, Identifier
from shared.kernel.money import round_half_up


class AgingLine(BaseModel):
    """Open amounts by days overdue, of one company and currency (and customer, where asked by customer)."""

    company_id: Identifier
    currency: Currency
    customer_id: Identifier | None = None
    customer_name: str | None = None
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91_120: Decimal
    over_120: Decimal
    total: Decimal
    open_items: int

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        amounts = {column: round_half_up(row[column], row["currency"]) for column in BUCKET_COLUMNS}
        return cls(
            company_id=row["company_id"],
            currency=row["currency"],
            customer_id=row.get("customer_id"),
            customer_name=row.get("customer_name"),
            current=amounts.pop("current_amount"),
            open_items=row["open_items"],
            **amounts,
        )


class AgingAnswer(BaseModel):
    """Aging at the end of a day; by customer it comes in pages."""

    as_of: date
    items: list[AgingLine]
    next_cursor: str | None = None


class TrendPoint(AgingLine):
    """A snapshot as it was said on the day after `as_of`."""

    as_of: date

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        return cls(as_of=row["as_of"], **AgingLine.of(row).model_dump())


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
    def of(cls, row: asyncpg.Record) -> Self:
        figures = period_figures(row)
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
