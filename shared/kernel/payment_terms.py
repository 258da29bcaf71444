"""Payment terms: when an invoice falls due, in which instalments, and what paying early is worth.

A due date is counted from the invoice date by one `DueRule`, in this order:

1. Months and days are added. With `end_of_month="after_days"` the result moves to the end of its month
   ("30 days end of month"); with `"before_days"` counting starts at the end of the invoice's month
   ("end of month + 30 days"). Months that are counted from a month's end lead to a month's end.
2. `days_of_month` moves the result to the next of these days; after an end of month it is a day of a following month
   ("30 days end of month, on the 10th"). A day that the month does not have is its last day.

The 15th of the following month is `end_of_month="after_days", days_of_month=(15,)`; of the month after that, the same
with `net_months=1`. `fixed_dates` replace all of this.

Sources: SAP "Terms of Payment" (baseline date, fixed day, additional months, up to two cash discount periods,
instalments), Oracle Receivables "Payment Terms" (cutoff day, day of month, months ahead), Odoo account.payment.term
(days after end of month; days end of month on the; the last instalment takes the rounding difference),
Dynamics 365 Business Central date formulas (CM+30D, CM+1M, D10).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from shared.kernel.calendar import month_end, months_after
from shared.kernel.money import round_half_up

EndOfMonth: TypeAlias = Literal["after_days", "before_days"]
"""`after_days`: days first, then the month's end. `before_days`: the month's end first, then days."""

LONGEST_DAYS: Final = 365
"""The days assumed for terms with fixed dates, whose length depends on the invoice date."""

_WHOLE: Final = Decimal(100)
_NONE: Final = Decimal(0)


class InvalidPaymentTerms(ValueError):
    """The terms contradict themselves. The sentence names the fields and their values."""


@dataclass(frozen=True, slots=True)
class DueRule:
    """Counts a due date from the invoice date. See the module for the order of the steps."""

    net_days: int = 0
    net_months: int = field(default=0, kw_only=True)
    end_of_month: EndOfMonth | None = field(default=None, kw_only=True)
    days_of_month: tuple[int, ...] = field(default=(), kw_only=True)
    """Payment days, 1 to 31: the due date moves to the next of them."""
    cutoff_day: int | None = field(default=None, kw_only=True)
    """An invoice dated after this day of the month is due one month later."""
    fixed_dates: tuple[date, ...] = field(default=(), kw_only=True)
    """Due on the first of these dates that is not before the invoice date; after the last one, at once."""

    @property
    def counts_days_only(self) -> bool:
        """Whether the due date is the invoice date plus `net_days`."""
        return not (self.net_months or self.end_of_month or self.days_of_month or self.cutoff_day or self.fixed_dates)

    def date_from(self, invoice_date: date) -> date:
        """The date that this rule counts from the invoice date."""
        if self.counts_days_only:
            return invoice_date + timedelta(days=self.net_days)
        if self.fixed_dates:
            return min((day for day in self.fixed_dates if day >= invoice_date), default=invoice_date)
        months = self.net_months + (self.cutoff_day is not None and invoice_date.day > self.cutoff_day)
        days = timedelta(days=self.net_days)
        if self.end_of_month == "before_days":
            counted = month_end(months_after(month_end(invoice_date), months)) + days
        else:
            counted = months_after(invoice_date, months) + days
            if self.end_of_month == "after_days":
                counted = month_end(counted)
        if not self.days_of_month:
            return counted
        at_month_end = self.end_of_month == "after_days" or (self.end_of_month == "before_days" and not self.net_days)
        return _next_day_of_month(counted + timedelta(days=at_month_end), self.days_of_month)

    def __str__(self) -> str:
        if self.fixed_dates:
            return f"due on {_listed(day.isoformat() for day in self.fixed_dates)}"
        months = f"{self.net_months} month{'s' * (self.net_months > 1)}" if self.net_months else ""
        days = f"{self.net_days} days" if self.net_days else ""
        counted = " + ".join(part for part in (months, days) if part)
        if self.end_of_month == "before_days":
            text = f"end of month + {counted}" if counted else "end of month"
        elif self.end_of_month == "after_days":
            text = f"{counted} end of month" if counted else "end of month"
        else:
            text = counted if months else f"net {self.net_days}"
        if self.days_of_month:
            text += f", on the {_listed(_ordinal(day) for day in self.days_of_month)}"
        return f"{text}, cutoff day {self.cutoff_day}" if self.cutoff_day else text


@dataclass(frozen=True, slots=True)
class Instalment(DueRule):
    """A part of the invoice total with a due date of its own."""

    percent: Decimal = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class DiscountStage(DueRule):
    """A discount for payment until the date that the rule counts."""

    percent: Decimal = field(kw_only=True)

    def __str__(self) -> str:
        percent = _plain(self.percent)
        return f"{percent}/{self.net_days}" if self.counts_days_only else f"{percent} % until {DueRule.__str__(self)}"


@dataclass(frozen=True, slots=True)
class DueAmount:
    """One instalment of an invoice: `amount` is due on `due_date`."""

    due_date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DiscountOffer:
    """A discount of `amount` if the invoice is paid in full until `last_day`."""

    last_day: date
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentTerms(DueRule):
    """ "2/10 net 30" is `PaymentTerms(net_days=30, discount_days=10, discount_percent=Decimal(2))`.

    Either the terms have one due rule, or `instalments` with one each. Either they have one discount in
    `discount_days` and `discount_percent`, or several in `discounts`. Raises InvalidPaymentTerms.
    """

    discount_days: int = 0
    discount_percent: Decimal = _NONE
    instalments: tuple[Instalment, ...] = field(default=(), kw_only=True)
    """At least two, in the order of payment. Their percentages add up to 100."""
    discounts: tuple[DiscountStage, ...] = field(default=(), kw_only=True)
    """In order of time; a later discount is lower."""

    def __post_init__(self) -> None:
        if self.fixed_dates and (
            self.net_days or self.net_months or self.end_of_month or self.days_of_month or self.cutoff_day
        ):
            raise InvalidPaymentTerms("terms with fixed_dates count no days or months: remove the other fields")
        if self.instalments:
            self._check_instalments()
        if self.discounts:
            self._check_discounts()

    def _check_instalments(self) -> None:
        if self.net_days or not self.counts_days_only:
            raise InvalidPaymentTerms(
                "each instalment has its own due date: remove the due date of the terms as a whole "
                f"({DueRule.__str__(self)})"
            )
        if self.discounts or self.discount_percent:
            raise InvalidPaymentTerms("a discount on terms with instalments is not supported: remove one of the two")
        total = sum((part.percent for part in self.instalments), _NONE)
        if len(self.instalments) < 2 or total != _WHOLE:
            raise InvalidPaymentTerms(
                f"terms need at least two instalments that add up to 100 per cent, but there are "
                f"{len(self.instalments)} of {_plain(total)} per cent"
            )

    def _check_discounts(self) -> None:
        if self.discount_percent or self.discount_days:
            raise InvalidPaymentTerms(
                f"the discount is given twice: as {_plain(self.discount_percent)}/{self.discount_days} "
                "and in discounts: remove discount_days and discount_percent"
            )
        percents = [stage.percent for stage in self.discounts]
        if min(percents) <= 0 or percents != sorted(set(percents), reverse=True):
            shown = _listed(map(_plain, percents))
            raise InvalidPaymentTerms(
                f"discounts are above 0 and become lower from stage to stage, but they are {shown}"
            )

    @property
    def stages(self) -> tuple[DiscountStage, ...]:
        """All discounts in order of time; empty where the terms grant none."""
        if not self.discount_percent:
            return self.discounts
        return (DiscountStage(self.discount_days, percent=self.discount_percent),)

    @property
    def longest_days(self) -> int:
        """The most days from an invoice date to the last due date: 60 for 30 days end of month."""
        return self.net_days if self.counts_days_only and not self.instalments else _longest_days(self)

    def due_date(self, invoice_date: date) -> date:
        """The day on which all is due; with instalments, the last of their due dates."""
        return due_dates(invoice_date, self)[-1] if self.instalments else self.date_from(invoice_date)

    def discount_date(self, invoice_date: date) -> date | None:
        """The last day of the first discount; None: the terms grant none."""
        stages = self.stages
        return stages[0].date_from(invoice_date) if stages else None

    def discount(self, gross: Decimal, currency: str) -> Decimal:
        """The first, highest early-payment discount on a gross invoice amount, rounded half-up."""
        percent = self.discounts[0].percent if self.discounts else self.discount_percent
        return round_half_up(gross * percent / 100, currency)

    def __str__(self) -> str:
        net = _listed(f"{_plain(part.percent)} % {part}" for part in self.instalments) or DueRule.__str__(self)
        if self.discounts:
            return f"{_listed(self.discounts)}, {net}"
        return f"{self.stages[0]} {net}" if self.discount_percent else net


def due_dates(invoice_date: date, terms: PaymentTerms) -> tuple[date, ...]:
    """The due date of each instalment, in time; one date for terms without instalments."""
    return tuple(sorted(rule.date_from(invoice_date) for rule in terms.instalments or (terms,)))


def instalments(invoice_date: date, terms: PaymentTerms, total: Decimal, currency: str) -> tuple[DueAmount, ...]:
    """The amount due on each due date, rounded half-up; the last one takes the rest, so that they add up to `total`."""
    parts = sorted(((part.date_from(invoice_date), part.percent) for part in terms.instalments), key=lambda p: p[0])
    if not parts:
        return (DueAmount(terms.date_from(invoice_date), total),)
    amounts = [DueAmount(day, round_half_up(total * percent / 100, currency)) for day, percent in parts[:-1]]
    rest = total - sum((part.amount for part in amounts), _NONE)
    return (*amounts, DueAmount(parts[-1][0], rest))


def discounts(invoice_date: date, terms: PaymentTerms, gross: Decimal, currency: str) -> tuple[DiscountOffer, ...]:
    """The early-payment discounts on a gross amount in order of time, rounded half-up; empty: none is granted."""
    return tuple(
        DiscountOffer(
            stage.date_from(invoice_date), stage.percent, round_half_up(gross * stage.percent / 100, currency)
        )
        for stage in terms.stages
    )


@lru_cache(maxsize=1_000)
def _longest_days(terms: PaymentTerms) -> int:
    """Tries every invoice date of a leap year and the year before it."""
    if terms.fixed_dates or any(part.fixed_dates for part in terms.instalments):
        return LONGEST_DAYS
    first = date(2027, 1, 1)
    days = (first + timedelta(days=number) for number in range(365 + 366))
    return max((terms.due_date(day) - day).days for day in days)


def _next_day_of_month(day: date, days_of_month: tuple[int, ...]) -> date:
    """The first date from `day` on that is one of the days of its month, or the last day of a shorter month."""
    last = month_end(day).day
    wanted = min((n for n in days_of_month if min(n, last) >= day.day), default=None)
    if wanted is not None:
        return day.replace(day=min(wanted, last))
    following = month_end(day) + timedelta(days=1)
    return following.replace(day=min(*days_of_month, month_end(following).day))


def _plain(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


def _ordinal(number: int) -> str:
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _listed(parts: Iterable[object]) -> str:
    return ", ".join(map(str, parts))
