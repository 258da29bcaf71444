"""Returns: the bank takes a payment back. What the payment settled is owed again, and the customer may owe a fee.

A return is booked when it is received, out of cash and into suspense; it leaves suspense when its payment is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.cash_app.open_items.domain.open_item import OpenItem, item_without_discount
from services.cash_app.payments.domain.bookings import Bookings, CashMovement, Entry
from services.cash_app.payments.domain.payment import UNIDENTIFIED_CUSTOMER, Payment, PaymentState, WrongState
from shared.contracts.erp import PaymentReturned
from shared.contracts.event import Currency, PositiveAmount
from shared.kernel.journal import Account, Posting
from shared.kernel.money import Money, round_half_up


class ReturnFee(BaseModel):
    """What a customer is charged when the bank takes a payment back; in a currency without an amount: nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amounts: dict[Currency, PositiveAmount]
    due_days: Annotated[int, Field(ge=0, le=365)]


class ReturnRules(BaseModel):
    """The policy document `return_rules`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fee: ReturnFee
    partial_returns: Literal["match", "review"] = "match"
    """What happens when the bank takes back a part of a payment and names it: that part is undone, or a person decides.
    """


@dataclass(slots=True)
class Return:
    """Money that the bank took back; `amount` in `currency`. Waiting, it is a negative amount in suspense."""

    return_id: str
    bank_reference: str
    original_bank_reference: str | None
    company_id: str
    customer_id: str | None
    payer_account: str | None
    currency: str
    amount: Decimal
    value_date: date
    reason_code: str
    reason: str
    payment_id: str | None
    """The payment that was returned; None while it is not known."""
    note: str
    """How the payment was found, or why it was not."""
    movements: int = 0
    matches: int = 0
    fee_item_id: str | None = None
    claim_item_id: str | None = None
    """The items that the last match charged to the customer."""

    @property
    def state(self) -> str:
        return "waiting" if self.payment_id is None else "returned"

    @property
    def why(self) -> str:
        """A sentence with the bank's reason."""
        reason = " ".join(filter(None, [self.reason_code, self.reason]))
        return f"the bank returned the payment: {reason}" if reason else "the bank returned the payment"

    @property
    def match_id(self) -> str:
        """The journal entry under which the last match took the money out of the payment."""
        return f"{self.return_id}/M{self.matches}"

    def receive(self, bookings: Bookings) -> None:
        """Books the money out of the bank account; its payment is looked for next."""
        entry = Entry(f"{self.return_id}/received", self.value_date)
        self._move(-self.amount, entry, bookings)
        bookings.postings.append(
            Posting(
                entry_id=entry.entry_id,
                company_id=self.company_id,
                business_date=entry.on,
                debit=Account.SUSPENSE,
                credit=Account.CASH,
                amount=self.amount,
                currency=self.currency,
                customer_id=UNIDENTIFIED_CUSTOMER,
                document=self.return_id,
            )
        )

    def objection(self, payments: Sequence[Payment]) -> str:
        """Why this payment, or these parts of one, cannot be what was returned; empty where it can."""
        if not payments:
            return f"no payment with bank reference {self.original_bank_reference} was received"
        named = payments[0].payment_id
        if any((p.currency, p.company_id) != (self.currency, self.company_id) for p in payments):
            return f"payment {named} is of another company or currency"
        if any(p.method == "credit_memo" for p in payments):
            return f"{named} is a credit memo, not a bank payment"
        if any(p.state is PaymentState.RETURNED for p in payments):
            return f"payment {named} was returned before"
        return ""

    def too_much(self, payments: Sequence[Payment], earlier: Decimal) -> str:
        """Why it is more than the bank can take back, when `earlier` was returned before; empty where it is not."""
        received = amount_received(payments)
        if self.amount + earlier <= received:
            return ""
        amount, before, whole = (Money(each, self.currency) for each in (self.amount, earlier, received))
        named = payments[0].payment_id
        return f"{amount} was returned, but of the {whole} of payment {named}, {before} was returned before"

    def take_from(
        self, payments: Sequence[Payment], why: str, bookings: Bookings, part: Mapping[str, Decimal] | None = None
    ) -> tuple[Decimal, date]:
        """Takes the returned money out of what is unapplied of the payment or its parts.

        `part` is how much of each, by payment id, where the bank took back a part only: the rest stays. Returns what
        is missing because it was refunded, and the business date.
        """
        self.matches += 1
        self.fee_item_id = self.claim_item_id = None
        on, missing = max([self.value_date, *(p.held_since for p in payments)]), self.amount
        entry = Entry(self.match_id, on)
        for payment in payments:
            most = missing if part is None else min(missing, part.get(payment.payment_id, Decimal(0)))
            taken = min(most, payment.unapplied_amount)
            if taken:
                then = PaymentState.RETURNED if part is None else PaymentState.APPLIED
                payment.pay_out(taken, entry, bookings, credit=Account.SUSPENSE, then=then)
                missing -= taken
        if missing < self.amount:
            self._move(self.amount - missing, entry, bookings)
        self.payment_id, self.note = payments[0].payment_id, why
        return missing, on

    def unmatch(
        self,
        payments: Mapping[str, Payment],
        taken: Mapping[str, Decimal],
        charges: Sequence[OpenItem],
        on: date,
        bookings: Bookings,
    ) -> None:
        """The return belongs to another payment: what was `taken` of these goes back, and the return waits again.

        Fee and claim (`charges`) are cancelled; raises WrongState where they are settled already.
        """
        for item in charges:
            if item.open_amount != item.original_amount:
                raise WrongState(f"{item.document_number} is settled already: undo that first")
        day = max([on, *(p.held_since for p in payments.values()), *(item.open_since for item in charges)])
        entry, again = Entry(f"{self.return_id}/U{self.matches}", day), sum(taken.values(), Decimal(0))
        for payment_id, amount in sorted(taken.items()):
            payments[payment_id].undo_pay_out(amount, entry, bookings, debit=Account.SUSPENSE)
        for item in charges:
            amount, cancellation = item.original_amount, Entry(f"{item.item_id}/R", day)
            again += amount if item.kind == "claim" else 0
            bookings.events.append(item.reduce(amount, day, "cancelled", cancellation.entry_id, reverses=item.item_id))
            given = Account.SUSPENSE if item.kind == "claim" else Account.FEE_INCOME
            bookings.postings.append(_charged(item, cancellation, given, Account.RECEIVABLES))
        self._move(-again, entry, bookings)
        self.payment_id, self.note = None, "it was matched with the wrong payment"
        self.fee_item_id = self.claim_item_id = None

    def claim(self, missing: Decimal, customer_id: str, on: date, bookings: Bookings) -> OpenItem:
        """The customer owes what was refunded and then returned."""
        entry = Entry(f"{self.return_id}/C{self.matches}", on)
        item = item_without_discount(
            item_id=entry.entry_id,
            customer_id=customer_id,
            company_id=self.company_id,
            document_number=f"CLAIM-{self.return_id}",
            currency=self.currency,
            amount=missing,
            document_date=on,
            due_date=on,
            kind="claim",
        )
        self.claim_item_id = item.item_id
        self._move(missing, entry, bookings)
        self._charge(item, Account.SUSPENSE, on, bookings)
        return item

    def fee(self, policy: ReturnFee, customer_id: str, on: date, bookings: Bookings) -> OpenItem | None:
        """What the customer is charged for the return, by policy; None where that is nothing."""
        amount = policy.amounts.get(self.currency)
        if amount is None:
            return None
        number = f"FEE-{self.return_id}"
        item = item_without_discount(
            item_id=f"{number}/{self.matches}",
            customer_id=customer_id,
            company_id=self.company_id,
            document_number=number,
            currency=self.currency,
            amount=amount,
            document_date=on,
            due_date=on + timedelta(days=policy.due_days),
            kind="fee",
        )
        self.fee_item_id = item.item_id
        self._charge(item, Account.FEE_INCOME, on, bookings)
        return item

    def _charge(self, item: OpenItem, credit: Account, on: date, bookings: Bookings) -> None:
        bookings.items.append(item)
        bookings.events.append(item.posted())
        bookings.postings.append(_charged(item, Entry(item.item_id, on), Account.RECEIVABLES, credit))

    def _move(self, change: Decimal, entry: Entry, bookings: Bookings) -> None:
        self.movements += 1
        bookings.movements.append(
            CashMovement(
                f"return/{self.return_id}", self.movements, None, self.company_id, self.currency, entry.on,
                PaymentState.SUSPENSE.value, change, entry.entry_id,
            )
        )  # fmt: skip


def amount_received(payments: Sequence[Payment]) -> Decimal:
    """The amount of a payment with its parts, the payment first: a part that was split off later is within it."""
    whole = payments[0]
    beside = (part.amount for part in payments[1:] if part.received_with == whole.payment_id)
    return sum(beside, whole.amount)


def _charged(item: OpenItem, entry: Entry, debit: Account, credit: Account) -> Posting:
    return Posting(
        entry_id=entry.entry_id,
        company_id=item.company_id,
        business_date=entry.on,
        debit=debit,
        credit=credit,
        amount=item.original_amount,
        currency=item.currency,
        customer_id=item.customer_id,
        document=item.document_number,
    )


def return_of(returned: PaymentReturned) -> Return:
    """The return as it was received; nothing is booked yet."""
    return Return(
        return_id=returned.return_id,
        bank_reference=returned.bank_reference,
        original_bank_reference=returned.original_bank_reference,
        company_id=returned.company_id,
        customer_id=returned.customer_id,
        payer_account=returned.payer_account,
        currency=returned.currency,
        amount=round_half_up(returned.amount, returned.currency),
        value_date=returned.value_date,
        reason_code=returned.reason_code,
        reason=returned.reason,
        payment_id=None,
        note="",
    )
