"""Accounts over HTTP: the list, the detail, exposure as of a day, the history; suspend, resolve, close."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.credit.access import Db, Manager, Viewer
from services.credit.account_status.commands import change_account_state
from services.credit.account_status.schemas import (
    AccountDetail,
    AccountStateChanged,
    ChangeAccountState,
    ExposureAsOf,
    HistoryView,
    HoldView,
    MovementSums,
    StateView,
)
from services.credit.accounts.domain.account_state import StateCause
from services.credit.accounts.schemas import AccountView, ExposureView, OtherCurrency
from services.credit.accounts.store import account_from_row
from services.credit.accounts.valuation_loader import load_rates_on
from services.credit.credit_requests.schemas import RequestView
from services.credit.credit_requests.store import request_from_row
from services.credit.limits.schemas import LimitView, PlannedLimitView
from services.credit.limits.store import credit_file_from_row
from services.credit.order_authorization.account_lookup import (
    load_valued_account,
    no_account,
    rule_versions,
    rules_today,
    value,
)
from services.credit.order_authorization.schemas import HeldOrderLine
from services.credit.order_authorization.store import order_from_row
from services.credit.work import CreditWork
from shared.chassis.http import Command, Cursor, Limit, Page, decode_cursor
from shared.contracts.credit import CreditState
from shared.contracts.event import BusinessDate

router = APIRouter()

Filter = Annotated[str | None, Query(max_length=80)]


@router.get("/accounts")
async def list_accounts(
    *,
    viewer: Viewer,
    db: Db,
    state: CreditState | None = None,
    over_limit: Annotated[bool | None, Query(description="Only those with exposure above the limit, or not.")] = None,
    company_id: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AccountView]:
    """Credit accounts by customer id."""
    (after,) = decode_cursor(cursor, 1, str)
    versions = await rule_versions(db)
    rows = await db.fetch("view_accounts", state, over_limit, company_id, after, limit + 1)
    accounts = {row["customer_id"]: account_from_row(row) for row in rows}
    await value(list(accounts.values()), db)

    def view(row: Any) -> AccountView:
        account = accounts[row["customer_id"]]
        return AccountView.of(account, versions.on(db.days.of(account.company_id) or date.min).document)

    return Page[AccountView].of(rows, limit, view, lambda row: [row["customer_id"]])


@router.get("/accounts/{customer_id}")
async def show_account(customer_id: str, viewer: Viewer, db: Db) -> AccountDetail:
    """An account: its limit, exposure by part, headroom, holds, held orders, state and earlier states."""
    account = await load_valued_account(customer_id, db)
    held = await db.fetch("view_held_orders_by_age", customer_id, *[None] * 7, 200, None)
    other = await db.fetch("view_other_currencies", customer_id, account.currency)
    return AccountDetail(
        account=AccountView.of(account, (await rules_today(account.company_id, db)).document),
        exposure=ExposureView.of(account),
        holds=[HoldView.model_validate(dict(row)) for row in await db.fetch("view_holds", customer_id)],
        held_orders=[HeldOrderLine.of(order_from_row(row)) for row in held],
        not_counted=[OtherCurrency.of(row) for row in other if row["currency"] in account.without_rate],
        state_history=[StateView.of(row, account.currency) for row in await db.fetch("view_states", customer_id)],
    )


@router.get("/accounts/{customer_id}/exposure")
async def exposure_as_of(
    customer_id: str,
    viewer: Viewer,
    db: Db,
    as_of: Annotated[BusinessDate | None, Query(description="The end of a past day; today unless given.")] = None,
) -> ExposureAsOf:
    """Exposure by part as of the end of a day, from its dated changes, by that day's rates and rules."""
    account = await load_valued_account(customer_id, db)
    day = as_of or db.days.of(account.company_id) or date.max
    rows = await db.fetch("exposure_as_of", customer_id, day)
    taxes = {row["currency"]: row["amount"] for row in await db.fetch("order_tax_as_of", customer_id, day)}
    pairs = {(row["currency"], account.currency) for row in rows if row["currency"] != account.currency}
    rules = (await rule_versions(db)).on(day).document.exposure
    sums = MovementSums(rows, taxes, rules, await load_rates_on(day, pairs, db))
    return ExposureAsOf.of(customer_id, account.currency, day, sums)


@router.get("/accounts/{customer_id}/history")
async def show_history(customer_id: str, viewer: Viewer, db: Db) -> HistoryView:
    """How the account came to its state: earlier states, limits, reviews and requests."""
    row = await db.fetchrow("view_account", customer_id)
    kept = await db.fetchrow("view_credit_file", customer_id)
    if row is None or kept is None:
        raise no_account(customer_id)
    account, file = account_from_row(row), credit_file_from_row(kept)
    requests = await db.fetch("view_requests", None, None, None, customer_id, None, None, None, 100)
    return HistoryView(
        customer_id=customer_id,
        currency=account.currency,
        state=account.state,
        credit_limit=account.credit_limit,
        risk_class=file.risk_class,
        reviewed_on=file.reviewed_on,
        review_due_on=file.review_due_on,
        closed_on=file.closed_on,
        planned_limits=[PlannedLimitView.model_validate(asdict(limit)) for limit in file.planned_limits],
        states=[StateView.of(state, account.currency) for state in await db.fetch("view_states", customer_id)],
        limits=[LimitView.of(limit, account.currency) for limit in await db.fetch("view_limits", customer_id)],
        requests=[RequestView.of(request_from_row(request)) for request in requests],
    )


@router.post("/accounts/{customer_id}/suspend")
async def suspend(customer_id: str, body: ChangeAccountState, command: Manager) -> AccountStateChanged:
    """Nothing is sold on credit until the account is resolved."""
    return await _change_state(customer_id, StateCause.SUSPENDED, body, command)


@router.post("/accounts/{customer_id}/resolve")
async def resolve(customer_id: str, body: ChangeAccountState, command: Manager) -> AccountStateChanged:
    """The reason for the suspension is resolved: the account is reviewed, and a credit request decides."""
    return await _change_state(customer_id, StateCause.RESOLVED, body, command)


@router.post("/accounts/{customer_id}/close")
async def close(customer_id: str, body: ChangeAccountState, command: Manager) -> AccountStateChanged:
    """What was owed is written off. The limit is set to zero; the customer needs a new credit request to return."""
    return await _change_state(customer_id, StateCause.WRITTEN_OFF, body, command)


async def _change_state(
    customer_id: str, cause: StateCause, body: ChangeAccountState, command: Command
) -> AccountStateChanged:
    async def work(uow: CreditWork) -> AccountStateChanged:
        account = await change_account_state(customer_id, cause, body.reason, command, uow)
        return AccountStateChanged(
            customer_id=customer_id, currency=account.currency, credit_limit=account.credit_limit, state=account.state
        )

    return await command.run(work, body)
