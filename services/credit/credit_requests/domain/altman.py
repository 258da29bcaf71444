"""Altman's Z-scores: how near a company is to failing, from five ratios of its statements.

Sources: E. I. Altman, "Financial Ratios, Discriminant Analysis and the Prediction of Corporate Bankruptcy", The
Journal of Finance 23 (1968), for Z; E. I. Altman, "Predicting Financial Distress of Companies: Revisiting the Z-Score
and ZETA Models" (2000), for Z' and Z''.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

Zone = Literal["safe", "grey", "distress"]


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of one variant, and the scores above which a company is safe and below which it is in distress."""

    name: str
    working_capital: Decimal
    retained_earnings: Decimal
    ebit: Decimal
    equity: Decimal
    sales: Decimal
    safe_above: Decimal
    distress_below: Decimal

    def score(
        self,
        *,
        working_capital: Decimal,
        retained_earnings: Decimal,
        ebit: Decimal,
        equity: Decimal,
        sales: Decimal,
    ) -> Decimal:
        """To two decimal places. `equity` is a share of total liabilities, everything else of total assets."""
        total = (
            self.working_capital * working_capital
            + self.retained_earnings * retained_earnings
            + self.ebit * ebit
            + self.equity * equity
            + self.sales * sales
        )
        return total.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def zone(self, score: Decimal) -> Zone:
        if score > self.safe_above:
            return "safe"
        return "distress" if score < self.distress_below else "grey"


def _model(name: str, weights: str, safe_above: str, distress_below: str) -> Model:
    working_capital, retained_earnings, ebit, equity, sales = map(Decimal, weights.split())
    bounds = Decimal(safe_above), Decimal(distress_below)
    return Model(name, working_capital, retained_earnings, ebit, equity, sales, *bounds)


Z_PUBLIC: Final = _model("Z", "1.2 1.4 3.3 0.6 1.0", "2.99", "1.81")
"""Altman 1968: public manufacturers; equity at market value."""
Z_PRIVATE: Final = _model("Z'", "0.717 0.847 3.107 0.420 0.998", "2.90", "1.23")
"""Altman 2000: private manufacturers; equity at book value."""
Z_DOUBLE_PRIME: Final = _model("Z''", "6.56 3.26 6.72 1.05 0", "2.60", "1.10")
"""Altman 2000: any trade, as sales do not count. Equity at book value for private companies, at market value for
public ones. For companies in emerging markets Altman adds 3.25 to the score and to both bounds, which moves none
across a bound; it is left out here."""
