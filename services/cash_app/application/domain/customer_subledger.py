"""One customer's subledger while payments are applied: open items, credit on account, pending documents."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.application_rules import LATE_CHARGES, STANDARD, CustomerRules, RuleSet
from services.cash_app.application.domain.currency_conversion import NO_RATES
from services.cash_app.application.domain.item_names import ItemNames
from services.cash_app.application.domain.item_pool import ItemPool
from services.cash_app.open_items.domain.document_number import document_key, loose_tail, reference_key, tails_of
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.kernel.exchange_rates import DatedExchangeRates

CompanyCurrency = tuple[str, str]
"""Company and currency: items of different ones are never paid together."""
Rules = Callable[[str, str, date], tuple[int, CustomerRules]]
"""By company, customer and value date: the version of the policy and what it states."""


class CreditUse(NamedTuple):
    """What a credit memo settled of a document, in the memo's currency, and when."""

    item_id: str
    document_number: str
    on: date
    amount: Decimal


class CreditMemo(NamedTuple):
    """A credit memo that a payer names. `held`: the memo as it is; None where nothing is left of it."""

    payment_id: str
    number: str
    currency: str
    held: Payment | None
    uses: Sequence[CreditUse]

    @property
    def left(self) -> Decimal:
        """What of it is on account or unapplied."""
        held = self.held
        usable = held is not None and held.state in (PaymentState.ON_ACCOUNT, PaymentState.UNAPPLIED)
        return held.unapplied_amount if held is not None and usable else Decimal(0)


class Known(NamedTuple):
    """What was looked up of documents that payers name, beside the open items: by company and reference key the
    documents, and by payment id what credit memos were used for before."""

    references: Mapping[tuple[str, str], Sequence[KnownDocument]]
    memo_uses: Mapping[str, Sequence[CreditUse]]


NOTHING_KNOWN: Final = Known({}, {})


class UnmatchedReason(StrEnum):
    """Why a document named in a remittance matches no open item."""

    UNKNOWN = "unknown"
    PAID = "paid"
    OF_ANOTHER_CUSTOMER = "of another customer"
    OF_ANOTHER_COMPANY = "of another company"
    IN_ANOTHER_CURRENCY = "in another currency"


class Recognised(NamedTuple):
    """The open item that a payer means with a number that no document has, the evidence, and a score up to 100."""

    item: OpenItem
    evidence: str
    score: int


class CustomerSubledger:
    """Everything that decisions about one customer's money depend on.

    `owners` are the customers who have a document under a company and document key.
    """

    def __init__(
        self,
        customer_id: str,
        owners: Mapping[tuple[str, str], Collection[str]],
        rules: Rules = lambda company_id, customer_id, day: (0, STANDARD),
        rates: DatedExchangeRates = NO_RATES,
        known: Known = NOTHING_KNOWN,
    ) -> None:
        self.customer_id = customer_id
        self.rates = rates
        self.known = known
        self.recognised: dict[tuple[str, str], Recognised] = {}
        """By payment and document key: what numbers of its remittance were found to mean."""
        self.complete = False
        """Whether all open items are in, not only those named by a remittance."""
        self.round_sum_lessons: dict[str, list[str]] = {}
        """By company, the round payments that a clerk applied to the oldest items, none to others since."""
        self._owners = owners
        self._rules = rules
        self._items: dict[str, OpenItem] = {}
        self._documents: defaultdict[str, list[OpenItem]] = defaultdict(list)
        self._deductions: defaultdict[str, list[OpenItem]] = defaultdict(list)
        """By the item that they were deducted from."""
        self._tails: defaultdict[str, list[OpenItem]] | None = None
        self._company_currencies: set[CompanyCurrency] = set()
        self._pools: dict[CompanyCurrency, ItemPool] = {}
        """Built at first use: a payment that names its documents needs none."""
        self._narrower: dict[tuple[CompanyCurrency, bool, bool], ItemPool] = {}
        self._credit: defaultdict[CompanyCurrency, list[Payment]] = defaultdict(list)
        self._credited: set[str] = set()
        self._credit_balance: defaultdict[CompanyCurrency, Decimal] = defaultdict(Decimal)
        self._pending: dict[tuple[str, int], PendingDocument] = {}
        self._pending_by_key: defaultdict[str, list[PendingDocument]] = defaultdict(list)
        self._waiting: dict[str, Payment] = {}
        self._names: ItemNames | None = None
        self._memos: dict[tuple[CompanyCurrency, str], Payment] = {}
        self._memo_uses: dict[str, list[CreditUse]] = {}

    def add_item(self, item: OpenItem) -> None:
        """Adds an item, unless it is present already."""
        if item.item_id in self._items:
            return
        self._items[item.item_id] = item
        self._documents[document_key(item.document_number)].append(item)
        if item.deducted_from is not None:
            self._deductions[item.deducted_from].append(item)
        if self._tails is not None:
            self._index_tails(item, self._tails)
        if self._names is not None:
            self._names.add(item)
        if item.is_open:
            self.changed(item)

    def item(self, item_id: str) -> OpenItem | None:
        """The item, if it is this customer's and was added."""
        return self._items.get(item_id)

    def changed(self, item: OpenItem) -> None:
        """The item's open amount changed."""
        company_currency = (item.company_id, item.currency)
        self._company_currencies.add(company_currency)
        if company_currency in self._pools:
            self._pools[company_currency].changed(item)
        for (narrowed, disputed, late), pool in self._narrower.items():
            if narrowed == company_currency and _counts(item, disputed, late):
                pool.changed(item)

    def in_force(self, payment: Payment) -> tuple[int, CustomerRules]:
        """The version of the application rules and what they state, on the payment's value date."""
        return self._rules(payment.company_id, self.customer_id, payment.value_date)

    def round_sums_taught(self, payment: Payment) -> list[str]:
        """The payments by which a clerk has shown that a round sum pays the oldest items; empty where too few have."""
        needed = self.in_force(payment)[1].rule_set.learned_round_sum
        lessons = self.round_sum_lessons.get(payment.company_id, [])
        return lessons if needed and len(lessons) >= needed else []

    def discount_day(self, payment: Payment, rules: CustomerRules) -> date:
        """The day on which discounts of this payment are measured; a credit memo pays nothing and earns none."""
        if payment.method == "credit_memo":
            return date.max
        oldest = None
        if rules.discount.past_due_days_max is not None:
            oldest = next((item.due_date for item in self.pool(payment).oldest_first()), None)
        return discount.counting_day(payment.value_date, oldest, rules.discount)

    def pool(self, payment: Payment) -> ItemPool:
        """The open items of the payment's company and currency."""
        return self._pool((payment.company_id, payment.currency))

    def _pool(self, company_currency: CompanyCurrency) -> ItemPool:
        pool = self._pools.get(company_currency)
        if pool is None:
            pool = self._pools[company_currency] = ItemPool()
            for item in self._items.values():
                if item.is_open and (item.company_id, item.currency) == company_currency:
                    pool.changed(item)
        return pool

    def pool_of(self, company_currency: CompanyCurrency, rule_set: RuleSet) -> ItemPool:
        """The open items that the rule set may settle."""
        disputed, late = rule_set.disputed_items, rule_set.late_charges
        if disputed and late:
            return self._pool(company_currency)
        if (company_currency, disputed, late) not in self._narrower:
            pool = self._narrower[company_currency, disputed, late] = ItemPool()
            for item in self._pool(company_currency).oldest_first():
                if _counts(item, disputed, late):
                    pool.changed(item)
        return self._narrower[company_currency, disputed, late]

    def other_company_currencies(self, payment: Payment) -> list[CompanyCurrency]:
        """Companies and currencies of open items that this payment may not settle."""
        own = (payment.company_id, payment.currency)
        return sorted(
            company_currency
            for company_currency in self._company_currencies
            if company_currency != own and self._pool(company_currency).open_count
        )

    def other_currencies(self, payment: Payment) -> set[tuple[str, str, date]]:
        """Company and currency of items in other currencies, with the days whose rates their payment needs."""
        found: set[tuple[str, str, date]] = set()
        if payment.remittance:
            if any(
                company_currency != (payment.company_id, payment.currency)
                for company_currency in self._company_currencies
            ):
                named = (self.foreign(line.document_number, payment) for line in payment.remittance)
                for item in (item for item in named if item is not None):
                    found |= {(item.company_id, item.currency, d) for d in (item.document_date, payment.value_date)}
        else:
            for company_id, currency in self.other_company_currencies(payment):
                days = {item.document_date for item in self._pool((company_id, currency)).oldest_first()}
                found |= {(company_id, currency, day) for day in (*days, payment.value_date)}
        return found

    def instalments(self, item: OpenItem) -> list[OpenItem]:
        """The open items with the item's number, company and currency, by due date: the instalments of its document."""
        same = [
            other
            for other in self._documents.get(document_key(item.document_number), [])
            if other.is_open and (other.company_id, other.currency) == (item.company_id, item.currency)
        ]
        return sorted(same, key=lambda other: other.age)

    def named(self, number: str, payment: Payment) -> OpenItem | UnmatchedReason:
        """The open item a remittance line names; where one number is on several, the oldest open one."""
        key = document_key(number)
        own = self._documents.get(key, [])
        in_company = [item for item in own if item.company_id == payment.company_id]
        in_currency = [item for item in in_company if item.currency == payment.currency]
        still_open = [item for item in in_currency if item.is_open]
        if still_open:
            return min(still_open, key=lambda item: item.age)
        if in_currency:
            return UnmatchedReason.PAID
        if in_company:
            still_owed = any(item.is_open for item in in_company)
            return UnmatchedReason.IN_ANOTHER_CURRENCY if still_owed else UnmatchedReason.PAID
        if own:
            return UnmatchedReason.OF_ANOTHER_COMPANY
        return (
            UnmatchedReason.OF_ANOTHER_CUSTOMER
            if self._owners.get((payment.company_id, key))
            else UnmatchedReason.UNKNOWN
        )

    def items_of(self, number: str, payment: Payment) -> list[OpenItem]:
        """The items of that number in the payment's company and currency, open or closed, and the deductions from
        them, by age."""
        own = [
            item
            for item in self._documents.get(document_key(number), [])
            if (item.company_id, item.currency) == (payment.company_id, payment.currency)
        ]
        deductions = [item for of in own for item in self._deductions.get(of.item_id, [])]
        return sorted((*own, *deductions), key=lambda item: item.age)

    def foreign(self, number: str, payment: Payment) -> OpenItem | None:
        """The oldest open item of that number in another currency than the payment's, of its company."""
        items = (item for item in self._documents.get(document_key(number), []) if item.is_open)
        foreign = [i for i in items if i.company_id == payment.company_id and i.currency != payment.currency]
        return min(foreign, key=lambda item: item.age, default=None)

    def with_tail(self, number: str, payment: Payment) -> list[OpenItem]:
        """Open items whose number ends in what the payer wrote, ignoring prefix, separators and leading zeros."""
        if self._tails is None:
            self._tails = defaultdict(list)
            for item in self._items.values():
                self._index_tails(item, self._tails)
        company_currency = (payment.company_id, payment.currency)
        return [
            item
            for item in self._tails.get(loose_tail(number), [])
            if item.is_open and (item.company_id, item.currency) == company_currency
        ]

    @staticmethod
    def _index_tails(item: OpenItem, tails: defaultdict[str, list[OpenItem]]) -> None:
        for tail in tails_of(item.document_number):
            tails[tail].append(item)

    @property
    def names(self) -> ItemNames:
        """The items by all that payers write for them; built at first use."""
        if self._names is None:
            self._names = ItemNames(self._items.values())
        return self._names

    def ordered(self, number: str, payment: Payment) -> list[OpenItem]:
        """Open items of the payment's company and currency whose order, or the customer's own number of it, this is."""
        company_currency = (payment.company_id, payment.currency)
        return [
            item
            for item in self.names.of_order(reference_key(number))
            if item.is_open and (item.company_id, item.currency) == company_currency
        ]

    def references(self, key: str, payment: Payment) -> Sequence[KnownDocument]:
        """Documents of any customer of the payment's company that are known by this reference key, open or not."""
        return self.known.references.get((payment.company_id, key), ())

    def add_payment(self, payment: Payment) -> None:
        """Adds a payment whose money is on account or waits for a document, and any credit memo."""
        if payment.document_number:
            company_currency = (payment.company_id, payment.currency)
            self._memos[company_currency, reference_key(payment.document_number)] = payment
        if payment.state is PaymentState.ON_ACCOUNT:
            company_currency = (payment.company_id, payment.currency)
            if payment.payment_id not in self._credited:
                self._credited.add(payment.payment_id)
                insort(self._credit[company_currency], payment, key=lambda held: held.age)
                self._credit_balance[company_currency] += payment.unapplied_amount
        elif payment.state is PaymentState.UNAPPLIED:
            self._waiting[payment.payment_id] = payment

    def credit_for(self, item: OpenItem) -> Iterator[Payment]:
        """Money on account that may settle this item, the oldest first."""
        company_currency = (item.company_id, item.currency)
        while self._credit[company_currency]:
            payment = self._credit[company_currency][0]
            if payment.state is PaymentState.ON_ACCOUNT:
                yield payment
            if payment.state is PaymentState.ON_ACCOUNT:
                return
            self._credit[company_currency].pop(0)

    def credit_of(self, payment: Payment) -> list[Payment]:
        """Money on account in the payment's company and currency, the oldest first, without the payment itself."""
        held = self._credit.get((payment.company_id, payment.currency), ())
        return [one for one in held if one.state is PaymentState.ON_ACCOUNT and one is not payment]

    def credit_memo(self, number: str, payment: Payment) -> CreditMemo | None:
        """The customer's credit memo of this number in the payment's company and currency, and where it was used."""
        key = reference_key(number)
        held = self._memos.get(((payment.company_id, payment.currency), key))
        if held is not None:
            return CreditMemo(held.payment_id, held.document_number, held.currency, held, self._uses(held.payment_id))
        for one in self.references(key, payment):
            if one.kind == "credit_memo" and one.customer_id == self.customer_id and one.currency == payment.currency:
                return CreditMemo(one.item_id, one.document_number, one.currency, None, self._uses(one.item_id))
        return None

    def credit_memo_used(self, memo: Payment, use: CreditUse) -> None:
        """A credit memo settled a document."""
        self._memo_uses.setdefault(memo.payment_id, []).append(use)

    def _uses(self, payment_id: str) -> list[CreditUse]:
        return [*self.known.memo_uses.get(payment_id, ()), *self._memo_uses.get(payment_id, ())]

    def credit_spent(self, payment: Payment, amount: Decimal) -> None:
        self._credit_balance[payment.company_id, payment.currency] -= amount

    def credit_withdrawn(self, payment: Payment) -> None:
        """Removes a payment whose money on account is about to leave it; it may be added again later."""
        if payment.state is PaymentState.ON_ACCOUNT and payment.payment_id in self._credited:
            self._credited.remove(payment.payment_id)
            self._credit[payment.company_id, payment.currency].remove(payment)
            self.credit_spent(payment, payment.unapplied_amount)

    def credit_balance(self, payment: Payment) -> Decimal:
        """All of the customer's money on account in the payment's company and currency."""
        return self._credit_balance[payment.company_id, payment.currency]

    def add_pending(self, pending: PendingDocument) -> None:
        """Adds a pending document, unless it is present already."""
        if (pending.payment_id, pending.line_no) not in self._pending:
            self._pending[pending.payment_id, pending.line_no] = pending
            self._pending_by_key[pending.document_key].append(pending)

    def payments_pending_for(self, item: OpenItem) -> list[tuple[Payment, PendingDocument]]:
        """Payments of the item's company that wait for it, in the order of their age."""
        found = [
            (self._waiting[pending.payment_id], pending)
            for key in item.waited_for_as
            for pending in self._pending_by_key.get(key, [])
            if pending.waiting and pending.payment_id in self._waiting
        ]
        same_company = [entry for entry in found if entry[0].company_id == item.company_id]
        return sorted(same_company, key=lambda entry: (entry[0].age, entry[1].line_no))


def _counts(item: OpenItem, disputed: bool, late_charges: bool) -> bool:
    return (disputed or not item.disputed) and (late_charges or item.kind not in LATE_CHARGES)
