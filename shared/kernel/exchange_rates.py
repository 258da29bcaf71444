"""Dated exchange rates: direct, inverse, or crossed over a third currency.

1 unit of a pair's first currency is `rate` units of its second. A rate holds from its day until the next one. Of two
currencies, in this order:

1. the rate from one to the other,
2. the inverse of the rate from the other to the one,
3. the cross rate over a third currency that has a rate, of either direction, with both; of several third currencies
   the first by its ISO code, so that the result does not depend on the order in which rates were loaded.

**Precision.** A rate is kept as a fraction of the published rates, so an amount is converted with at most one division,
at 50 significant digits, and rounded once at the decimals of the target currency (half-up unless asked otherwise).
Where one figure for the rate is needed, `ConversionRate.value` has 28 significant digits. People are shown at most six
decimals (`rate_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, TypeAlias

from shared.kernel.money import QUANTUM, UnknownCurrency

CurrencyPair: TypeAlias = tuple[str, str]
"""From currency, to currency."""

_EXACT: Final = Context(prec=50)
_ONE: Final = Decimal(1)
_SHOWN: Final = Decimal("0.000001")


def rate_text(rate: Decimal) -> str:
    """A rate as people are shown it: at most six decimals, without trailing zeros."""
    shown = rate.quantize(_SHOWN, ROUND_HALF_UP)
    if not shown:
        return f"less than {_SHOWN:f}"
    text = f"{shown:f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


@dataclass(frozen=True, slots=True)
class ConversionRate:
    """What 1 unit of `from_currency` is worth in `to_currency` on a day: `numerator / denominator`."""

    from_currency: str
    to_currency: str
    numerator: Decimal = _ONE
    denominator: Decimal = _ONE
    crossed_over: str | None = None
    """The third currency of a cross rate; None: the two have a rate of their own."""

    @property
    def value(self) -> Decimal:
        """The rate as one figure, with at most 28 significant digits."""
        return self.numerator if self.denominator == 1 else self.numerator / self.denominator

    def convert(self, amount: Decimal, *, rounding: str = ROUND_HALF_UP) -> Decimal:
        """`amount` of `from_currency` in `to_currency`, rounded at that currency's decimals."""
        quantum = QUANTUM.get(self.to_currency)
        if quantum is None:
            raise UnknownCurrency(self.to_currency)
        exact = _EXACT.multiply(amount, self.numerator)
        if self.denominator != 1:
            exact = _EXACT.divide(exact, self.denominator)
        return exact.quantize(quantum, rounding)

    def inverse(self) -> ConversionRate:
        """The same rate from the other currency's side."""
        return ConversionRate(
            self.to_currency, self.from_currency, self.denominator, self.numerator, crossed_over=self.crossed_over
        )

    def times(self, onward: ConversionRate) -> ConversionRate:
        """The cross rate from this rate's first currency to the second of `onward`, over the currency both share."""
        return ConversionRate(
            self.from_currency,
            onward.to_currency,
            _EXACT.multiply(self.numerator, onward.numerator),
            _EXACT.multiply(self.denominator, onward.denominator),
            crossed_over=self.to_currency,
        )

    def __str__(self) -> str:
        over = f" (crossed over {self.crossed_over})" if self.crossed_over else ""
        return f"1 {self.from_currency} = {rate_text(self.value)} {self.to_currency}{over}"


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """The rates in force on one day: `published` ones by pair, and what follows from them."""

    published: Mapping[CurrencyPair, Decimal] = field(default_factory=dict)
    _found: dict[CurrencyPair, ConversionRate | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Rates found before: crossing is searched once per pair."""

    def rate(self, from_currency: str, to_currency: str) -> ConversionRate | None:
        """The rate between two currencies; 1 for the same currency; None where none can be derived."""
        pair = from_currency, to_currency
        if pair not in self._found:
            self._found[pair] = self._own_rate(from_currency, to_currency) or self._cross_rate(
                from_currency, to_currency
            )
        return self._found[pair]

    def convert(self, amount: Decimal, from_currency: str, to_currency: str) -> Decimal | None:
        """`amount` in `to_currency`, rounded half-up at its decimals; None where there is no rate.

        The same currency needs no rate, nor does an amount of zero: these are returned as they are.
        """
        if from_currency == to_currency or not amount:
            return amount
        rate = self.rate(from_currency, to_currency)
        return None if rate is None else rate.convert(amount)

    def crossed_over(self, from_currency: str, to_currency: str) -> str | None:
        """The third currency of the cross rate between two; None where they have a rate of their own, or none."""
        rate = self.rate(from_currency, to_currency)
        return None if rate is None else rate.crossed_over

    def _own_rate(self, from_currency: str, to_currency: str) -> ConversionRate | None:
        if from_currency == to_currency:
            return ConversionRate(from_currency, to_currency)
        direct = self.published.get((from_currency, to_currency))
        if direct is not None:
            return ConversionRate(from_currency, to_currency, direct)
        opposite = self.published.get((to_currency, from_currency))
        return None if opposite is None else ConversionRate(from_currency, to_currency, _ONE, opposite)

    def _cross_rate(self, from_currency: str, to_currency: str) -> ConversionRate | None:
        for third in sorted(self._partners(from_currency) & self._partners(to_currency)):
            first, onward = self._own_rate(from_currency, third), self._own_rate(third, to_currency)
            assert first is not None and onward is not None
            return first.times(onward)
        return None

    def _partners(self, currency: str) -> set[str]:
        """Currencies that have a rate of their own with `currency`."""
        return {
            second if first == currency else first for first, second in self.published if currency in (first, second)
        }


NO_RATES: Final = ExchangeRates()


@dataclass(slots=True)
class DatedExchangeRates:
    """The rates in force on several days, and of which currencies they are complete."""

    by_day: dict[date, ExchangeRates] = field(default_factory=dict)
    _complete: set[tuple[str, date]] = field(default_factory=set)

    def on(self, day: date) -> ExchangeRates:
        """The rates in force on a day."""
        return self.by_day.get(day, NO_RATES)

    def rate(self, from_currency: str, to_currency: str, day: date) -> ConversionRate | None:
        """The rate between two currencies on a day; None where none can be derived from what was added."""
        return self.on(day).rate(from_currency, to_currency)

    def missing(self, currencies: Iterable[str], days: Iterable[date]) -> tuple[list[str], list[date]]:
        """Currencies and days of which not all rates were added yet, each in order."""
        days = list(days)
        missing = {(currency, day) for currency in currencies for day in days if (currency, day) not in self._complete}
        return sorted({currency for currency, _ in missing}), sorted({day for _, day in missing})

    def add(
        self, currencies: Iterable[str], days: Iterable[date], rates: Iterable[tuple[date, CurrencyPair, Decimal]]
    ) -> None:
        """Adds every rate of these currencies that is in force on these days. A rate added before stays."""
        days = list(days)
        self._complete.update((currency, day) for currency in currencies for day in days)
        added: dict[date, dict[CurrencyPair, Decimal]] = {}
        for day, pair, rate in rates:
            added.setdefault(day, {})[pair] = rate
        for day, published in added.items():
            self.by_day[day] = ExchangeRates({**published, **self.on(day).published})
