"""How amounts are shown to people."""

from __future__ import annotations

from decimal import Decimal

from shared.kernel.money import round_half_up


def shown_amount(amount: Decimal, currency: str) -> str:
    """With the decimals that the currency has: 1,234.50 USD, but 1,235 JPY."""
    return f"{round_half_up(amount, currency):,}"
