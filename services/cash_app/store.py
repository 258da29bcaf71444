"""How cash application keeps its customers, items and payments, and what it loads of them set-based.

Whoever changes anything of a customer first locks the customer's ledger row (`CashWork.books`, in
key order); that guards the items, payments and awaited documents behind it, also those that have no
row yet. A payment in suspense belongs to no customer and is guarded by its own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import asyncpg
from pydantic import TypeAdapter

from services.cash_app.domain.customer_book import AwaitedDocument, CustomerBook, Rules
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.exchange import Rates, both_ways
from services.cash_app.domain.identification import KnownDocument
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment, PaymentState
from services.cash_app.returns_kept import RETURNS
from services.cash_app.rules_in_force import APPLICATION_RULES, rules_in_force
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.contracts.erp import RemittanceLine
from shared.kernel.money import round_half_up

_REMITTANCE: Final = TypeAdapter(tuple[RemittanceLine, ...])


@dataclass(slots=True)
class CustomerLedger:
    """A customer as the ERP knows them; version 0 while only an invoice has been heard of."""

    customer_id: str
    version: int
    company_id: str | None
    name: str | None
    currency: str | None


def ledger_from_row(row: asyncpg.Record) -> CustomerLedger:
    return CustomerLedger(**row)


def ledger_to_row(ledger: CustomerLedger) -> tuple[Any, ...]:
    return (ledger.customer_id, ledger.version, ledger.company_id, ledger.name, ledger.currency)


def item_from_row(row: asyncpg.Record) -> OpenItem:
    currency = row["currency"]
    return OpenItem(
        item_id=row["item_id"],
        item_version=row["item_version"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["document_number"],
        currency=currency,
        original_amount=round_half_up(row["original_amount"], currency),
        open_amount=round_half_up(row["open_amount"], currency),
        document_date=row["document_date"],
        due_date=row["due_date"],
        discount_date=row["discount_date"],
        discount_amount=round_half_up(row["discount_amount"], currency),
        discount_taken=round_half_up(row["discount_taken"], currency),
        disputed=row["disputed"],
        moved_on=row["moved_on"],
        open_since=row["open_since"],
        kind=row["kind"],
        terms=row["terms"],
    )


def item_to_row(item: OpenItem) -> tuple[Any, ...]:
    return (
        item.customer_id,
        item.item_id,
        item.item_version,
        item.company_id,
        item.document_number,
        document_key(item.document_number),
        item.currency,
        item.original_amount,
        item.open_amount,
        item.document_date,
        item.due_date,
        item.discount_date,
        item.discount_amount,
        item.discount_taken,
        item.disputed,
        item.moved_on,
        item.closed_on,
        item.open_since,
        item.kind,
        item.terms,
    )


def payment_from_row(row: asyncpg.Record) -> Payment:
    values = dict(row)
    for name in ("amount", "unapplied_amount"):
        values[name] = round_half_up(values[name], values["currency"])
    values["state"] = PaymentState(values["state"])
    values["remittance"] = _REMITTANCE.validate_json(values["remittance"])
    return Payment(**values)


def payment_to_row(payment: Payment) -> tuple[Any, ...]:
    return (
        payment.payment_id,
        payment.bank_reference,
        payment.company_id,
        payment.customer_id,
        payment.stated_customer,
        payment.payer_account,
        payment.payer_name,
        payment.currency,
        payment.amount,
        payment.unapplied_amount,
        payment.state,
        payment.value_date,
        payment.method,
        _REMITTANCE.dump_json(payment.remittance).decode() if payment.remittance else "[]",
        payment.held_since,
        payment.movements,
        payment.applications,
        payment.awaited_lines,
        payment.identified_by,
        payment.note,
    )


def awaited_from_row(row: asyncpg.Record) -> AwaitedDocument:
    values = dict(row)
    for name in ("amount", "discount"):
        values[name] = round_half_up(values[name], values["currency"])
    return AwaitedDocument(**values)


def awaited_to_row(awaited: AwaitedDocument) -> tuple[Any, ...]:
    return (
        awaited.customer_id,
        awaited.payment_id,
        awaited.line_no,
        awaited.document_key,
        awaited.document_number,
        awaited.currency,
        awaited.amount,
        awaited.discount,
        awaited.waiting,
    )


LEDGERS: Final = Table[str, CustomerLedger](
    load="load_ledgers",
    save="save_ledgers",
    key=lambda ledger: ledger.customer_id,
    from_row=ledger_from_row,
    to_row=ledger_to_row,
)
ITEMS: Final = Table[tuple[str, str], OpenItem](
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=item_from_row,
    to_row=item_to_row,
)
PAYMENTS: Final = Table[str, Payment](
    load="load_payments",
    save="save_payments",
    key=lambda payment: payment.payment_id,
    from_row=payment_from_row,
    to_row=payment_to_row,
)
AWAITED: Final = Table[tuple[str, str, int], AwaitedDocument](
    load="load_awaited",
    save="save_awaited",
    key=lambda awaited: (awaited.customer_id, awaited.payment_id, awaited.line_no),
    from_row=awaited_from_row,
    to_row=awaited_to_row,
)


class CashWork(UnitOfWork):
    """One batch's or request's work on customers' items and money."""

    def prepare(self) -> None:
        self.ledgers = self.aggregates(LEDGERS)
        self.items = self.aggregates(ITEMS)
        self.payments = self.aggregates(PAYMENTS)
        self.awaited = self.aggregates(AWAITED)
        self.returns = self.aggregates(RETURNS)
        self._books: dict[str, CustomerBook] = {}
        self._owners: dict[tuple[str, str], set[str]] = {}
        self._documents: dict[tuple[str, str], list[KnownDocument]] = {}
        self._asked: set[str] = set()
        self._rules: Rules | None = None
        self._rates = Rates()

    async def books(self, customer_ids: Iterable[str]) -> dict[str, CustomerBook]:
        """The books of known customers, each locked and with its credit on account; each exists once."""
        wanted = set(customer_ids)
        missing = wanted - self._books.keys()
        ledgers = await self.ledgers.load(missing)
        if ledgers:
            self._rules = self._rules or rules_in_force(await self.policy(APPLICATION_RULES))
            for customer_id in ledgers:
                self._books[customer_id] = CustomerBook(customer_id, self._owners, self._rules, self._rates)
            for payment in await self.payments.fetch("load_credit_of", sorted(ledgers)):
                if payment.customer_id is not None:
                    self._books[payment.customer_id].add_payment(payment)
        return {customer_id: self._books[customer_id] for customer_id in wanted & self._books.keys()}

    def add_item(self, item: OpenItem) -> None:
        """A new item, to be found by what comes later in this unit of work."""
        self.items.put(item)
        key = (item.company_id, document_key(item.document_number))
        self._owners.setdefault(key, set()).add(item.customer_id)
        net_amount = item.open_amount - item.discount_amount
        document = KnownDocument(item.customer_id, item.currency, item.open_amount, net_amount)
        self._documents.setdefault(key, []).append(document)

    async def documents_known(self, keys: Iterable[str]) -> Mapping[tuple[str, str], Sequence[KnownDocument]]:
        """By company and document key: whose these documents are and what is open on them, as of the first question."""
        asked = set(keys) - self._asked
        if asked:
            self._asked |= asked
            for row in await self.fetch("documents_known", sorted(asked)):
                key, known = row[:2], KnownDocument(*row[2:])
                self._owners.setdefault(key, set()).add(known.customer_id)
                self._documents.setdefault(key, []).append(known)
        return self._documents

    async def load_items_for(self, payments: Iterable[Payment]) -> None:
        """Into the books what these payments may settle: the items named, and all where that is not enough."""
        known = [payment for payment in payments if payment.customer_id is not None]
        named = {document_key(line.document_number) for payment in known for line in payment.remittance}
        if named:
            await self.documents_known(named)
            customers = sorted({payment.customer_id or "" for payment in known if payment.remittance})
            self._take_in(await self.items.fetch("load_named_items", customers, sorted(named)))
        wanting = {payment.customer_id or "" for payment in known if self._needs_all(payment)}
        partial = sorted(customer_id for customer_id in wanting if not self._books[customer_id].complete)
        if partial:
            self._take_in(await self.items.fetch("load_open_items_of", partial))
            for customer_id in partial:
                self._books[customer_id].complete = True
        await self._load_rates_for(known)

    def _needs_all(self, payment: Payment) -> bool:
        """Whether the items named are not enough: none are, a number is nobody's, or good standing is asked for."""
        book = self._books[payment.customer_id or ""]
        if not payment.remittance:
            return True
        for line in payment.remittance:
            key = (payment.company_id, document_key(line.document_number))
            if payment.customer_id not in self._owners.get(key, ()):
                return True
        return book.in_force(payment)[1].discount.past_due_days_max is not None

    async def _load_rates_for(self, payments: Iterable[Payment]) -> None:
        """The rates of the days that payments need for items in other currencies."""
        wanted: set[tuple[str, str, date]] = set()
        for payment in payments:
            for company_id, currency, day in self._books[payment.customer_id or ""].other_currencies(payment):
                if company_id == payment.company_id:
                    wanted |= both_ways(payment.currency, currency, (day,))
        await self.know_rates(wanted)

    async def know_rates(self, wanted: set[tuple[str, str, date]]) -> None:
        if wanted:
            columns = [list(column) for column in zip(*sorted(wanted), strict=True)]
            rows = await self.fetch("rates_on", *columns)
            self._rates.know({(r["from_currency"], r["to_currency"], r["day"]): r["rate"] for r in rows})

    async def load_awaited_for(self, items: Iterable[OpenItem]) -> None:
        """Into the books what waits for documents such as these, with the payments that wait."""
        come = {(item.customer_id, document_key(item.document_number)): item for item in items}
        if not come:
            return
        customers, keys = sorted({c for c, _ in come}), sorted({k for _, k in come})
        awaited = await self.awaited.fetch("load_awaited_by_key", customers, keys)
        payments = await self.payments.load({document.payment_id for document in awaited})
        for document in awaited:
            self._books[document.customer_id].add_payment(payments[document.payment_id])
            self._books[document.customer_id].expect(document)
        abroad: set[tuple[str, str, date]] = set()
        for document in awaited:
            item, on = come[document.customer_id, document.document_key], payments[document.payment_id].value_date
            if item.currency != document.currency:
                abroad |= both_ways(document.currency, item.currency, (on, item.document_date))
        await self.know_rates(abroad)

    def _take_in(self, items: Iterable[OpenItem]) -> None:
        for item in items:
            self._books[item.customer_id].add_item(item)
