"""Events of analytics: the aging of a day, the figures of a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from shared.contracts.event import Amount, BusinessDate, Currency, Event, Identifier, NonNegativeAmount


class AgingSnapshotTaken(
    Event, published_by=("analytics",), key="company_id", subject="snapshot_id", order=("as_of", "snapshot_id")
):
    """The aging of one company and currency was taken: open amounts by days overdue at the end of a business day."""

    snapshot_id: Identifier
    company_id: Identifier
    as_of: BusinessDate
    currency: Currency
    current: NonNegativeAmount
    days_1_30: NonNegativeAmount
    days_31_60: NonNegativeAmount
    days_61_90: NonNegativeAmount
    days_91_120: NonNegativeAmount
    over_120: NonNegativeAmount
    total: NonNegativeAmount
    open_items: Annotated[int, Field(ge=0)]
    on_account: Amount = Decimal(0)
    """Credit of customers that settles no item yet; not part of `total`."""
    unapplied: Amount = Decimal(0)
    """Money received from customers that is not applied yet; not part of `total`."""


class PeriodReported(
    Event, published_by=("analytics",), key="company_id", subject="report_id", order=("period_end", "report_id")
):
    """The receivables figures of a calendar month were reported, for one company and currency."""

    report_id: Identifier
    company_id: Identifier
    period_start: BusinessDate
    period_end: BusinessDate
    currency: Currency
    opening: NonNegativeAmount
    sales: NonNegativeAmount
    closing: NonNegativeAmount
    closing_current: NonNegativeAmount
    collections: Amount
    """Opening + sales - closing: everything that reduced receivables, cash or not."""
    cash_collected: NonNegativeAmount
    cei_percent: Amount | None
    """Collection effectiveness index; None: nothing was collectible."""
    cash_share_percent: Amount | None
    """Cash collected as a share of `collections`; None: nothing reduced receivables."""
    dso_days: Amount | None
    """Days sales outstanding: closing / sales x days of the month; None: no sales."""
