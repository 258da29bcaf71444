"""Money: a Decimal amount and its currency, never one without the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

# ISO 4217: the number of decimal places each currency is accounted in.
CURRENCY_EXPONENT: Final[dict[str, int]] = {
    "AED": 2, "AUD": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "CZK": 2,
    "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "ILS": 2, "INR": 2, "JPY": 0, "KRW": 0,
    "KWD": 3, "MXN": 2, "NOK": 2, "NZD": 2, "PLN": 2, "SAR": 2, "SEK": 2, "SGD": 2, "THB": 2,
    "TND": 3, "TRY": 2, "TWD": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip

QUANTUM: Final = {code: Decimal(1).scaleb(-places) for code, places in CURRENCY_EXPONENT.items()}
"""The smallest amount of each currency."""


class UnknownCurrency(ValueError):
    """The currency code is not one this platform keeps books in."""

    def __init__(self, code: str) -> None:
        super().__init__(f"unknown currency {code!r}: use an ISO 4217 code such as USD or EUR")


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were combined without an exchange rate."""


def round_half_up(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half-up at the exponent of `currency` (10.005 USD -> 10.01)."""
    quantum = QUANTUM.get(currency)
    if quantum is None:
        raise UnknownCurrency(currency)
    return amount.quantize(quantum, ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has no more decimal places than `currency` is accounted in."""
    return round_half_up(amount, currency) == amount


def minor_units(amount: Decimal, currency: str) -> int:
    """`amount` in the smallest unit that `currency` is accounted in (10.01 USD -> 1001)."""
    return int(round_half_up(amount, currency).scaleb(CURRENCY_EXPONENT[currency]))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency. Arithmetic and comparison need the same currency."""

    amount: Decimal
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(round_half_up(Decimal(0), currency), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The sum of `amounts`; zero in `currency` when there are none."""
        result = cls.zero(currency)
        for money in amounts:
            result = result + money
        return result

    def rounded(self) -> Money:
        """Half-up at the currency's exponent."""
        return Money(round_half_up(self.amount, self.currency), self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"cannot combine {self} with {other}: convert one of them first")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"
