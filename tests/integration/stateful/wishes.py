"""What a payer may do, drawn before it is known what there is to be paid; made into a payment when it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shared.contracts.erp import CustomerChanged, ItemChanged, PaymentReceived, PriceChanged
from shared.kernel.money import round_half_up
from tests.integration.stateful.plain_books import Invoice, PlainBooks
from tests.kit.events.sample import customer, item, payment, price

NEWCOMER = "C-4"
"""A customer without master data until the ERP publishes it."""
SHARED = "ACC-SHARED"
FORWARD = ("OLD-1", "old-1", "OLD-2", "O LD-3")
"""Numbers of invoices that may be brought forward, and named before they are."""
_ROUND = (Decimal(50), Decimal(100), Decimal(500), Decimal(1000), Decimal(5000))
CURRENCY = {"C-1": "USD", "C-2": "USD", "C-3": "EUR", NEWCOMER: "JPY"}


def terms(net_days: int, days: int, percent: str) -> dict[str, Any]:
    return {"net_days": net_days, "discount_days": days, "discount_percent": percent}


def master(customer_id: str, version: int = 1, shares: bool = True) -> CustomerChanged:
    """The ERP's word on a customer; C-1 and C-2 may pay from one account."""
    accounts = [f"ACC-{customer_id}", *([SHARED] if shares and customer_id in ("C-1", "C-2") else [])]
    given = {
        "C-1": {"credit_limit": "4000.00", "terms": terms(30, 10, "2"), "jurisdiction": "US-OR"},
        "C-2": {"credit_limit": "2500.00", "terms": terms(10, 5, "3"), "jurisdiction": "US-TX"},
        "C-3": {"credit_limit": "1500.00", "terms": terms(14, 0, "0"), "jurisdiction": "DE", "price_list_id": "EU"},
        NEWCOMER: {
            "credit_limit": "400000",
            "terms": terms(20, 8, "1"),
            "jurisdiction": "US-WA",
            "price_list_id": "JP",
        },
    }[customer_id]
    return customer(customer_id, version=version, currency=CURRENCY[customer_id], payer_accounts=accounts, **given)


def catalogue() -> list[ItemChanged | PriceChanged]:
    return [
        item("I-1"), item("I-2"), price("I-1", "10.00"), price("I-2", "3.335"),
        price("I-1", "9.99", price_list_id="EU", currency="EUR"),
        price("I-2", "3.335", price_list_id="EU", currency="EUR"),
        price("I-1", "1250.5", price_list_id="JP", currency="JPY"),
        price("I-2", "333", price_list_id="JP", currency="JPY"),
    ]  # fmt: skip


@dataclass(frozen=True)
class LineWish:
    """A remittance line: which document, and how much of it."""

    which: int
    how: str
    claims: bool


@dataclass(frozen=True)
class PaymentWish:
    """`who` is how the payer is known, `how` what the amount is; `which` picks among what there is."""

    who: str
    how: str
    which: int
    cents: int
    days: int
    lines: tuple[LineWish, ...]
    other_currency: bool

    def made(self, number: int, books: PlainBooks, today: date) -> PaymentReceived:
        customer_id, account = self._payer()
        payer = customer_id or "C-1"
        currency = "CHF" if self.other_currency else CURRENCY[payer]
        value_date = today + timedelta(days=self.days)
        own = [i for i in books.invoices.values() if i.customer == payer and i.open]
        amount = self._amount(sorted(own, key=lambda i: i.age), currency, value_date)
        lines = [self._line(line, books, payer, currency, value_date) for line in self.lines]
        if lines and self.how != "cents":
            amount = max(sum((line["amount"] for line in lines), Decimal(0)), Decimal(1))
        return payment(
            f"P-{number}", customer_id if self.who in ("named", "newcomer") else None, str(amount), currency=currency,
            payer_account=account, value_date=value_date, remittance=lines, bank_reference=f"BANK-{number}",
        )  # fmt: skip

    def _payer(self) -> tuple[str | None, str | None]:
        known = ("C-1", "C-2", "C-3")[self.which % 3]
        if self.who == "newcomer":
            return NEWCOMER, None
        accounts = {"named": None, "account": f"ACC-{known}", "shared": SHARED, "new account": f"ACC-{NEWCOMER}"}
        if self.who == "new account":
            return NEWCOMER, accounts[self.who]
        return known, accounts.get(self.who)

    def _amount(self, own: list[Invoice], currency: str, paid_on: date) -> Decimal:
        if self.how == "round" or not own:
            return _ROUND[self.cents % len(_ROUND)]
        if self.how == "open":
            amount = own[self.which % len(own)].open
        elif self.how == "net":
            amount = _less_discount(own[self.which % len(own)])
        elif self.how == "two net":
            amount = sum((invoice.net(paid_on) for invoice in own[:2]), Decimal(0))
        elif self.how == "all":
            amount = sum((invoice.open for invoice in own), Decimal(0))
        else:
            amount = Decimal(self.cents) / 100
        return max(round_half_up(amount, currency), Decimal(1))

    def _line(self, line: LineWish, books: PlainBooks, payer: str, currency: str, paid_on: date) -> dict[str, Any]:
        numbered = sum(not i.number.upper().startswith("O") for i in books.invoices.values())
        own = sorted((i for i in books.invoices.values() if i.customer == payer), key=lambda i: i.invoice_id)
        others = sorted((i for i in books.invoices.values() if i.customer != payer), key=lambda i: i.invoice_id)
        known = [*own, *own, *others[:1]]
        to_come = [f"1000-{numbered + 1:08d}", f"1000-{numbered + 2:08d}", *FORWARD]
        choice = line.which % (len(known) + len(to_come))
        if choice >= len(known):
            amount = _ROUND[line.which % len(_ROUND)]
            return {"document_number": to_come[choice - len(known)], "amount": amount, "discount": Decimal(0)}
        invoice = known[choice]
        claimed = invoice.discount * (2 if line.how == "deep" else 1) if line.claims else Decimal(0)
        amount = {
            "net": _less_discount(invoice), "deep": max(invoice.open - claimed, Decimal(1)),
            "part": invoice.open / 3, "more": invoice.total + 5, "nothing": Decimal(0),
        }[line.how]  # fmt: skip
        number = invoice.number.lower() if line.which % 2 else f" {invoice.number}"
        return {
            "document_number": number,
            "amount": round_half_up(amount, currency),
            "discount": round_half_up(claimed, currency),
        }


def _less_discount(invoice: Invoice) -> Decimal:
    """What a payer sends who takes the discount, whether it is still to be had or not."""
    return invoice.open - invoice.discount if invoice.discount < invoice.open else invoice.open


LINES = st.builds(
    LineWish, st.integers(0, 60), st.sampled_from(["net", "net", "deep", "part", "more", "nothing"]), st.booleans()
)
HOW = st.sampled_from(["open", "net", "round", "two net", "all", "cents"])
ONE_CURRENCY = st.just(False)


def payments(who: st.SearchStrategy[str], lines: st.SearchStrategy[Any], other: Any = ONE_CURRENCY) -> Any:
    cents, days = st.integers(1, 99_999), st.integers(-12, 2)
    return st.builds(
        PaymentWish,
        who=who,
        how=HOW,
        which=st.integers(0, 60),
        cents=cents,
        days=days,
        lines=lines,
        other_currency=other,
    )


_NO_LINES = st.just(())
_SOME_LINES = st.lists(LINES, min_size=1, max_size=3).map(tuple)
PLAIN_PAYMENTS = payments(st.sampled_from(["named", "account"]), _NO_LINES)
PAYMENTS_WITH_REMITTANCE = payments(st.just("named"), _SOME_LINES)
ANY_PAYMENTS = payments(
    st.sampled_from(["named", "account", "shared", "newcomer", "new account", "unknown"]),
    st.one_of(_NO_LINES, _SOME_LINES),
    st.sampled_from([False, False, False, True]),
)
