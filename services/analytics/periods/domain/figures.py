"""The figures of a period: relief of receivables, CEI, share of cash, DSO.

Amounts are of one company and currency, in that currency. Percentages and days are rounded half-up at two decimals;
None where the definition divides by zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTH = Decimal("0.01")


def _hundredths(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, ROUND_HALF_UP)


def relief(opening: Decimal, sales: Decimal, closing: Decimal) -> Decimal:
    """Everything that relieved receivables in the period, cash or not: opening + sales - closing."""
    return opening + sales - closing


def cei_percent(opening: Decimal, sales: Decimal, closing: Decimal, closing_current: Decimal) -> Decimal | None:
    """Collection effectiveness index, in per cent; 100 when all that could be collected was.

    (opening + sales - closing total) / (opening + sales - closing current) x 100, the definition of the
    Credit Research Foundation. None when nothing was collectable.
    """
    collectable = opening + sales - closing_current
    if collectable <= 0:
        return None
    return _hundredths(relief(opening, sales, closing) / collectable * 100)


def cash_share_percent(cash_collected: Decimal, relieved: Decimal) -> Decimal | None:
    """Cash applied as a share of all relief, in per cent; the rest is discount, credit and write-off."""
    if relieved <= 0:
        return None
    return _hundredths(cash_collected / relieved * 100)


def dso_days(closing: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Days sales outstanding by the simple method: closing receivables / credit sales x days of the period."""
    if sales <= 0:
        return None
    return _hundredths(closing / sales * days)


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What is measured of a period, and the figures that follow from it."""

    opening: Decimal
    sales: Decimal
    closing: Decimal
    closing_current: Decimal
    cash_collected: Decimal
    days: int

    @property
    def collections(self) -> Decimal:
        return relief(self.opening, self.sales, self.closing)

    @property
    def cei_percent(self) -> Decimal | None:
        return cei_percent(self.opening, self.sales, self.closing, self.closing_current)

    @property
    def cash_share_percent(self) -> Decimal | None:
        return cash_share_percent(self.cash_collected, self.collections)

    @property
    def dso_days(self) -> Decimal | None:
        return dso_days(self.closing, self.sales, self.days)
