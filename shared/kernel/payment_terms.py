"""Payment terms: when an invoice falls due and what paying early is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """ "2/10 net 30" is `PaymentTerms(net_days=30, discount_days=10, discount_percent=Decimal(2))`."""

    net_days: int
    discount_days: int = 0
    discount_percent: Decimal = Decimal(0)

    def due_date(self, invoice_date: date) -> date:
        return invoice_date + timedelta(days=self.net_days)

    def discount_date(self, invoice_date: date) -> date | None:
        """The last day on which the discount may be taken; None where the terms grant none."""
        if not self.discount_percent:
            return None
        return invoice_date + timedelta(days=self.discount_days)

    def discount(self, gross: Decimal, currency: str) -> Decimal:
        """The early-payment discount on a gross invoice amount, rounded half-up."""
        return round_half_up(gross * self.discount_percent / 100, currency)

    def __str__(self) -> str:
        if self.discount_percent:
            return f"{self.discount_percent.normalize():f}/{self.discount_days} net {self.net_days}"
        return f"net {self.net_days}"
