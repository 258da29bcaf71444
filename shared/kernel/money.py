"""Money: a Decimal amount together with its currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_PLACES: Final = {
    0: ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "),
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
        "CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
        "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
        "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
        "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD "
        "XCG YER ZAR ZMW ZWG "
    ),
    3: ("BHD IQD JOD KWD LYD OMR TND "),
}

CURRENCY_EXPONENT: Final[dict[str, int]] = {code: places for places, codes in _PLACES.items() for code in codes.split()}
"""ISO 4217 (list one, 2026): every current currency and fund with the number of decimal places it is accounted in.

BGN, which the euro replaced in 2026, stays for statements of before. Not here: what has no minor unit (gold, SDR,
test codes), and CLF and UYW, units of account with four places, which amounts in events cannot carry.
"""

QUANTUM: Final = {code: Decimal(1).scaleb(-places) for code, places in CURRENCY_EXPONENT.items()}
"""The smallest amount of each currency."""


class UnknownCurrency(ValueError):
    """The currency code is not supported."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is not a currency we keep books in: use an ISO 4217 code such as USD or EUR")


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were combined. Convert one of them first."""


def round_half_up(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half-up at the exponent of `currency` (10.005 USD -> 10.01)."""
    quantum = QUANTUM.get(currency)
    if quantum is None:
        raise UnknownCurrency(currency)
    return amount.quantize(quantum, ROUND_HALF_UP)


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount as a person reads it, without the code: with the currency's decimals, 1,234.50 USD but 1,235 JPY."""
    return f"{round_half_up(amount, currency):,}"


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has no more decimal places than `currency`."""
    return round_half_up(amount, currency) == amount


def minor_units(amount: Decimal, currency: str) -> int:
    """`amount` in the smallest unit of `currency` (10.01 USD -> 1001)."""
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
        """As a person reads it: 1,234.50 USD."""
        return f"{amount_text(self.amount, self.currency)} {self.currency}"
