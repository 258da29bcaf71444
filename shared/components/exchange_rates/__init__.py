"""Dated exchange rates from the ERP: one table, kept up to date and read the same way in every service.

A service adopts the component in four steps:

1. `app.py`: add `exchange_rates.COMPONENT` to `components` (table `exchange_rate`, `GET /exchange-rates`);
2. `handlers.py`: put `exchange_rates.SUBSCRIPTION` into the handler table, before what converts amounts;
3. where amounts are converted: `rates = await exchange_rates.load_rates(uow, currencies, days)`, then
   `rates.on(day).convert(...)` (many pairs on one day) or `rates.rate(..., day)` (pairs on several days); the rules
   that need rates take the values of `shared.kernel.exchange_rates`, not this component;
4. delete its own table `exchange_rate`, its queries and its route.
"""

from __future__ import annotations

from pathlib import Path

from shared.chassis.declare.service import Component
from shared.components.exchange_rates.api import router
from shared.components.exchange_rates.handlers import SUBSCRIPTION, keep_exchange_rates
from shared.components.exchange_rates.store import load_rates

COMPONENT = Component("exchange_rates", Path(__file__).parent, router)

__all__ = ["COMPONENT", "SUBSCRIPTION", "keep_exchange_rates", "load_rates"]
