"""The financial statements that customers send when they are asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from simulator.dice import Dice


def annual_accounts(dice: Dice, request_id: str, currency: str, amount: Decimal, today: date) -> list[dict[str, Any]]:
    """Two years that balance, of a company whose size fits the credit it asks for."""
    cast = dice.on("annual accounts", request_id)
    last = today.year - 1 if today >= date(today.year, 3, 1) else today.year - 2
    assets = int(amount) * cast.randint(4, 30)
    before = _year(cast, last - 1, currency, assets)
    return [before, _year(cast, last, currency, assets * cast.randint(95, 115) // 100)]


def _year(cast: Random, year: int, currency: str, assets: int) -> dict[str, Any]:
    def share(low: int, high: int) -> int:
        return assets * cast.randint(low, high) // 100

    cash, receivables, inventory = share(3, 10), share(15, 25), share(15, 30)
    payables, other, long_term = share(8, 20), share(5, 15), share(10, 30)
    sales = assets * cast.randint(120, 220) // 100
    ebit = sales * cast.randint(-2, 10) // 100
    equity = assets - payables - other - long_term
    return {
        "fiscal_year": year,
        "ends_on": f"{year}-12-31",
        "currency": currency,
        "cash": cash,
        "receivables": receivables,
        "inventory": inventory,
        "other_current_assets": 0,
        "fixed_assets": assets - cash - receivables - inventory,
        "payables": payables,
        "other_current_liabilities": other,
        "long_term_liabilities": long_term,
        "equity": equity,
        "retained_earnings": equity // 2,
        "sales": sales,
        "cost_of_sales": sales * 7 // 10,
        "ebit": ebit,
        "interest": long_term * 5 // 100,
        "net_income": (ebit - long_term * 5 // 100) * 3 // 4,
    }
