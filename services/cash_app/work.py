"""The unit of work of cash application.

Whatever changes items or money of a customer first locks the customer's row (`CashWork.subledgers`, in key order). That
lock guards the items, payments and pending documents behind it, also those that have no row yet. A payment in suspense
has no customer and is guarded by its own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from services.cash_app.application.domain.customer_subledger import CreditUse, CustomerSubledger, Known, Rules
from services.cash_app.application.domain.round_sum_lesson import may_teach
from services.cash_app.application.policy import APPLICATION_RULES, rules_in_force
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.open_items.domain.known_document import KnownDocument, ReferenceKind
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.open_items.store import (
    CUSTOMERS,
    ITEMS,
    REFERENCE_CHARACTERS_MAX,
    known_from_row,
    reference_rows,
)
from services.cash_app.payments.bookings_store import persist_bookings
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from services.cash_app.payments.store import PAYMENTS, PENDING_DOCUMENTS
from services.cash_app.remittance_text.domain.mentions import keys_in
from shared.chassis.errors import Conflict, NotFound
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.unit_of_work import Aggregates, Cause, Table, UnitOfWork
from shared.components import exchange_rates
from shared.kernel.exchange_rates import DatedExchangeRates
from shared.kernel.money import round_half_up

K = TypeVar("K")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Action:
    """What a person did with a payment or item, for the audit and the record of actions.

    With `decides`, later automatic steps leave the money to people; identifying the payer decides nothing.
    """

    name: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    decides: bool = True


class CashWork(UnitOfWork):
    """One batch's or request's work on customers' items and money."""

    def prepare(self) -> None:
        self.customers = self.aggregates(CUSTOMERS)
        self.items = self.aggregates(ITEMS)
        self.payments = self.aggregates(PAYMENTS)
        self.pending_documents = self.aggregates(PENDING_DOCUMENTS)
        self.new_customers: set[str] = set()
        """Customers whose first document was posted in this unit of work; their suspended money is still to be
        applied."""
        self._further: dict[str, Aggregates[Any, Any]] = {}
        self._subledgers: dict[str, CustomerSubledger] = {}
        self._owners: dict[tuple[str, str], set[str]] = {}
        self._documents: dict[tuple[str, str], list[KnownDocument]] = {}
        self._known = Known({}, {})
        self._asked: set[str] = set()
        self._asked_references: set[str] = set()
        self._asked_memos: set[str] = set()
        self._rules: Rules | None = None
        self._rates = DatedExchangeRates()
        self._as_locked: dict[str, dict[str, object]] = {}

    def further_aggregates(self, table: Table[K, A]) -> Aggregates[K, A]:
        """The aggregates of a capability that few units of work need; declared at first use, saved last."""
        if table.save not in self._further:
            self._further[table.save] = self.aggregates(table)
        return self._further[table.save]

    async def subledgers(self, customer_ids: Iterable[str | None]) -> dict[str, CustomerSubledger]:
        """The subledgers of known customers, each locked and with its credit on account; each exists once."""
        wanted = {customer_id for customer_id in customer_ids if customer_id is not None}
        missing = wanted - self._subledgers.keys()
        customers = await self.customers.load(missing)
        if customers:
            self._rules = self._rules or rules_in_force(await self.policy(APPLICATION_RULES))
            for customer_id in customers:
                subledger = CustomerSubledger(customer_id, self._owners, self._rules, self._rates, self._known)
                self._subledgers[customer_id] = subledger
            for payment in await self.payments.fetch("load_credit_of", sorted(customers)):
                if payment.customer_id is not None:
                    self._subledgers[payment.customer_id].add_payment(payment)
        return {customer_id: self._subledgers[customer_id] for customer_id in wanted & self._subledgers.keys()}

    async def subledger(self, customer_id: str) -> CustomerSubledger:
        """The subledger of a customer that is known. Raises KeyError otherwise."""
        return (await self.subledgers([customer_id]))[customer_id]

    def add_item(self, item: OpenItem) -> None:
        """Adds a new item, to be found by what comes later in this unit of work."""
        self.items.put(item)
        key = (item.company_id, document_key(item.document_number))
        self._owners.setdefault(key, set()).add(item.customer_id)
        document = KnownDocument.of(item)
        self._documents.setdefault(key, []).append(document)
        for row in reference_rows(item):
            self.append("insert_document_references", row)
            self._add_reference((item.company_id, row[0]), document._replace(kind=cast("ReferenceKind", row[4])))

    def add_credit_memo(self, memo: Payment) -> None:
        """Adds a new credit memo, to be found by its number."""
        self.payments.put(memo)
        key = reference_key(memo.document_number)[:REFERENCE_CHARACTERS_MAX]
        if key and memo.customer_id is not None:
            row = (key, memo.company_id, memo.customer_id, memo.payment_id, "credit_memo")
            self.append("insert_document_references", row)

    def _add_reference(self, key: tuple[str, str], document: KnownDocument) -> None:
        known = cast("dict[tuple[str, str], list[KnownDocument]]", self._known.references)
        known.setdefault(key, []).append(document)

    async def known_documents(
        self, keys: Iterable[str], references: Iterable[str] = (), *, words: bool = False
    ) -> Mapping[tuple[str, str], Sequence[KnownDocument]]:
        """By company and document key: the customers of these documents and what is open on them, as first read.

        `references` are reference keys, of orders, purchase orders and credit memos, and with `words` of numbers in any
        writing: `known_references` has their documents.
        """
        asked, further = set(keys) - self._asked, set(references) - self._asked_references
        if asked or further:
            self._asked |= asked
            self._asked_references |= further
            for row in await self.fetch("known_documents", sorted(asked), sorted(further), words):
                key, known = (row["company_id"], row["key"]), known_from_row(row)
                if known.kind == "document":
                    self._owners.setdefault(key, set()).add(known.customer_id)
                    self._documents.setdefault(key, []).append(known)
                else:
                    self._add_reference(key, known)
        return self._documents

    @property
    def known_references(self) -> Mapping[tuple[str, str], Sequence[KnownDocument]]:
        """What `known_documents` has found by reference keys."""
        return self._known.references

    async def load_items_for(self, payments: Iterable[Payment]) -> None:
        """Loads what these payments may settle: the items named, and all open items where that is not enough."""
        known = [payment for payment in payments if payment.customer_id is not None]
        named = {document_key(line.document_number) for payment in known for line in payment.remittance}
        references = {reference_key(line.document_number) for payment in known for line in payment.remittance}
        words = {key for payment in known if payment.has_only_words for key in keys_in(payment.words)}
        if named or words:
            await self.known_documents(named, references | words, words=bool(words))
            await self._load_credit_memos(references | words)
        if named:
            customers = sorted({payment.customer_id or "" for payment in known if payment.remittance})
            self._add_items(await self.items.fetch("load_named_items", customers, sorted(named)))
        wanting = {payment.customer_id or "" for payment in known if self._needs_all(payment)}
        partial = sorted(customer_id for customer_id in wanting if not self._subledgers[customer_id].complete)
        if partial:
            self._add_items(await self.items.fetch("load_open_items_of", partial))
            for customer_id in partial:
                self._subledgers[customer_id].complete = True
        await self._load_round_sum_lessons(known)
        await self._load_rates_for(known)

    async def _load_credit_memos(self, keys: set[str]) -> None:
        """The credit memos that payments name, of which something is left, and what they were used for before."""
        known = (one for (_, key), found in self._known.references.items() if key in keys for one in found)
        named = {one.item_id: one for one in known if one.kind == "credit_memo" and one.customer_id in self._subledgers}
        memos = named.keys() - self._asked_memos
        if not memos:
            return
        self._asked_memos |= memos
        for memo in (await self.payments.load(one for one in memos if named[one].open_amount)).values():
            self._subledgers[named[memo.payment_id].customer_id].add_payment(memo)
        uses = cast("dict[str, list[CreditUse]]", self._known.memo_uses)
        for row in await self.fetch("uses_of_credit_memos", sorted(memos)):
            amount = round_half_up(row["amount"], row["currency"])
            use = CreditUse(row["item_id"], row["document_number"], row["applied_on"], amount)
            uses.setdefault(row["payment_id"], []).append(use)

    async def _load_round_sum_lessons(self, payments: Iterable[Payment]) -> None:
        """What clerks taught about round payments of these customers, where there are such payments."""
        customers: set[str] = set()
        for payment in payments:
            book = self._subledgers[payment.customer_id or ""]
            if may_teach(payment) and book.in_force(payment)[1].rule_set.learned_round_sum:
                customers.add(book.customer_id)
        if not customers:
            return
        for customer_id in customers:
            self._subledgers[customer_id].round_sum_lessons = {}
        for row in await self.fetch("round_sum_lessons", sorted(customers)):
            lessons = self._subledgers[row["customer_id"]].round_sum_lessons
            lessons.setdefault(row["company_id"], []).append(row["payment_id"])

    async def load_rates(self, currencies: Iterable[str], days: Iterable[date]) -> None:
        """Adds the exchange rates in force on these days to those that subledgers convert with."""
        await exchange_rates.load_rates(self, set(currencies), set(days), self._rates)

    async def load_pending_for(self, items: Iterable[OpenItem]) -> None:
        """Loads what waits for documents such as these, with the payments that wait."""
        arrived = {(item.customer_id, key): item for item in items for key in item.waited_for_as}
        if not arrived:
            return
        customers, keys = sorted({c for c, _ in arrived}), sorted({k for _, k in arrived})
        pending = await self.pending_documents.fetch("load_pending_documents_by_key", customers, keys)
        payments = await self.payments.load({document.payment_id for document in pending})
        for document in pending:
            self._subledgers[document.customer_id].add_payment(payments[document.payment_id])
            self._subledgers[document.customer_id].add_pending(document)
        currencies: set[str] = set()
        days: set[date] = set()
        for document in pending:
            item = arrived[document.customer_id, document.document_key]
            if item.currency != document.currency:
                currencies |= {document.currency, item.currency}
                days |= {payments[document.payment_id].value_date, item.document_date}
        if currencies:
            await self.load_rates(currencies, days)

    async def lock_payment(
        self, payment_id: str, expected_version: int | None = None, customers: Iterable[str] = ()
    ) -> Payment:
        """A payment that a person wants to change; its customer and those given are locked before it.

        Raises NotFound; Conflict where it is not as the person saw it.
        """
        rows = await self.fetch("customer_of_payment", payment_id)
        if not rows:
            raise NotFound(f"there is no payment {payment_id!r}: GET /payments lists them")
        owner: str | None = rows[0]["customer_id"]
        await self.subledgers({*customers, owner})
        payment = (await self.payments.load([payment_id]))[payment_id]
        if payment.customer_id != owner or expected_version not in (None, payment.movements):
            raise Conflict(
                f"payment {payment_id} was changed in the meantime (it is at version {payment.movements}, you saw "
                f"{expected_version}): read it again"
            )
        self._as_locked.setdefault(payment_id, payment_facts(payment))
        return payment

    async def lock_payments(self, payment_ids: Iterable[str], customer_ids: Iterable[str | None]) -> dict[str, Payment]:
        """Payments, their customers locked before them; a customer assigned in the meantime is locked as well."""
        await self.subledgers(customer_ids)
        payments = await self.payments.load(payment_ids)
        await self.subledgers(payment.customer_id for payment in payments.values())
        for payment in payments.values():
            self._as_locked.setdefault(payment.payment_id, payment_facts(payment))
        return payments

    async def lock_item(self, item_id: str) -> OpenItem:
        """An item that a person wants to change, its customer locked before it. Raises NotFound."""
        rows = await self.fetch("owner_of_item", item_id)
        if not rows:
            raise NotFound(f"there is no item {item_id!r}: GET /open-items lists what is owed")
        key = (rows[0]["customer_id"], item_id)
        await self.subledgers([key[0]])
        item = (await self.items.load([key]))[key]
        self._as_locked.setdefault(item_id, item_facts(item))
        return item

    def post(self, bookings: Bookings, *, cause: Cause) -> None:
        """Takes everything that one cause changes: rows, new items, pending documents, journal, and events."""
        for item in bookings.items:
            self.add_item(item)
        for document in bookings.pending:
            self.pending_documents.put(document)
        for part, _ in bookings.parts:
            self.payments.put(cast("Payment", part))  # the domain splits payments only
        persist_bookings(self, bookings, cause)

    def post_action(self, bookings: Bookings, command: Command, action: Action, subject: Payment | OpenItem) -> None:
        """Posts what a person's request leads to, with its audit entry and the record of the action."""
        self.post(bookings, cause=command)
        self.record_action(command, action, subject)

    def record_action(self, command: Command, action: Action, subject: Payment | OpenItem) -> None:
        """Audits the change of a locked payment or item since it was locked."""
        if isinstance(subject, Payment):
            subject_id, now = subject.payment_id, payment_facts(subject)
        else:
            subject_id, now = subject.item_id, item_facts(subject)
        after = {**now, **action.details, "reason": action.reason}
        before = self._as_locked.get(subject_id)
        self.audit(command, action=action.name, subject=subject_id, before=before, after=after)
        self._as_locked[subject_id] = now
        if action.decides:
            self.note_action(command, subject_id, action, subject.company_id)

    def note_action(self, command: Command, subject_id: str, action: Action, company_id: str) -> None:
        """Notes that a person did something with a payment, item or return of the company, on its business date."""
        today = self.business_date_of(company_id)
        row = (subject_id, command.id, action.name, command.person.name, today, action.reason)
        self.append("insert_clerk_actions", row)

    def _needs_all(self, payment: Payment) -> bool:
        """Whether the items named are not enough: none are, a number is unknown, or good standing is required."""
        subledger = self._subledgers[payment.customer_id or ""]
        if not payment.remittance:
            return True
        for line in payment.remittance:
            key = (payment.company_id, document_key(line.document_number))
            if line.amount > 0 and payment.customer_id not in self._owners.get(key, ()):
                return True
        return subledger.in_force(payment)[1].discount.past_due_days_max is not None

    async def _load_rates_for(self, payments: Iterable[Payment]) -> None:
        """The rates of the days that payments need for items in other currencies."""
        currencies: set[str] = set()
        days: set[date] = set()
        for payment in payments:
            for company_id, currency, day in self._subledgers[payment.customer_id or ""].other_currencies(payment):
                if company_id == payment.company_id:
                    currencies |= {payment.currency, currency}
                    days.add(day)
        if currencies:
            await self.load_rates(currencies, days)

    def _add_items(self, items: Iterable[OpenItem]) -> None:
        for item in items:
            self._subledgers[item.customer_id].add_item(item)

    async def pending_of(self, payments: Iterable[Payment]) -> dict[str, list[PendingDocument]]:
        """By payment id, the documents that payments wait for."""
        waiting = [payment for payment in payments if payment.customer_id is not None and payment.pending_documents]
        pending: dict[str, list[PendingDocument]] = {}
        if waiting:
            customers, ids = sorted({str(p.customer_id) for p in waiting}), sorted(p.payment_id for p in waiting)
            for document in await self.pending_documents.fetch("load_pending_documents_of_payments", customers, ids):
                pending.setdefault(document.payment_id, []).append(document)
        return pending


def payment_facts(payment: Payment) -> dict[str, object]:
    """A payment's state, for the audit's before and after."""
    return {
        "customer_id": payment.customer_id,
        "state": payment.state,
        "unapplied_amount": payment.unapplied_amount,
        "currency": payment.currency,
        "version": payment.movements,
    }


def item_facts(item: OpenItem) -> dict[str, object]:
    """An item's state, for the audit's before and after."""
    return {"open_amount": item.open_amount, "currency": item.currency, "item_version": item.item_version}
