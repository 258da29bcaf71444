"""Finance charges: interest or a late fee on a month's overdue items, by policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.collections.finance_charges.domain.interest import Period, Terms, days_late, interest, periods
from services.collections.finance_charges.domain.policy import FinanceCharges
from services.collections.receivables.domain.identifiers import identifier
from services.collections.receivables.domain.open_items import OpenItem
from shared.contracts.collections import ChargedItem, ChargedPeriod, FinanceChargeAssessed
from shared.kernel.money import round_half_up

ITEMS_MAX = 2000
"""A charge with more items would not fit into a message; the younger items are charged next month."""
PERIODS_MAX = 2000
"""A charge with more periods lists none of them: it would not fit into a message."""
_OF_AN_ITEM_MAX = 50


@dataclass(frozen=True, slots=True)
class LateItem:
    """An item with what was open of it on the days that are charged now."""

    item: OpenItem
    balances: list[Period]

    @property
    def highest(self) -> Decimal:
        return max(period.balance for period in self.balances)

    @property
    def after(self) -> date:
        """The day after which the days begin that are charged now."""
        return charged_after(self.item)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A charge with the items that it is for, or the items that are charged later, as too little was due."""

    charge: FinanceChargeAssessed | None
    late: list[LateItem]


def charged_after(item: OpenItem) -> date:
    """The last day that was charged, or the due date."""
    return max(item.due_date, item.charged_until or item.due_date)


def month_ended(day: date, day_before: date | None) -> date | None:
    """The last day of the month that ended since the business day before; None within a month, or on the first day."""
    first = day.replace(day=1)
    return first - timedelta(days=1) if day_before is not None and day_before < first else None


def terms_of(policy: FinanceCharges, currency: str) -> Terms:
    return Terms(policy.annual_rates.get(currency, Decimal(0)), policy.day_count, policy.grace_days)


def assess(
    items: Iterable[OpenItem], policy: FinanceCharges, through: date, *, on: date, policy_version: int
) -> list[Assessment]:
    """The charges for the days up to `through`: one per customer, company and currency, in a stable order."""
    owed: defaultdict[tuple[str, str, str], list[LateItem]] = defaultdict(list)
    for item in items:
        if item.currency not in policy.currencies or not policy.charges(item.customer_id):
            continue
        balances = periods(item, charged_after(item), through) if charged_after(item) < through else []
        if balances and days_late(item, through) > policy.grace_days:
            owed[item.customer_id, item.company_id, item.currency].append(LateItem(item, balances))
    found = []
    for (_, _, currency), late in sorted(owed.items(), key=lambda grouped: grouped[0]):
        if sum(one.highest for one in late) < policy.minimum_balance.get(currency, Decimal(0)):
            continue
        late.sort(key=lambda one: (one.item.due_date, one.item.item_id))
        found.append(_assessed(late, policy, through, on=on, policy_version=policy_version))
    return found


def _assessed(
    late: list[LateItem], policy: FinanceCharges, through: date, *, on: date, policy_version: int
) -> Assessment:
    first = late[0].item
    customer_id, company_id, currency = first.customer_id, first.company_id, first.currency
    fee, terms = policy.late_fees.get(currency), terms_of(policy, currency)
    listed = [(one, charged) for one in late if (charged := _charged(one, terms)) and (fee or charged.amount)]
    listed = listed[:ITEMS_MAX]
    if sum(len(charged.periods) for _, charged in listed) > PERIODS_MAX:
        listed = [(one, charged.model_copy(update={"periods": ()})) for one, charged in listed]
    amount = round_half_up(fee or sum((charged.amount for _, charged in listed), Decimal(0)), currency)
    if not amount or amount < policy.minimum_charge.get(currency, Decimal(0)):
        return Assessment(None, late)
    what = "Late fee" if fee else f"Interest of {terms.annual_percent.normalize():f} % a year"
    charge = FinanceChargeAssessed(
        charge_id=identifier("FC", customer_id, company_id, currency, f"{through:%Y-%m}"),
        customer_id=customer_id,
        company_id=company_id,
        kind="fee" if fee else "interest",
        assessed_on=on,
        through=through,
        due_date=on + timedelta(days=policy.due_days),
        currency=currency,
        amount=amount,
        reason=f"{what} to {through} on {len(listed)} overdue {'item' if len(listed) == 1 else 'items'}.",
        items=tuple(charged for _, charged in listed),
        policy_version=policy_version,
    )
    return Assessment(charge, [one for one, _ in listed])


def _charged(late: LateItem, terms: Terms) -> ChargedItem:
    balances = late.balances
    return ChargedItem(
        item_id=late.item.item_id,
        document_number=late.item.document_number,
        open_amount=late.highest,
        days=sum(period.days for period in balances),
        amount=interest(balances, terms, late.item.currency),
        periods=tuple(
            ChargedPeriod(open_amount=period.balance, after=period.after, through=period.through, days=period.days)
            for period in balances
        )
        if len(balances) <= _OF_AN_ITEM_MAX
        else (),
    )
