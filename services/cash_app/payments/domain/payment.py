"""A payment's life: received, identified, applied; what is left over is on account.

The whole of a payment's unapplied money sits in one place at a time, named by its state, and that
place is an account of the journal. Every move is dated and booked on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.payments.domain.bookings import Bookings, CashMovement, Entry, SplitPart
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.cash_app import PaymentSuspended
from shared.contracts.erp import (
    PaymentMethod,
    PaymentOrigin,
    PaymentReceived,
    PaymentReference,
    RemittanceLine,
)
from shared.kernel.journal import Account, Posting
from shared.kernel.money import Money, round_half_up


class PaymentState(StrEnum):
    SUSPENSE = "suspense"
    """The customer is not identified."""
    UNAPPLIED = "unapplied"
    """The customer is known; a document named in the remittance is not known yet."""
    ON_ACCOUNT = "on_account"
    """What is left over is the customer's credit, used by the next invoice."""
    APPLIED = "applied"
    """Nothing of it is left: it settled items, was split up or refunded."""
    RETURNED = "returned"
    """The bank took it back."""
    REPEAT = "repeat"
    """It is the money of an earlier payment, reported again; its receipt is undone."""


TRANSITIONS: Final[dict[PaymentState | None, frozenset[PaymentState]]] = {
    None: frozenset({PaymentState.SUSPENSE, PaymentState.UNAPPLIED}),
    PaymentState.SUSPENSE: frozenset(
        {PaymentState.UNAPPLIED, PaymentState.APPLIED, PaymentState.RETURNED, PaymentState.REPEAT}
    ),
    PaymentState.UNAPPLIED: frozenset(
        {
            PaymentState.ON_ACCOUNT,
            PaymentState.APPLIED,
            PaymentState.SUSPENSE,
            PaymentState.RETURNED,
            PaymentState.REPEAT,
        }
    ),
    PaymentState.ON_ACCOUNT: frozenset({PaymentState.APPLIED, PaymentState.UNAPPLIED, PaymentState.RETURNED}),
    PaymentState.APPLIED: frozenset({PaymentState.UNAPPLIED, PaymentState.SUSPENSE}),
    PaymentState.RETURNED: frozenset({PaymentState.UNAPPLIED, PaymentState.SUSPENSE}),
    PaymentState.REPEAT: frozenset(),
}
"""None: the moment before the payment is received."""

GL_ACCOUNT: Final = {
    PaymentState.SUSPENSE: Account.SUSPENSE,
    PaymentState.UNAPPLIED: Account.UNAPPLIED_CASH,
    PaymentState.ON_ACCOUNT: Account.ON_ACCOUNT,
}

UNIDENTIFIED_CUSTOMER = "-"
"""Stands for the customer in postings of money whose customer is not identified."""

NOTE_CHARACTERS_MAX = 4_000
_PAYERS_OWN: Final = frozenset({"end_to_end_id", "payer_reference", "instruction_id", "other"})
"""Kinds of references that payers fill with numbers of documents."""


class WrongState(ValueError):
    """The payment cannot make this move from the state it is in."""


@dataclass(slots=True)
class Payment:
    """Amounts in `currency`."""

    payment_id: str
    bank_reference: str
    company_id: str
    customer_id: str | None
    stated_customer: str | None
    payer_account: str | None
    payer_name: str | None
    currency: str
    amount: Decimal
    unapplied_amount: Decimal
    state: PaymentState
    value_date: date
    method: PaymentMethod
    remittance: tuple[RemittanceLine, ...]
    held_since: date
    """Business date since which the unapplied money is where it is; nothing is taken from it earlier."""
    movements: int
    applications: int
    pending_documents: int
    identified_by: str
    note: str
    """Why money is left over, in sentences a clerk can read to the customer."""
    received_with: str | None = None
    """The payment that this part was received with: one receipt for several customers."""
    document_number: str = ""
    """Of a credit memo, the number printed on it."""
    details: str = ""
    """The bank's words: what of the payer's text and its own it passes on."""
    remittance_note: str = ""
    """What of the payer's remittance could not be understood when it was read."""
    trace_number: str | None = None
    references: tuple[PaymentReference, ...] = ()
    origin: PaymentOrigin | None = None
    """The file and line that report it."""

    @property
    def words(self) -> str:
        """All text in which the payer may name documents: the bank's words, and references of the payer's own."""
        return words_of(self.details, self.references)

    @property
    def has_words(self) -> bool:
        """Whether the bank passes on words or references of the payer's."""
        return bool(self.details or self.references)

    @property
    def has_only_words(self) -> bool:
        """Whether the payer names documents in words, and none but the customer in a remittance."""
        if not self.has_words:
            return False
        own = document_key(self.customer_id or "")
        return all(document_key(line.document_number) == own for line in self.remittance)

    @property
    def age(self) -> tuple[date, str]:
        """The order in which payments are taken: value date, payment id."""
        return (self.value_date, self.payment_id)

    def receive(self, bookings: Bookings, out_of: Account = Account.CASH) -> None:
        """Books the money as it reached the bank: to suspense, or to the customer's unapplied cash.

        `out_of`: the account on the other side; a credit memo comes out of receivables.
        """
        entry = Entry(f"{self.payment_id}/received", self.value_date)
        self._move(self.amount, entry, bookings)
        self._post(out_of, GL_ACCOUNT[self.state], self.amount, entry, bookings)
        if self.state is PaymentState.SUSPENSE:
            bookings.events.append(
                PaymentSuspended(
                    payment_id=self.payment_id,
                    company_id=self.company_id,
                    payer_account=self.payer_account,
                    payer_name=self.payer_name,
                    currency=self.currency,
                    amount=self.amount,
                    business_date=self.value_date,
                    reason=self.identified_by[:500],
                )
            )

    def assign(self, customer_id: str, on: date, identified_by: str, bookings: Bookings) -> None:
        """Assigns money in suspense to a customer. Raises WrongState unless the payment is in suspense."""
        if self.state is not PaymentState.SUSPENSE:
            raise WrongState(f"payment {self.payment_id} is {self.state}, so it cannot be assigned")
        self._transfer(PaymentState.UNAPPLIED, customer_id, on, bookings)
        self.identified_by = identified_by

    def put_on_account(self, on: date, bookings: Bookings) -> None:
        """Makes what is left over the customer's credit."""
        self._may(PaymentState.ON_ACCOUNT)
        self._transfer(PaymentState.ON_ACCOUNT, self.customer_id, on, bookings)

    def hold(self, on: date, bookings: Bookings) -> None:
        """Takes money off account, so that no invoice uses it automatically; a person decides."""
        if self.state is PaymentState.ON_ACCOUNT:
            self._transfer(PaymentState.UNAPPLIED, self.customer_id, on, bookings)

    def suspend(self, on: date, why: str, bookings: Bookings) -> None:
        """Returns money of the wrong customer to suspense. Raises WrongState unless all of it is unapplied."""
        if self.unapplied_amount != self.amount:
            raise WrongState(
                f"{Money(self.unapplied_amount, self.currency)} of the {Money(self.amount, self.currency)} of payment "
                f"{self.payment_id} is unapplied: undo first what the rest was used for"
            )
        self._may(PaymentState.SUSPENSE)
        self._transfer(PaymentState.SUSPENSE, None, on, bookings)
        self.identified_by = why

    def reinstate(self, amount: Decimal, entry: Entry, bookings: Bookings) -> None:
        """Adds money that was spent, split off or paid out to what is left, all of it unapplied.

        The caller posts the other side.
        """
        place = PaymentState.SUSPENSE if self.customer_id is None else PaymentState.UNAPPLIED
        self.hold(entry.on, bookings)
        if self.state is not place:
            self._may(place)
            self.state = place
        self.unapplied_amount += amount
        self.held_since = max(self.held_since, entry.on)
        self._move(amount, entry, bookings)

    def pay_out(
        self,
        amount: Decimal,
        entry: Entry,
        bookings: Bookings,
        *,
        credit: str,
        then: PaymentState = PaymentState.APPLIED,
    ) -> None:
        """Takes out money that settles no item: a refund, a part split off, a return by the bank.

        `credit` is the account it goes to, `then` the state of the payment once nothing is left.
        """
        place = GL_ACCOUNT[self.state]
        self._leave(amount, then, entry, bookings)
        if place != credit:
            self._post(place, credit, amount, entry, bookings)

    def undo_receipt(self, on: date, bookings: Bookings) -> None:
        """Undoes the receipt of money that an earlier payment reports already. Raises WrongState where some is used."""
        if self.unapplied_amount != self.amount or self.state not in (PaymentState.SUSPENSE, PaymentState.UNAPPLIED):
            raise WrongState(
                f"payment {self.payment_id} is {self.state} with {self.unapplied_amount} of {self.amount} "
                f"{self.currency} unapplied: undo first what it was used for"
            )
        entry = Entry(f"{self.payment_id}/repeat", max(on, self.held_since))
        self.pay_out(self.amount, entry, bookings, credit=Account.CASH, then=PaymentState.REPEAT)

    def undo_pay_out(self, amount: Decimal, entry: Entry, bookings: Bookings, *, debit: str) -> None:
        """Undoes `pay_out`: the money comes back out of account `debit` and is unapplied again."""
        self.reinstate(amount, entry, bookings)
        if GL_ACCOUNT[self.state] != debit:
            self._post(debit, GL_ACCOUNT[self.state], amount, entry, bookings)

    def spend(self, amount: Decimal, on: date, application_id: str, bookings: Bookings) -> None:
        """Takes out what an application settles items with. Raises ValueError above the unapplied amount."""
        if self.state is PaymentState.SUSPENSE:
            raise WrongState(f"payment {self.payment_id} is in suspense: assign it to a customer first")
        self._leave(amount, PaymentState.APPLIED, Entry(application_id, on), bookings)

    def next_application_id(self) -> str:
        self.applications += 1
        return f"{self.payment_id}/A{self.applications}"

    def remark(self, sentences: list[str]) -> None:
        """Adds to the note; cut at a length that a screen still shows."""
        self.note = "\n".join(filter(None, [self.note, *sentences]))[:NOTE_CHARACTERS_MAX]

    def _leave(self, amount: Decimal, then: PaymentState, entry: Entry, bookings: Bookings) -> None:
        if not 0 < amount <= self.unapplied_amount:
            raise ValueError(
                f"payment {self.payment_id} has {Money(self.unapplied_amount, self.currency)} unapplied, "
                f"not {Money(amount, self.currency)}"
            )
        self._move(-amount, entry, bookings)
        self.unapplied_amount -= amount
        if not self.unapplied_amount:
            self._may(then)
            self.state = then

    def _may(self, state: PaymentState) -> None:
        if state not in TRANSITIONS[self.state]:
            raise WrongState(f"payment {self.payment_id} is {self.state}, so it cannot become {state}")

    def _transfer(self, state: PaymentState, customer_id: str | None, on: date, bookings: Bookings) -> None:
        left, amount, owner = self.state, self.unapplied_amount, customer_id or self.customer_id
        entry = Entry(f"{self.payment_id}/M{self.movements + 1}", on)
        self._move(-amount, entry, bookings)
        self.state, self.customer_id, self.held_since = state, customer_id, on
        self._move(amount, entry, bookings)
        self._post(GL_ACCOUNT[left], GL_ACCOUNT[state], amount, entry, bookings, owner=owner)

    def _move(self, change: Decimal, entry: Entry, bookings: Bookings) -> None:
        self.movements += 1
        bookings.movements.append(
            CashMovement(
                self.payment_id, self.movements, self.customer_id, self.company_id, self.currency, entry.on,
                self.state, change, entry.entry_id,
            )
        )  # fmt: skip

    def _post(
        self,
        debit: str,
        credit: str,
        amount: Decimal,
        entry: Entry,
        bookings: Bookings,
        *,
        owner: str | None = None,
    ) -> None:
        bookings.postings.append(
            Posting(
                entry_id=entry.entry_id,
                company_id=self.company_id,
                business_date=entry.on,
                debit=debit,
                credit=credit,
                amount=amount,
                currency=self.currency,
                customer_id=owner or self.customer_id or UNIDENTIFIED_CUSTOMER,
                document=self.payment_id,
            )
        )

    def part(self, amount: Decimal, part_no: int, on: date) -> Payment:
        """A part of this payment as a payment of its own, without a customer; its money is still with the whole."""
        return replace(
            self,
            payment_id=f"{self.payment_id}/S{part_no}",
            bank_reference=f"{self.bank_reference}#S{part_no}",
            customer_id=None,
            stated_customer=None,
            remittance=(),
            amount=amount,
            unapplied_amount=amount,
            state=PaymentState.SUSPENSE,
            held_since=on,
            movements=0,
            applications=0,
            pending_documents=0,
            identified_by=f"split off payment {self.payment_id}",
            note="",
            received_with=None,
        )

    def stop_waiting(self, pending: Iterable[PendingDocument]) -> None:
        """The payment no longer waits for any document."""
        for document in pending:
            document.waiting = False
        self.pending_documents = 0

    def receive_part(self, entry: Entry, whole: Payment, bookings: Bookings) -> None:
        """Books what a new part gets from the whole, which has paid it out to suspense."""
        self._move(self.amount, entry, bookings)
        bookings.parts.append(SplitPart(self, whole.payment_id))


def words_of(details: str, references: Iterable[PaymentReference]) -> str:
    """All text in which a payer may name documents: the bank's words, and references of the payer's own."""
    own = [reference.value for reference in references if reference.kind in _PAYERS_OWN]
    return "\n".join((details, *own)) if own else details


def payment_of(
    received: PaymentReceived, customer_id: str | None, why: str, *, received_with: str | None = None
) -> Payment:
    """The payment as it was received, identified or not; nothing is booked yet."""
    amount = round_half_up(received.amount, received.currency)
    return Payment(
        payment_id=received.payment_id,
        bank_reference=received.bank_reference,
        company_id=received.company_id,
        customer_id=customer_id,
        stated_customer=received.customer_id,
        payer_account=received.payer_account,
        payer_name=received.payer_name,
        currency=received.currency,
        amount=amount,
        unapplied_amount=amount,
        state=PaymentState.SUSPENSE if customer_id is None else PaymentState.UNAPPLIED,
        value_date=received.value_date,
        method=received.method,
        remittance=received.remittance,
        held_since=received.value_date,
        movements=0,
        applications=0,
        pending_documents=0,
        identified_by=why,
        note="",
        received_with=received_with,
        details=received.details,
        remittance_note=received.remittance_note,
        trace_number=received.trace_number,
        references=received.references,
        origin=received.origin,
    )
