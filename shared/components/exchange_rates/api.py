"""Exchange rates over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from shared.chassis.http import Cursor, Limit, Page, Person, ReadSession, decode_cursor, read_session, require_roles
from shared.chassis.http.paging import day
from shared.components.exchange_rates.schemas import ExchangeRateView
from shared.contracts.event import Currency

router = APIRouter()

_POSITION = ("valid_from", "from_currency", "to_currency")


@router.get("/exchange-rates")
async def list_exchange_rates(
    *,
    viewer: Annotated[Person, require_roles()],
    db: Annotated[ReadSession, read_session()],
    from_currency: Annotated[Currency | None, Query()] = None,
    to_currency: Annotated[Currency | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ExchangeRateView]:
    """Exchange rates as the ERP published them, the newest first."""
    after = decode_cursor(cursor, 3, day, str, str)
    rows = await db.fetch("list_exchange_rates", from_currency, to_currency, *after, limit + 1)
    return Page[ExchangeRateView].of(
        rows,
        limit,
        lambda row: ExchangeRateView.model_validate(dict(row)),
        lambda row: [row[name] for name in _POSITION],
    )
