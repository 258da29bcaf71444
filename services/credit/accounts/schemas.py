"""Accounts and their exposure as people see them. Amounts are in the `currency` of the same view."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_rules import AccountRules
from services.credit.accounts.domain.exposure import other_exposure_parts
from shared.contracts.credit import CreditState
from shared.kernel.money import round_half_up


class AccountView(BaseModel):
    """A credit account. Headroom is what may still be ordered; negative when exposure is above the limit."""

    customer_id: str
    name: str
    company_id: str
    currency: str
    state: CreditState
    credit_limit: Decimal
    limit_set_by: Literal["erp", "credit"]
    open_items: Decimal
    open_orders: Decimal
    exposure: Decimal
    headroom: Decimal

    @classmethod
    def of(cls, account: CreditAccount, rules: AccountRules) -> Self:
        return cls(
            customer_id=account.customer_id,
            name=account.name,
            company_id=account.company_id,
            currency=account.currency,
            state=account.state,
            credit_limit=account.credit_limit,
            limit_set_by="credit" if account.limit_version else "erp",
            open_items=account.open_items_total,
            open_orders=account.open_orders_total,
            exposure=account.exposure,
            headroom=account.headroom(rules),
        )


class ExposurePartView(BaseModel):
    """One part of exposure in its own currency. An amount that lowers exposure is negative."""

    name: str
    currency: str
    amount: Decimal
    counted: Decimal | None
    """In the account's currency; null: there is no exchange rate."""
    via_currency: str | None = None
    """The third currency used for the conversion; null: the rate between the two was used."""


class ExposureView(BaseModel):
    """Exposure by part, in the account's currency."""

    currency: str
    open_items: Decimal
    open_orders: Decimal
    order_tax_left_out: Decimal
    other_parts: list[ExposurePartView]
    total: Decimal
    without_rate: list[str]

    @classmethod
    def of(cls, account: CreditAccount) -> Self:
        counts = account.valuation.rules.order_tax_counts
        parts = other_exposure_parts(account.profile, account.currency, account.valuation)
        return cls(
            currency=account.currency,
            open_items=account.open_items_total,
            open_orders=account.open_orders_total,
            order_tax_left_out=round_half_up(Decimal(0) if counts else account.open_orders_tax, account.currency),
            other_parts=[ExposurePartView.model_validate(part, from_attributes=True) for part in parts],
            total=account.exposure,
            without_rate=list(account.without_rate),
        )


class OtherCurrency(BaseModel):
    """Exposure in a currency that has no exchange rate; it is not part of the account's exposure."""

    currency: str
    open_items: Decimal
    open_orders: Decimal

    @classmethod
    def of(cls, row: Any) -> Self:
        currency = row["currency"]
        return cls(
            currency=currency,
            open_items=round_half_up(row["open_items"], currency),
            open_orders=round_half_up(row["open_orders"], currency),
        )


class AccountChanged(BaseModel):
    """The account after a command, and the held orders that were released because of it."""

    account: AccountView
    released_orders: list[str]
