"""Tables of accounts and open items, and the dated movements of exposure."""

from __future__ import annotations

import json
from typing import Any, Final

import asyncpg

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import AccountProfile
from services.credit.accounts.domain.exposure import ExposureMovement
from services.credit.accounts.domain.open_items import OpenItem
from shared.chassis.transaction.unit_of_work import Table
from shared.kernel.money import round_half_up


def account_from_row(row: asyncpg.Record) -> CreditAccount:
    currency = row["currency"]
    account = CreditAccount(
        customer_id=row["customer_id"],
        customer_version=row["customer_version"],
        company_id=row["company_id"],
        name=row["name"],
        currency=currency,
        limit_version=row["limit_version"],
        state=row["state"],
        state_version=row["state_version"],
        holds=json.loads(row["holds"]) if row["holds"] != "{}" else {},
        group_id=row["group_id"],
        ordered_on=row["ordered_on"],
        profile=AccountProfile(row["profile"]),
    )
    if account.has_master_data:
        account.credit_limit = round_half_up(row["credit_limit"], currency)
        account.open_items_total = round_half_up(row["open_items_total"], currency)
        account.open_orders_total = round_half_up(row["open_orders_total"], currency)
        account.open_orders_tax = round_half_up(row["open_orders_tax"], currency)
        account.ordered_amount = round_half_up(row["ordered_amount"], currency)
    return account


def _account_to_row(account: CreditAccount) -> tuple[Any, ...]:
    return (
        account.customer_id,
        account.customer_version,
        account.company_id,
        account.name,
        account.currency,
        account.credit_limit,
        account.limit_version,
        account.open_items_total,
        account.open_orders_total,
        account.state,
        account.state_version,
        json.dumps(account.holds) if account.holds else "{}",
        account.open_orders_tax,
        account.group_id,
        account.ordered_on,
        account.ordered_amount,
        account.profile.text,
    )


def _item_from_row(row: asyncpg.Record) -> OpenItem:
    return OpenItem(
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        currency=row["currency"],
        open_amount=round_half_up(row["open_amount"], row["currency"]),
        item_version=row["item_version"],
        due_date=row["due_date"],
        closed_on=row["closed_on"],
        order_id=row["order_id"],
        contested=row["contested"],
        payments=row["payments"],
    )


def _item_to_row(item: OpenItem) -> tuple[Any, ...]:
    return (
        item.customer_id,
        item.item_id,
        item.currency,
        item.open_amount,
        item.item_version,
        item.due_date,
        item.closed_on,
        item.order_id,
        item.contested,
        item.payments,
    )


def movement_row(movement: ExposureMovement) -> tuple[Any, ...]:
    """The row of `exposure_movement`."""
    return (
        movement.customer_id,
        movement.on,
        movement.part,
        movement.detail,
        movement.currency,
        movement.change,
        movement.cause_id,
    )


ACCOUNTS: Final[Table[str, CreditAccount]] = Table(
    load="load_accounts",
    save="save_accounts",
    key=lambda account: account.customer_id,
    from_row=account_from_row,
    to_row=_account_to_row,
)
ITEMS: Final[Table[tuple[str, str], OpenItem]] = Table(
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=_item_from_row,
    to_row=_item_to_row,
)
