"""Accounts of ours, and the numbers under which a file may name each: its IBAN, its domestic number, another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_CHARACTERS_MIN: Final = 6
"""A shorter number may be the end of another account's IBAN by chance."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account of ours. What a lockbox or card acquirer collects appears on the statement of `deposits_to`."""

    bank_account: str
    company_id: str
    currency: str
    deposits_to: str | None
    active: bool


def accounts_by_number(
    known: Mapping[str, OwnAccount], numbers: Iterable[str], further: Mapping[str, str]
) -> dict[str, OwnAccount]:
    """The accounts of ours by each number that is known or that a file names.

    `further`: by further number, the number under which the account is kept. An IBAN whose end is the domestic number
    is the same account; where both are known as ours, it is kept under the IBAN.
    """
    found = dict(known)
    for number in {*known, *numbers, *further}:
        main = further.get(number, number)
        account = known.get(main) or _same_account(main, known.values())
        if account is not None:
            found[number] = _under_iban(account, known.values())
    return {
        number: replace(account, deposits_to=found[account.deposits_to].bank_account)
        if account.deposits_to in found
        else account
        for number, account in found.items()
    }


def _same_account(number: str, known: Iterable[OwnAccount]) -> OwnAccount | None:
    """The one account that is named by its other number."""
    same = [account for account in known if account.active and _are_one(number, account.bank_account)]
    return same[0] if len(same) == 1 else None


def _under_iban(account: OwnAccount, known: Iterable[OwnAccount]) -> OwnAccount:
    if _IBAN.fullmatch(account.bank_account):
        return account
    same = [
        other
        for other in known
        if (other.company_id, other.currency, other.active) == (account.company_id, account.currency, account.active)
        and _IBAN.fullmatch(other.bank_account)
        and _are_one(account.bank_account, other.bank_account)
    ]
    return same[0] if len(same) == 1 else account


def _are_one(one: str, other: str) -> bool:
    """Whether one is an IBAN (ISO 13616) and the other the domestic number at its end."""
    iban, domestic = (one, other) if _IBAN.fullmatch(one) else (other, one)
    bare = domestic.lstrip("0")
    return bool(_IBAN.fullmatch(iban)) and len(bare) >= _CHARACTERS_MIN and iban[4:].endswith(bare)
