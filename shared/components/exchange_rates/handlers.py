"""Exchange rates that the ERP publishes."""

from __future__ import annotations

from typing import Final

from shared.chassis.declare.handlers import Subscription, on
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.erp import ExchangeRateSet


async def keep_exchange_rates(rates: list[ExchangeRateSet], uow: UnitOfWork) -> None:
    """Stores dated rates. Of the same pair and day the highest version counts, in whichever order versions arrive."""
    newest = {
        (rate.from_currency, rate.to_currency, rate.valid_from): rate
        for rate in sorted(rates, key=lambda rate: rate.version)
    }
    await uow.write("save_exchange_rates", [(*key, newest[key].version, newest[key].rate) for key in sorted(newest)])


SUBSCRIPTION: Final[Subscription] = on(ExchangeRateSet, keep_exchange_rates)
