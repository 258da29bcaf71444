"""A payment's life: received, identified, applied; what is left over rests on account.

The whole of a payment's unapplied money sits in one place at a time, named by its state, and that
place is an account of the journal. Every move is dated and booked on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.cash_app.domain.bookings import Bookings, CashMovement
from shared.contracts.cash_app import PaymentSuspended
from shared.contracts.erp import PaymentReceived, RemittanceLine
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up


class PaymentState(StrEnum):
    SUSPENSE = "suspense"
    """Nobody knows whose money it is."""
    UNAPPLIED = "unapplied"
    """The customer is known; a document named in the remittance is not known yet."""
    ON_ACCOUNT = "on_account"
    """The rest is the customer's credit, used by the next invoice."""
    APPLIED = "applied"
    """All of it settled items."""


TRANSITIONS: Final[dict[PaymentState | None, frozenset[PaymentState]]] = {
    None: frozenset({PaymentState.SUSPENSE, PaymentState.UNAPPLIED}),
    PaymentState.SUSPENSE: frozenset({PaymentState.UNAPPLIED}),
    PaymentState.UNAPPLIED: frozenset({PaymentState.ON_ACCOUNT, PaymentState.APPLIED}),
    PaymentState.ON_ACCOUNT: frozenset({PaymentState.APPLIED}),
    PaymentState.APPLIED: frozenset(),
}
"""None: the moment before the payment is received."""

GL_ACCOUNT: Final = {
    PaymentState.SUSPENSE: Account.SUSPENSE,
    PaymentState.UNAPPLIED: Account.UNAPPLIED_CASH,
    PaymentState.ON_ACCOUNT: Account.ON_ACCOUNT,
}

NOBODY = "-"
"""Stands for the customer in postings of money that is nobody's yet."""

NOTE_CHARACTERS_MAX = 4_000


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
    method: str
    remittance: tuple[RemittanceLine, ...]
    held_since: date
    """Business date since which the unapplied money is where it is; nothing is taken from it earlier."""
    movements: int
    applications: int
    awaited_lines: int
    identified_by: str
    note: str
    """Why money is left over, in sentences a clerk can read to the customer."""

    @property
    def age(self) -> tuple[date, str]:
        """The order in which payments are taken: value date, payment id."""
        return (self.value_date, self.payment_id)

    def receive(self, bookings: Bookings) -> None:
        """Books the money as it reached the bank: to suspense, or to the customer's unapplied cash."""
        self._move(self.amount, self.value_date, f"{self.payment_id}/received", bookings)
        self._post(
            Account.CASH, GL_ACCOUNT[self.state], self.amount, self.value_date, f"{self.payment_id}/received", bookings
        )
        if self.state is PaymentState.SUSPENSE:
            bookings.said.append(
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
        """Takes the money out of suspense: it is this customer's. Raises WrongState unless suspended."""
        self._may(PaymentState.UNAPPLIED)
        self._transfer(PaymentState.UNAPPLIED, customer_id, on, bookings)
        self.identified_by = identified_by

    def rest_on_account(self, on: date, bookings: Bookings) -> None:
        """What is left over becomes the customer's credit."""
        self._may(PaymentState.ON_ACCOUNT)
        self._transfer(PaymentState.ON_ACCOUNT, self.customer_id, on, bookings)

    def spend(self, amount: Decimal, on: date, application_id: str, bookings: Bookings) -> None:
        """Takes what an application settled items with. Raises ValueError above the unapplied amount."""
        if not 0 < amount <= self.unapplied_amount:
            raise ValueError(
                f"payment {self.payment_id} has {self.unapplied_amount} {self.currency} unapplied, not {amount}"
            )
        if self.state is PaymentState.SUSPENSE:
            raise WrongState(f"payment {self.payment_id} is in suspense: assign it to a customer first")
        self._move(-amount, on, application_id, bookings)
        self.unapplied_amount -= amount
        if not self.unapplied_amount:
            self._may(PaymentState.APPLIED)
            self.state = PaymentState.APPLIED

    def next_application_id(self) -> str:
        self.applications += 1
        return f"{self.payment_id}/A{self.applications}"

    def remark(self, sentences: list[str]) -> None:
        """Adds to the note; cut at a length that a screen still shows."""
        self.note = "\n".join(filter(None, [self.note, *sentences]))[:NOTE_CHARACTERS_MAX]

    def _may(self, state: PaymentState) -> None:
        if state not in TRANSITIONS[self.state]:
            raise WrongState(f"payment {self.payment_id} is {self.state}, so it cannot become {state}")

    def _transfer(self, state: PaymentState, customer_id: str | None, on: date, bookings: Bookings) -> None:
        left, amount = self.state, self.unapplied_amount
        cause = f"{self.payment_id}/M{self.movements + 1}"
        self._move(-amount, on, cause, bookings)
        self.state, self.customer_id, self.held_since = state, customer_id, on
        self._move(amount, on, cause, bookings)
        self._post(GL_ACCOUNT[left], GL_ACCOUNT[state], amount, on, cause, bookings)

    def _move(self, change: Decimal, on: date, cause_id: str, bookings: Bookings) -> None:
        self.movements += 1
        bookings.cash.append(
            CashMovement(
                self.payment_id, self.movements, self.customer_id, self.company_id, self.currency, on,
                self.state.value, change, cause_id,
            )
        )  # fmt: skip

    def _post(
        self, debit: Account, credit: Account, amount: Decimal, on: date, entry_id: str, bookings: Bookings
    ) -> None:
        bookings.postings.append(
            Posting(
                entry_id=entry_id,
                company_id=self.company_id,
                business_date=on,
                debit=debit,
                credit=credit,
                amount=amount,
                currency=self.currency,
                customer_id=self.customer_id or NOBODY,
                document=self.payment_id,
            )
        )


def payment_of(received: PaymentReceived, customer_id: str | None, why: str) -> Payment:
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
        awaited_lines=0,
        identified_by=why,
        note="",
    )
