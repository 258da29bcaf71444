"""Payments whose truth is known: 2,000 customers who pay as people do, with the simulator's own books of what is meant.

Everything is made from a seed. Each round, customers are invoiced, then most of them pay once. What a payment is for is
kept by the simulator's `Debtors`; what the bank reports of it is noisy: references are missing, misspelt or cut,
accounts are unknown or shared, names are abbreviated, misspelt or another's, payments are short or cover several
customers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from bench.documents import COMPANY
from shared.contracts.erp import CustomerChanged, PaymentReceived, RemittanceLine
from shared.contracts.invoicing import InvoicePosted
from simulator.customers.debtors import Debtors, Intention, Owed, Part, oldest_first

FIRST_DAY: Final = date(2026, 1, 5)
_DAYS_A_ROUND: Final = 21
_FIRST: Final = (
    "Alder Creek", "Blue Harbor", "Cedar Point", "Dry Fork", "Eagle Pass", "Fox Hollow", "Granite Bay", "High Mesa",
    "Iron Bridge", "Juniper Hill", "Kettle River", "Lone Pine", "Maple Grove", "North Fork", "Oak Ridge", "Pine Bluff",
    "Quail Run", "Red Canyon", "Silver Lake", "Timber Cove", "Union Square", "Vista Verde", "Willow Bend", "York Mills",
    "Amber Falls", "Birch Landing", "Copper Basin", "Deer Valley", "Elk Meadow", "Falcon Crest", "Golden Prairie",
    "Harvest Moon", "Indigo Shore", "Jade Garden", "Kingfisher Bend", "Lavender Field", "Mirror Pond", "Nettle Wood",
    "Orchard View", "Pebble Beach", "Quarry Park", "River Stone", "Summit Trail", "Thunder Butte", "Upland Terrace",
    "Violet Mountain", "Whisper Glen", "Yellow Poplar", "Zephyr Heights", "Crystal Springs",
)  # fmt: skip
_TRADE: Final = (
    "Building Supply", "Contractors", "Dairies", "Facilities", "Foods", "Hotels", "Machine Works", "Schools",
    "Automotive", "Bakery", "Ceramics", "Dental Group", "Electric", "Fabricators", "Glassworks", "Hardware",
    "Insulation", "Joinery", "Kitchens", "Logistics", "Marine", "Nurseries", "Optical", "Plumbing", "Quilting",
    "Roofing", "Solar", "Textiles", "Upholstery", "Veterinary", "Wineries", "Yachting", "Acoustics", "Brewing",
    "Coatings", "Drilling", "Engraving", "Flooring", "Galvanizing", "Harvesters",
)  # fmt: skip
CUSTOMERS_MAX: Final = len(_FIRST) * len(_TRADE)
ON_ACCOUNT_EVERY: Final = 25
"""One customer in so many pays round sums without a word; their rule is oldest first, by agreement."""
FAMILY_EVERY: Final = 40
"""One customer in so many is a parent who also pays for the next one."""
_TOLERATED_MAX: Final = 15


@dataclass(frozen=True, slots=True)
class Round:
    """What is published, in this order: invoices, then payments, one of a customer at most."""

    day: date
    invoices: list[InvoicePosted]
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
        names = [f"{first} {trade}" for first in _FIRST for trade in _TRADE]
        self._dice.shuffle(names)
        self.names = {f"C-{n:05}": names[n] for n in range(customers)}
        self._ids = list(self.names)
        self._aliases = {c: f"{self._word()} {self._word()} Holdings" for c in self._ids if self._dice.random() < 0.04}
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
                name=f"{name} {('Inc.', 'LLC', 'Ltd', 'Co.')[number % 4]}",
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
        invoices = [
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
        self._dice.shuffle(payments)
        self._learn_truth()
        return Round(day, invoices, payments)

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
        payment_id = f"PAY-{day:%y%m%d}-{customer_id}"
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
        self._debtors.paid(customer_id, payment_id, intention, day)
        lines = self._written(intention, payment_id)
        amount = intention.amount
        if parent and intention.remittance:
            amount += self._for_the_child(customer_id, payment_id, day, lines)
        return self._reported(customer_id, payment_id, day, amount, lines)

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

    def _written(self, intention: Intention, payment_id: str) -> list[RemittanceLine]:
        """The remittance as it is written, slips and all."""
        if not intention.remittance:
            return []
        lines = []
        for part in intention.parts:
            number, throw = part.invoice_number, self._dice.random()
            if throw < 0.05:
                number = self._slip(number)
                self.truth.noise[payment_id] += ", slip"
            elif throw < 0.17:
                bare = number.removeprefix("1000-")
                number = self._dice.choice(
                    (f"INV {number}", bare, bare.lstrip("0"), f"Inv.{bare}", number.replace("-", " "))
                )
            claimed = part.discount if self._dice.random() < 0.7 else Decimal("0.00")
            lines.append(RemittanceLine(document_number=number, amount=part.cash, discount=claimed))
        return lines

    def _slip(self, number: str) -> str:
        at = self._dice.randrange(len(number) - 5, len(number) - 1)
        if number[at] != number[at + 1] and self._dice.random() < 0.5:
            return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        other = self._dice.choice([digit for digit in "0123456789" if digit != number[at]])
        return number[:at] + other + number[at + 1 :]

    def _reported(
        self, customer_id: str, payment_id: str, day: date, amount: Decimal, lines: list[RemittanceLine]
    ) -> PaymentReceived:
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
            bank_reference=f"BK/{payment_id}",
            company_id=COMPANY,
            payer_name=self._name(customer_id),
            currency="USD",
            amount=amount,
            value_date=day,
            method=self._dice.choice(("wire", "ach", "check", "lockbox")),
            remittance=tuple(lines),
            **facts,
        )

    def _name(self, customer_id: str) -> str:
        name, throw = self.names[customer_id], self._dice.random()
        if customer_id in self._aliases and throw < 0.7:
            return self._aliases[customer_id]
        if throw < 0.6:
            return name
        if throw < 0.85:
            return f"{name.upper()} {self._dice.choice(('INC', 'LLC', 'CORP'))}"
        at = self._dice.randrange(1, len(name) - 1)
        return name[:at] + name[at + 1 :]

    def _word(self) -> str:
        return "".join(self._dice.choice("bcdfghklmnprstvw") + self._dice.choice("aeiou") for _ in range(3)).title()

    @staticmethod
    def _account(customer_id: str) -> str:
        return f"ACC-{customer_id}"
