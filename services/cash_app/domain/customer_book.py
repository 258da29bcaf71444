"""One customer's book while payments are applied: open items, credit on account, documents waited for."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.cash_app.domain import discount
from services.cash_app.domain.application_rules import LATE_CHARGES, STANDARD, CustomerRules, RuleSet
from services.cash_app.domain.document_number import document_key, loose_tail, tails_of
from services.cash_app.domain.exchange import NO_RATES, Rates
from services.cash_app.domain.item_pool import ItemPool
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment, PaymentState

Purse = tuple[str, str]
"""Company and currency: items of different ones are never paid together."""
Rules = Callable[[str, str, date], tuple[int, CustomerRules]]
"""By company, customer and value date: the version of the policy and what it says."""


class Absence(StrEnum):
    """Why a document named in a remittance is not an item to be settled."""

    UNKNOWN = "unknown"
    PAID = "paid"
    OF_ANOTHER_CUSTOMER = "of another customer"
    OF_ANOTHER_COMPANY = "of another company"
    IN_ANOTHER_CURRENCY = "in another currency"


@dataclass(slots=True)
class AwaitedDocument:
    """A remittance line whose document is not known yet; its money waits. Amounts in the payment's currency."""

    customer_id: str
    payment_id: str
    line_no: int
    document_key: str
    document_number: str
    currency: str
    amount: Decimal
    discount: Decimal
    waiting: bool = True


class CustomerBook:
    """Everything that decisions about one customer's money look at.

    `owners` tells whose documents are known under a company and document key.
    """

    def __init__(
        self,
        customer_id: str,
        owners: Mapping[tuple[str, str], Collection[str]],
        rules: Rules = lambda company_id, customer_id, day: (0, STANDARD),
        rates: Rates = NO_RATES,
    ) -> None:
        self.customer_id = customer_id
        self.rates = rates
        self.complete = False
        """Whether all open items are in, not only those named by a remittance."""
        self._owners = owners
        self._rules = rules
        self._items: dict[str, OpenItem] = {}
        self._documents: defaultdict[str, list[OpenItem]] = defaultdict(list)
        self._tails: defaultdict[str, list[OpenItem]] | None = None
        self._purses: set[Purse] = set()
        self._pools: dict[Purse, ItemPool] = {}
        """Made when first asked for: who names what is paid needs none."""
        self._narrower: dict[tuple[Purse, bool, bool], ItemPool] = {}
        self._credit: defaultdict[Purse, list[Payment]] = defaultdict(list)
        self._credited: set[str] = set()
        self._credit_balance: defaultdict[Purse, Decimal] = defaultdict(Decimal)
        self._awaited: dict[tuple[str, int], AwaitedDocument] = {}
        self._awaited_by_key: defaultdict[str, list[AwaitedDocument]] = defaultdict(list)
        self._waiting: dict[str, Payment] = {}

    def add_item(self, item: OpenItem) -> None:
        """Takes the item in; one already in is left alone."""
        if item.item_id in self._items:
            return
        self._items[item.item_id] = item
        self._documents[document_key(item.document_number)].append(item)
        if self._tails is not None:
            self._know_tails(item, self._tails)
        if item.is_open:
            self.changed(item)

    def changed(self, item: OpenItem) -> None:
        """The item's open amount changed."""
        purse = (item.company_id, item.currency)
        self._purses.add(purse)
        if purse in self._pools:
            self._pools[purse].changed(item)
        for (narrowed, disputed, late), pool in self._narrower.items():
            if narrowed == purse and _counts(item, disputed, late):
                pool.changed(item)

    def in_force(self, payment: Payment) -> tuple[int, CustomerRules]:
        """The version of the application rules and what they say, on the payment's value date."""
        return self._rules(payment.company_id, self.customer_id, payment.value_date)

    def discount_day(self, payment: Payment, rules: CustomerRules) -> date:
        """The day that counts for discounts of this payment."""
        oldest = None
        if rules.discount.past_due_days_max is not None:
            oldest = next((item.due_date for item in self.pool(payment).oldest_first()), None)
        return discount.counting_day(payment.value_date, oldest, rules.discount)

    def pool(self, payment: Payment) -> ItemPool:
        """The open items of the payment's company and currency."""
        return self._pool((payment.company_id, payment.currency))

    def _pool(self, purse: Purse) -> ItemPool:
        pool = self._pools.get(purse)
        if pool is None:
            pool = self._pools[purse] = ItemPool()
            for item in self._items.values():
                if item.is_open and (item.company_id, item.currency) == purse:
                    pool.changed(item)
        return pool

    def pool_of(self, purse: Purse, rule_set: RuleSet) -> ItemPool:
        """The open items that the rule set may settle."""
        disputed, late = rule_set.disputed_items, rule_set.late_charges
        if disputed and late:
            return self._pool(purse)
        if (purse, disputed, late) not in self._narrower:
            pool = self._narrower[purse, disputed, late] = ItemPool()
            for item in self._pool(purse).oldest_first():
                if _counts(item, disputed, late):
                    pool.changed(item)
        return self._narrower[purse, disputed, late]

    def other_purses(self, payment: Payment) -> list[Purse]:
        """Companies and currencies of open items that this payment may not settle."""
        own = (payment.company_id, payment.currency)
        return sorted(purse for purse in self._purses if purse != own and self._pool(purse).open_count)

    def other_currencies(self, payment: Payment) -> set[tuple[str, str, date]]:
        """Company and currency of items in other currencies, with the days whose rates their payment needs."""
        found: set[tuple[str, str, date]] = set()
        if payment.remittance:
            if any(purse != (payment.company_id, payment.currency) for purse in self._purses):
                named = (self.foreign(line.document_number, payment) for line in payment.remittance)
                for item in (item for item in named if item is not None):
                    found |= {(item.company_id, item.currency, d) for d in (item.document_date, payment.value_date)}
        else:
            for company_id, currency in self.other_purses(payment):
                days = {item.document_date for item in self._pool((company_id, currency)).oldest_first()}
                found |= {(company_id, currency, day) for day in (*days, payment.value_date)}
        return found

    def named(self, number: str, payment: Payment) -> OpenItem | Absence:
        """The open item a remittance line names; where one number is on several, the oldest open one."""
        key = document_key(number)
        own = self._documents.get(key, [])
        in_company = [item for item in own if item.company_id == payment.company_id]
        in_currency = [item for item in in_company if item.currency == payment.currency]
        still_open = [item for item in in_currency if item.is_open]
        if still_open:
            return min(still_open, key=lambda item: item.age)
        if in_currency:
            return Absence.PAID
        if in_company:
            return Absence.IN_ANOTHER_CURRENCY
        if own:
            return Absence.OF_ANOTHER_COMPANY
        return Absence.OF_ANOTHER_CUSTOMER if self._owners.get((payment.company_id, key)) else Absence.UNKNOWN

    def foreign(self, number: str, payment: Payment) -> OpenItem | None:
        """The oldest open item of that number in another currency than the payment's, of its company."""
        items = (item for item in self._documents.get(document_key(number), []) if item.is_open)
        abroad = [i for i in items if i.company_id == payment.company_id and i.currency != payment.currency]
        return min(abroad, key=lambda item: item.age, default=None)

    def with_tail(self, number: str, payment: Payment) -> list[OpenItem]:
        """Open items whose number ends in what the payer wrote, prefix, separators and leading zeros aside."""
        if self._tails is None:
            self._tails = defaultdict(list)
            for item in self._items.values():
                self._know_tails(item, self._tails)
        purse = (payment.company_id, payment.currency)
        return [
            item
            for item in self._tails.get(loose_tail(number), [])
            if item.is_open and (item.company_id, item.currency) == purse
        ]

    @staticmethod
    def _know_tails(item: OpenItem, tails: defaultdict[str, list[OpenItem]]) -> None:
        for tail in tails_of(item.document_number):
            tails[tail].append(item)

    def add_payment(self, payment: Payment) -> None:
        """Takes in a payment whose money rests on account or waits for a document."""
        if payment.state is PaymentState.ON_ACCOUNT:
            purse = (payment.company_id, payment.currency)
            if payment.payment_id not in self._credited:
                self._credited.add(payment.payment_id)
                insort(self._credit[purse], payment, key=lambda held: held.age)
                self._credit_balance[purse] += payment.unapplied_amount
        elif payment.state is PaymentState.UNAPPLIED:
            self._waiting[payment.payment_id] = payment

    def credit_for(self, item: OpenItem) -> Iterator[Payment]:
        """Money on account that may settle this item, the oldest first."""
        purse = (item.company_id, item.currency)
        while self._credit[purse]:
            payment = self._credit[purse][0]
            if payment.state is PaymentState.ON_ACCOUNT:
                yield payment
            if payment.state is PaymentState.ON_ACCOUNT:
                return
            self._credit[purse].pop(0)

    def credit_spent(self, payment: Payment, amount: Decimal) -> None:
        self._credit_balance[payment.company_id, payment.currency] -= amount

    def credit_withdrawn(self, payment: Payment) -> None:
        """All of the payment's money on account is about to leave it; it may come back later."""
        if payment.state is PaymentState.ON_ACCOUNT and payment.payment_id in self._credited:
            self._credited.remove(payment.payment_id)
            self._credit[payment.company_id, payment.currency].remove(payment)
            self.credit_spent(payment, payment.unapplied_amount)

    def credit_balance(self, payment: Payment) -> Decimal:
        """All of the customer's money on account in the payment's company and currency."""
        return self._credit_balance[payment.company_id, payment.currency]

    def expect(self, awaited: AwaitedDocument) -> None:
        """Takes in a document that is waited for; one already in is left alone."""
        if (awaited.payment_id, awaited.line_no) not in self._awaited:
            self._awaited[awaited.payment_id, awaited.line_no] = awaited
            self._awaited_by_key[awaited.document_key].append(awaited)

    def waiting_for(self, item: OpenItem) -> list[tuple[Payment, AwaitedDocument]]:
        """Payments of the item's company that wait for it, in the order of their age."""
        found = [
            (self._waiting[awaited.payment_id], awaited)
            for awaited in self._awaited_by_key.get(document_key(item.document_number), [])
            if awaited.waiting and awaited.payment_id in self._waiting
        ]
        same_company = [entry for entry in found if entry[0].company_id == item.company_id]
        return sorted(same_company, key=lambda entry: (entry[0].age, entry[1].line_no))


def _counts(item: OpenItem, disputed: bool, late_charges: bool) -> bool:
    return (disputed or not item.disputed) and (late_charges or item.kind not in LATE_CHARGES)
