"""Lines of a statement that are no customer's money: which account they are coded to, by rule or by a person."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.cash_app.payments.domain.account_number import account_key
from shared.contracts.event import Currency, Identifier, NonNegativeAmount
from shared.kernel.journal import Account

Purpose = Literal["bank_charges", "interest_income", "interest_expense", "transfer", "refund_paid", "other"]

GL_ACCOUNT: Final[dict[str, Account]] = {
    "bank_charges": Account.BANK_CHARGES,
    "interest_income": Account.INTEREST_INCOME,
    "interest_expense": Account.INTEREST_EXPENSE,
    "transfer": Account.TRANSFER_CLEARING,
    "refund_paid": Account.REFUND_CLEARING,
}
"""The account of each purpose; `other` names its own."""

Role = Literal["cash_clerk", "controller"]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9*/+-]+$")]
Word = Annotated[str, Field(min_length=2, max_length=80)]


class CodingRule(BaseModel):
    """Lines that fit are coded to the account of `purpose`. What a rule leaves out fits every line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]
    purpose: Purpose
    gl_account: Identifier | None = None
    """For `other`: one of `other_accounts`."""
    direction: Literal["in", "out", "both"] = "both"
    codes: tuple[Code, ...] = ()
    """The bank's code of the transaction: domain/family/sub-family of ISO 20022, type of BAI2 or MT940. A `*` stands
    for any part."""
    words: tuple[Word, ...] = ()
    """One of these stands in the bank's words, as a whole word."""
    bank_accounts: tuple[Identifier, ...] = ()
    amount_max: dict[Currency, NonNegativeAmount] | None = None
    """Coded without a person up to this amount, by currency; above it, and in other currencies, a person decides.
    None: any amount."""

    @model_validator(mode="after")
    def _fits_something(self) -> Self:
        if not self.codes and not self.words:
            raise ValueError(f"rule {self.name!r} has neither codes nor words: it would fit every line")
        if (self.purpose == "other") != (self.gl_account is not None):
            raise ValueError(f"rule {self.name!r}: gl_account is for the purpose other, and only for it")
        return self

    def fits(self, line: UncodedLine) -> bool:
        """Whether the line is of this kind, whatever its amount."""
        if self.direction == ("out" if line.amount > 0 else "in"):
            return False
        if self.bank_accounts and line.bank_account not in {account_key(one) for one in self.bank_accounts}:
            return False
        if self.codes and not any(_code_fits(code, line.bank_code) for code in self.codes):
            return False
        return not self.words or any(_word_in(word, line.details) for word in self.words)

    def decides(self, line: UncodedLine) -> bool:
        """Whether the amount needs no person."""
        if self.amount_max is None:
            return True
        limit = self.amount_max.get(line.currency)
        return limit is not None and abs(line.amount) <= limit


class OtherAccount(BaseModel):
    """A GL account of the company's own chart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Identifier
    name: Annotated[str, Field(min_length=1, max_length=80)]


class BankCodingRules(BaseModel):
    """The policy document `bank_coding_rules`. The first rule that fits decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Annotated[tuple[CodingRule, ...], Field(max_length=500)]
    authority: dict[Role, NonNegativeAmount | None]
    """The largest amount that a person may code, by role, in the currency of the line; null: any amount."""
    transfers_between_own_accounts: bool = True
    """A line whose other side is an account of ours is a transfer."""
    other_accounts: Annotated[tuple[OtherAccount, ...], Field(max_length=500)] = ()
    """GL accounts to which people and rules may code what has no purpose of its own."""

    @property
    def other_numbers(self) -> frozenset[str]:
        return frozenset(account.number for account in self.other_accounts)

    @model_validator(mode="after")
    def _known_accounts(self) -> Self:
        reserved = set(map(str, Account)) & self.other_numbers
        if reserved:
            numbers = ", ".join(sorted(reserved))
            raise ValueError(f"{numbers}: this platform posts to it itself, so it is no other account")
        for rule in self.rules:
            if rule.gl_account is not None and rule.gl_account not in self.other_numbers:
                raise ValueError(f"rule {rule.name!r}: {rule.gl_account} is not among other_accounts")
        return self


@dataclass(frozen=True, slots=True)
class UncodedLine:
    """What rules compare. `amount` in `currency`: money in is positive."""

    bank_account: str
    currency: str
    amount: Decimal
    bank_code: str
    details: str
    other_account: str = ""
    """The account on the other side; empty where the bank does not name it."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What a line is, and why. With `decided` no person is needed."""

    purpose: Purpose
    gl_account: str
    why: str
    decided: bool


def code_by_rule(line: UncodedLine, rules: BankCodingRules, own_accounts: Collection[str]) -> Coding | None:
    """What the line is by the rules; None where none fits."""
    if rules.transfers_between_own_accounts and line.other_account and line.other_account in own_accounts:
        why = f"the other side is our account {line.other_account}"
        return Coding("transfer", Account.TRANSFER_CLEARING, why, decided=True)
    for rule in rules.rules:
        if rule.fits(line):
            account = rule.gl_account or GL_ACCOUNT[rule.purpose]
            decided = rule.decides(line)
            why = f"rule {rule.name!r}" if decided else f"rule {rule.name!r} leaves this amount to a person"
            return Coding(rule.purpose, account, why, decided)
    return None


def _code_fits(pattern: str, code: str) -> bool:
    """Part by part; a pattern of one part fits any part, a longer one the beginning."""
    parts, of_code = pattern.upper().split("/"), code.upper().split("/")
    if len(parts) == 1:
        return parts[0] in of_code
    return len(parts) <= len(of_code) and all(p in {"*", c} for p, c in zip(parts, of_code, strict=False))


def _word_in(word: str, details: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", details, re.IGNORECASE) is not None
