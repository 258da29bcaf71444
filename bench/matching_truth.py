"""Payments whose truth is known: 2,000 customers who pay as people do, with the simulator's own books of what is meant.

Everything is made from a seed. Each round, customers are invoiced, then most of them pay once. What a payment is for is
kept by the simulator's `Debtors`; what the bank reports of it is noisy: references are missing, misspelt or cut,
accounts are unknown or shared, names are abbreviated, misspelt, in other scripts or another's, payments are short,
deduct credit memos or cover several customers. A quarter of the remittances are words of the bank, with lists and
ranges of numbers. Some references are used again, and some payments are reported twice, at once or a round later.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from bench.documents import COMPANY
from bench.matching_names import as_reported, in_master_data, language_of, made_up, names
from bench.matching_noise import (
    REPORTED_AGAIN_LATER,
    REPORTED_TWICE_AT_ONCE,
    bonus,
    lines_of,
    reported_once_more,
    words_of,
)
from shared.contracts.erp import CustomerChanged, PaymentReceived, RemittanceLine
from shared.contracts.invoicing import CreditMemoPosted, InvoicePosted
from simulator.customers.debtors import Debtors, Intention, Owed, Part, oldest_first

FIRST_DAY: Final = date(2026, 1, 5)
_DAYS_A_ROUND: Final = 21
ON_ACCOUNT_EVERY: Final = 25
"""One customer in so many pays round sums without a word; their rule is oldest first, by agreement."""
FAMILY_EVERY: Final = 40
"""One customer in so many is a parent who also pays for the next one."""
_TOLERATED_MAX: Final = 15


@dataclass(frozen=True, slots=True)
class Round:
    """What is published, in this order: invoices, credit memos, then payments, one of a customer at most.

    The bank reports some of the payments more than once.
    """

    day: date
    invoices: list[InvoicePosted]
    credits: list[CreditMemoPosted]
    payments: list[PaymentReceived]


@dataclass(slots=True)
class Truth:
    """What every payment was meant for: cash by invoice; and whose it was."""

    meant: defaultdict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    payer: dict[str, str] = field(default_factory=dict)
    noise: dict[str, str] = field(default_factory=dict)
    """What was hard about the payment, in a few words."""


class Business:
    """The customers, their books, and the bank that garbles what they write."""

    def __init__(self, seed: int, customers: int) -> None:
        self._dice = random.Random(seed)
        self._debtors = Debtors()
        self._count = 0
        self.names = {f"C-{n:05}": name for n, name in enumerate(names(self._dice, customers))}
        self._ids = list(self.names)
        self._aliases = {c: made_up(self._dice) for c in self._ids if self._dice.random() < 0.04}
        self._languages = {c: language_of(name, self._dice) for c, name in self.names.items()}
        self._references_again = {c for c in self._ids if self._dice.random() < 0.05}
        """Customers whose bank uses a reference again for every other round's payment."""
        self._credits: list[CreditMemoPosted] = []
        """Of the round."""
        self._repeats: list[PaymentReceived] = []
        """What the bank reports once more, the round after."""
        self.truth = Truth()

    @property
    def on_account(self) -> list[str]:
        """Customers who pay round sums against the oldest."""
        return self._ids[::ON_ACCOUNT_EVERY]

    @property
    def parents(self) -> dict[str, str]:
        """Child to parent."""
        pairs = range(1, len(self._ids) - 1, FAMILY_EVERY)
        return {self._ids[n + 1]: self._ids[n] for n in pairs}

    def customers(self) -> list[CustomerChanged]:
        """The master data; a few neighbours share a bank account."""
        shared = {self._ids[n]: self._ids[n - 1] for n in range(10, len(self._ids), 100)}
        return [
            CustomerChanged(
                customer_id=customer_id,
                version=1,
                company_id=COMPANY,
                name=in_master_data(name, number),
                currency="USD",
                credit_limit=Decimal("1000000.00"),
                terms={"net_days": 30, "discount_days": 10, "discount_percent": "2"},
                price_list_id="STD",
                jurisdiction="US-OR",
                payer_accounts=(self._account(shared.get(customer_id, customer_id)),),
            )
            for number, (customer_id, name) in enumerate(self.names.items())
        ]

    def round(self, number: int) -> Round:
        """The next round of business."""
        day = FIRST_DAY + timedelta(days=number * _DAYS_A_ROUND)
        invoices: list[InvoicePosted] = [
            self._invoice(customer_id, day - timedelta(days=self._dice.randint(0, 8)))
            for customer_id in self._ids
            for _ in range(self._dice.choice((1, 1, 2, 2, 3)))
        ]
        for invoice in sorted(invoices, key=lambda invoice: invoice.business_order):
            self._debtors.invoiced(invoice)
        payments = []
        fathers = set(self.parents.values())
        for customer_id in self._ids:
            payment = self._pay(customer_id, day, customer_id in fathers)
            payments += [payment] if payment else []
        reported = payments + [reported_once_more(p) for p in payments if self._dice.random() < REPORTED_TWICE_AT_ONCE]
        reported += self._repeats
        self._repeats = [reported_once_more(p) for p in payments if self._dice.random() < REPORTED_AGAIN_LATER]
        self._dice.shuffle(reported)
        self._learn_truth()
        credits, self._credits = self._credits, []
        return Round(day, invoices, credits, reported)

    def _learn_truth(self) -> None:
        for meant in self._debtors.truth:
            lines = self.truth.meant[meant.payment_id]
            lines[meant.invoice_id] = lines.get(meant.invoice_id, Decimal(0)) + meant.amount
        self._debtors.truth.clear()

    def _invoice(self, customer_id: str, day: date) -> InvoicePosted:
        self._count += 1
        total = Decimal(self._dice.randrange(4_000, 900_000)).scaleb(-2)
        return InvoicePosted(
            invoice_id=f"INV-{self._count:07}",
            invoice_number=f"1000-{self._count:08}",
            company_id=COMPANY,
            customer_id=customer_id,
            origin="shipment",
            invoice_date=day,
            due_date=day + timedelta(days=30),
            terms={"net_days": 30, "discount_days": 10, "discount_percent": "2"},
            discount_date=day + timedelta(days=10),
            currency="USD",
            net=total,
            tax=Decimal("0.00"),
            total=total,
            discount_amount=(total / 50).quantize(Decimal("0.01")),
        )

    def _pay(self, customer_id: str, day: date, parent: bool) -> PaymentReceived | None:
        payment_id = _payment_id(customer_id, day)
        owed = self._debtors.owed_by(customer_id)
        if not owed:
            return None
        self.truth.payer[payment_id] = customer_id
        if customer_id in self.on_account:
            intention = self._round_sum(owed)
        else:
            parts, hard = self._parts(owed, day)
            remitted = self._dice.random() < 0.86
            intention = Intention(parts=parts, remittance=remitted)
            self.truth.noise[payment_id] = hard if remitted else f"{hard}, no remittance"
        credit = None if parent else self._credit_to_deduct(customer_id, intention, day)
        # Words state no amounts: which of several invoices is paid short only lines can say.
        several_short = len(intention.parts) > 1 and "short" in self.truth.noise.get(payment_id, "")
        in_words = not parent and not several_short and self._dice.random() < 0.25
        lines, words = self._written(payment_id, intention, credit, in_words)
        if credit:
            intention = self._less(credit, intention)
        self._debtors.paid(customer_id, payment_id, intention, day)
        amount = intention.amount
        if parent and intention.remittance:
            amount += self._for_the_child(customer_id, payment_id, day, lines)
        return self._reported(customer_id, day, amount, lines, words)

    def _credit_to_deduct(self, customer_id: str, intention: Intention, day: date) -> CreditMemoPosted | None:
        """A credit memo that the customer got since it paid last, and deducts now: of one invoice that is for more."""
        fits = intention.remittance and len(intention.parts) == 1 and not intention.parts[0].discount
        if not fits or self._dice.random() >= 0.06:
            return None
        memo = bonus(customer_id, f"{day:%y%m%d}{customer_id[2:]}", day, self._dice)
        if intention.parts[0].cash <= memo.total:
            return None
        self._credits.append(memo)
        return memo

    def _less(self, credit: CreditMemoPosted, intention: Intention) -> Intention:
        (part,) = intention.parts
        self.truth.meant[credit.credit_memo_id][part.invoice_id] = credit.total
        return replace(
            intention, parts=(replace(part, cash=part.cash - credit.total, discount=part.discount + credit.total),)
        )

    def _round_sum(self, owed: list[Owed]) -> Intention:
        due = sum((item.unpaid for item in owed), Decimal(0))
        amount = max(Decimal("100.00"), (due * self._dice.choice((1, 2, 3)) / 4 // 100 * 100).quantize(Decimal("0.01")))
        parts, beyond = oldest_first(owed, amount)
        return Intention(parts=parts, beyond=beyond, remittance=False)

    def _parts(self, owed: list[Owed], day: date) -> tuple[tuple[Part, ...], str]:
        throw = self._dice.random()
        if throw < 0.50:
            chosen = [self._dice.choice(owed)]
        elif throw < 0.70:
            chosen = owed
        elif throw < 0.85:
            chosen = owed[: self._dice.randint(1, len(owed))]
        else:
            chosen = sorted(self._dice.sample(owed, self._dice.randint(1, len(owed))), key=lambda item: item.due_date)
        hard = "one" if len(chosen) == 1 else "several"
        parts = [Part(item.invoice_id, item.invoice_number, item.unpaid) for item in chosen]
        if self._dice.random() < 0.3:
            parts, hard = [self._with_discount(item, day) for item in chosen], f"{hard}, discount"
        short = self._dice.random()
        if short < 0.06:
            hard = f"{hard}, short"
            parts[-1] = self._short(parts[-1], short)
        return tuple(parts), hard

    def _with_discount(self, item: Owed, day: date) -> Part:
        in_time = item.discount_date is not None and day <= item.discount_date and item.untouched
        discount = item.discount_amount if in_time else Decimal("0.00")
        return Part(item.invoice_id, item.invoice_number, item.unpaid - discount, discount)

    def _short(self, part: Part, throw: float) -> Part:
        """A bank's fee, a deduction of some per cent, or the first half of a part payment."""
        if throw < 0.03:
            missing = Decimal(self._dice.randint(1, min(_TOLERATED_MAX * 100, int(part.cash)))).scaleb(-2)
        elif throw < 0.05:
            missing = (part.cash * self._dice.randint(3, 12) / 100).quantize(Decimal("0.01"))
        else:
            half = (part.cash / 2).quantize(Decimal("0.01"))
            return Part(part.invoice_id, part.invoice_number, half)
        return Part(part.invoice_id, part.invoice_number, part.cash - missing, part.discount + missing)

    def _for_the_child(self, parent: str, payment_id: str, day: date, lines: list[RemittanceLine]) -> Decimal:
        child = next(child for child, payer in self.parents.items() if payer == parent)
        owed = self._debtors.owed_by(child)
        if not owed or self._dice.random() < 0.5:
            return Decimal(0)
        part = Part(owed[0].invoice_id, owed[0].invoice_number, owed[0].unpaid)
        self._debtors.paid(child, payment_id, Intention(parts=(part,)), day)
        self.truth.noise[payment_id] += ", for a child too"
        lines.append(RemittanceLine(document_number=part.invoice_number, amount=part.cash))
        return part.cash

    def _written(
        self, payment_id: str, intention: Intention, credit: CreditMemoPosted | None, in_words: bool
    ) -> tuple[list[RemittanceLine], str]:
        """The remittance as it is written, slips and all: lines, or words."""
        if not intention.remittance:
            return [], ""
        parts, number = intention.parts, credit.credit_memo_number if credit else None
        self.truth.noise[payment_id] += ", a credit memo deducted" if credit else ""
        if in_words:
            self.truth.noise[payment_id] += ", in words"
            return [], words_of(parts, number, self._languages[self.truth.payer[payment_id]], self._dice)
        lines, slips = lines_of(parts, self._dice)
        self.truth.noise[payment_id] += ", slip" if slips else ""
        if credit:
            lines.append(RemittanceLine(document_number=credit.credit_memo_number, amount=-credit.total))
        return lines, ""

    def _reported(
        self, customer_id: str, day: date, amount: Decimal, lines: list[RemittanceLine], words: str
    ) -> PaymentReceived:
        payment_id = _payment_id(customer_id, day)
        every_other = (day - FIRST_DAY).days // _DAYS_A_ROUND % 2
        again = customer_id in self._references_again
        throw = self._dice.random()
        facts: dict[str, Any] = {"payer_account": self._account(customer_id), "customer_id": None}
        if throw < 0.10:
            facts["customer_id"] = customer_id
        elif throw < 0.16:
            facts["payer_account"] = f"UNKNOWN-{self._dice.randrange(10**9):09}"
        elif throw < 0.18:
            facts["payer_account"] = None
        elif throw < 0.20:
            facts["payer_account"] = f"acc.{customer_id}"
        return PaymentReceived(
            payment_id=payment_id,
            bank_reference=f"BK/REF{every_other}-{customer_id}" if again else f"BK/{payment_id}",
            company_id=COMPANY,
            payer_name=self._name(customer_id),
            trace_number=f"E2E-{payment_id}",
            details=words,
            currency="USD",
            amount=amount,
            value_date=day,
            method=self._dice.choice(("wire", "ach", "check", "lockbox")),
            remittance=tuple(lines),
            **facts,
        )

    def _name(self, customer_id: str) -> str:
        if customer_id in self._aliases and self._dice.random() < 0.7:
            return self._aliases[customer_id]
        return as_reported(self.names[customer_id], self._dice)

    @staticmethod
    def _account(customer_id: str) -> str:
        return f"ACC-{customer_id}"


def _payment_id(customer_id: str, day: date) -> str:
    return f"PAY-{day:%y%m%d}-{customer_id}"
