"""Which of our bank accounts money is on that no file reports, and the further numbers of an account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.cash_app.payments.domain.account_number import account_key
from shared.contracts.event import Currency, Identifier

BankAccountKey = tuple[str, str]
"""Company and currency."""


class OwnAccountRule(BaseModel):
    """One of our bank accounts, which GET /bank-accounts lists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company_id: Identifier
    currency: Currency
    bank_account: Identifier
    further_numbers: tuple[Identifier, ...] = ()
    """Other numbers of the same account, such as its IBAN or its domestic number."""
    default: bool = False
    """Money of this company and currency is on this account where nothing names another, such as the bank feed's."""


class OwnAccounts(BaseModel):
    """The policy document `own_accounts`.

    Where a company has one bank account in a currency, that is the default without being named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: Annotated[tuple[OwnAccountRule, ...], Field(max_length=2000)] = ()
    in_transit_days_max: dict[str, Annotated[int, Field(ge=0, le=60)]]
    """By source (feed, lockbox, card, deposit): money that is posted and so many days old must be on a statement.
    Notifications and reports within the day are on the statement of the day that they report."""

    @model_validator(mode="after")
    def _one_default(self) -> Self:
        seen: set[BankAccountKey] = set()
        for rule in self.accounts:
            key = (rule.company_id, rule.currency)
            if rule.default and key in seen:
                raise ValueError(f"company {rule.company_id} has two default accounts in {rule.currency}: keep one")
            if rule.default:
                seen.add(key)
        return self

    def defaults(self, known: Iterable[tuple[str, str, str]]) -> dict[BankAccountKey, str]:
        """The default account by company and currency. `known`: company, currency and number of our bank accounts."""
        found: defaultdict[BankAccountKey, list[str]] = defaultdict(list)
        for company_id, currency, bank_account in known:
            found[company_id, currency].append(bank_account)
        defaults = {key: accounts[0] for key, accounts in found.items() if len(accounts) == 1}
        named = {(r.company_id, r.currency): account_key(r.bank_account) for r in self.accounts if r.default}
        return defaults | named

    def further_numbers(self) -> dict[str, str]:
        """By further number, the number under which its account is kept."""
        return {
            account_key(number): account_key(rule.bank_account)
            for rule in self.accounts
            for number in rule.further_numbers
        }

    def main_number(self, number: str) -> str:
        """The number under which an account is kept; the number itself where it is no further one."""
        return self.further_numbers().get(number, number)
