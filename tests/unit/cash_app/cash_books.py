"""The books of one customer for stories: invoices and payments go in; what was published and booked is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from services.cash_app.application.domain.application import apply_payment, post_item
from services.cash_app.application.domain.application_rules import STANDARD, CustomerRules, RuleSet
from services.cash_app.application.domain.credit_memo import credit_of
from services.cash_app.application.domain.currency_conversion import NO_RATES
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, Known
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.open_items.domain.instalments import items_of_instalments
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.open_items.domain.open_item import OpenItem, item_of
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, payment_of
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.cash_app import AppliedLine, PaymentApplied
from shared.contracts.erp import PaymentReceived, RemittanceLine
from shared.contracts.event import Event
from shared.contracts.invoicing import CreditMemoPosted, InvoicePosted
from shared.kernel.exchange_rates import DatedExchangeRates
from shared.kernel.journal import Account, totals_by_account

CUSTOMER, COMPANY = "C-1", "US01"
DAY = date(2026, 3, 2)

E = TypeVar("E", bound=Event)


def on(day: int) -> date:
    """The given day of March 2026; days beyond it run on."""
    return date(2026, 3, 1) + timedelta(days=day - 1)


def invoice(number: str, total: str, invoiced: int = 1, due: int = 31, **changes: Any) -> InvoicePosted:
    """An invoice of 2/10 net 30 where `discount` is given, else without a discount."""
    discount = changes.pop("discount", None)
    given: dict[str, Any] = {
        "invoice_id": f"I-{number}", "invoice_number": number, "company_id": COMPANY, "customer_id": CUSTOMER,
        "origin": "shipment", "invoice_date": on(invoiced), "due_date": on(due), "terms": {"net_days": 30},
        "currency": "USD", "net": total, "tax": "0", "total": total, "discount_amount": discount or "0",
        "discount_date": on(invoiced + 10) if discount else None,
    }  # fmt: skip
    return InvoicePosted(**{**given, **changes})


def payment(payment_id: str, amount: str, day: int = 5, names: Iterable[Any] = (), **changes: Any) -> PaymentReceived:
    """A payment; `names` are its remittance lines: (number, amount) or (number, amount, discount)."""
    lines = [RemittanceLine(document_number=n[0], amount=n[1], discount=n[2] if len(n) > 2 else "0") for n in names]
    given: dict[str, Any] = {
        "payment_id": payment_id, "bank_reference": f"B-{payment_id}", "company_id": COMPANY, "customer_id": CUSTOMER,
        "currency": "USD", "amount": amount, "value_date": on(day), "remittance": lines,
    }  # fmt: skip
    return PaymentReceived(**{**given, **changes})


OLDEST_AT_LAST = CustomerRules(
    rule_set=RuleSet(rules=(*STANDARD.rule_set.rules, "oldest_first"), residual_handling="on_account")
)


def rates(by_day: dict[tuple[str, str, date], str]) -> DatedExchangeRates:
    """Exchange rates: from currency, to currency and day, and the rate of that day only."""
    known = DatedExchangeRates()
    for (one, other, day), rate in by_day.items():
        known.add([one, other], [day], [(day, (one, other), Decimal(rate))])
    return known


class CashBooks:
    """One customer's account; without rules, what matches nothing goes to the oldest items, as agreed."""

    def __init__(self, rules: CustomerRules = OLDEST_AT_LAST, rates: DatedExchangeRates = NO_RATES) -> None:
        self.owners: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.rules = rules
        self.references: defaultdict[tuple[str, str], list[KnownDocument]] = defaultdict(list)
        self.book = CustomerSubledger(
            CUSTOMER, self.owners, lambda company_id, customer_id, day: (1, rules), rates, Known(self.references, {})
        )
        self.bookings = Bookings()
        self.items: dict[str, OpenItem] = {}
        self.payments: dict[str, Payment] = {}

    def post(self, *invoices: InvoicePosted, discount_lowers_tax: bool = False) -> None:
        for posted in sorted(invoices, key=lambda i: i.business_order):
            item = item_of(posted, self.rules.discount.base, discount_lowers_tax=discount_lowers_tax)
            parts = items_of_instalments(posted, item)
            self.items |= {part.item_id if posted.instalments else posted.invoice_number: part for part in parts}
            self.owners[item.company_id, document_key(item.document_number)].add(item.customer_id)
            named = (
                (item.document_number, "number"),
                (item.order_id, "order"),
                (item.customer_reference, "purchase_order"),
            )
            for name, kind in named:
                known = KnownDocument(CUSTOMER, item.currency, item.open_amount, item.open_amount, item.item_id)
                known = known._replace(document_number=item.document_number, kind=kind)
                if name:
                    self.references[item.company_id, reference_key(name)].append(known)
            for part in parts:
                post_item(part, self.book, self.bookings, more_to_come=part is not parts[-1])

    def receive(self, *payments: PaymentReceived) -> None:
        for received in sorted(payments, key=lambda p: p.business_order):
            taken = payment_of(received, received.customer_id, "stated")
            self.payments[taken.payment_id] = taken
            taken.receive(self.bookings)
            apply_payment(taken, self.book, self.bookings)

    def credit_memo(self, number: str, amount: str, day: int = 5, of: str | None = None) -> Payment:
        """A credit memo is posted; `of` is the invoice that it corrects."""
        posted = CreditMemoPosted(
            credit_memo_id=f"ID-{number}", credit_memo_number=number, company_id=COMPANY, customer_id=CUSTOMER,
            invoice_number=of, credit_date=on(day), currency="USD", net=amount, tax="0", total=amount, reason="price",
        )  # fmt: skip
        memo = credit_of(posted)
        self.payments[memo.payment_id] = memo
        memo.receive(self.bookings, out_of=Account.RECEIVABLES)
        apply_payment(memo, self.book, self.bookings)
        return memo

    def credit(self, number: str, total: str, day: int = 4, *, tax: str = "0", **changes: Any) -> None:
        """A credit memo for the document of that number."""
        given: dict[str, Any] = {
            "credit_memo_id": f"CM-{len(self.payments)}", "credit_memo_number": f"CM-{len(self.payments)}",
            "company_id": COMPANY, "customer_id": CUSTOMER, "invoice_number": number, "credit_date": on(day),
            "currency": "USD", "net": str(Decimal(total) - Decimal(tax)), "tax": tax, "total": total,
            "reason": "goods came back",
        }  # fmt: skip
        memo = credit_of(CreditMemoPosted(**{**given, **changes}))
        self.payments[memo.payment_id] = memo
        memo.receive(self.bookings, out_of=Account.RECEIVABLES)
        apply_payment(memo, self.book, self.bookings)

    def belongs_to_another_customer(self, number: str) -> None:
        self.owners[COMPANY, document_key(number)].add("C-2")
        other = KnownDocument("C-2", "USD", Decimal(100), Decimal(100), f"I-{number}", number, "number")
        self.references[COMPANY, reference_key(number)].append(other)

    @property
    def pending(self) -> list[PendingDocument]:
        return self.bookings.pending

    def open(self, number: str) -> Decimal:
        return self.items[number].open_amount

    def published(self, event: type[E]) -> list[E]:
        return [each for each in self.bookings.events if isinstance(each, event)]

    def lines(self, payment_id: str) -> list[AppliedLine]:
        applied = [a for a in self.published(PaymentApplied) if a.payment_id == payment_id]
        return [line for application in applied for line in application.lines]

    def settled(self, payment_id: str) -> list[tuple[str, str, str, str]]:
        """What a payment settled: (document, cash, discount, rule)."""
        return [(x.document_number, str(x.amount), str(x.discount), x.rule) for x in self.lines(payment_id)]

    def balance(self, account: Account, as_of: date = date.max) -> Decimal:
        """Debits less credits of an account in this service's journal at the end of a day."""
        totals = totals_by_account(p for p in self.bookings.postings if p.business_date <= as_of)
        return sum((t.debit - t.credit for t in totals if t.account == account), Decimal(0))

    def held(self, account: str, as_of: date = date.max) -> Decimal:
        """What payments have in suspense, unapplied or on account at the end of a day, by their movements."""
        moved = (m.change for m in self.bookings.movements if m.account == account and m.business_date <= as_of)
        return sum(moved, Decimal(0))
