"""Returns: the bank takes a payment back. What the payment settled is owed again, and the customer may owe a fee.

A return is booked when it is heard, out of cash and into suspense; it leaves suspense when its payment is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.cash_app.domain.bookings import Bookings, CashMovement
from services.cash_app.domain.desk_rules import ReturnFee
from services.cash_app.domain.open_items import OpenItem, item_without_discount
from services.cash_app.domain.payments import NOBODY, Payment, PaymentState, WrongState
from shared.contracts.cash_app import ItemKind
from shared.contracts.erp import PaymentReturned
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up


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
    """The payment that was returned; None while nobody knows."""
    note: str
    """How the payment was found, or why it was not."""
    movements: int = 0
    matches: int = 0

    @property
    def state(self) -> str:
        return "waiting" if self.payment_id is None else "returned"

    @property
    def why(self) -> str:
        """The bank's words, as a sentence's end."""
        told = " ".join(filter(None, [self.reason_code, self.reason]))
        return f"the bank returned the payment: {told}" if told else "the bank returned the payment"

    def receive(self, bookings: Bookings) -> None:
        """Books the money out of the bank account; whose payment it was is found out next."""
        self._move(-self.amount, self.value_date, f"{self.return_id}/received", bookings)
        self._post(Account.SUSPENSE, Account.CASH, self.amount, self.value_date, f"{self.return_id}/received", bookings)

    def objection(self, payments: Sequence[Payment]) -> str:
        """Why this payment, or these parts of one, cannot be what was returned; empty where it can."""
        if not payments:
            return f"no payment with bank reference {self.original_bank_reference} has been heard of"
        named = payments[0].payment_id
        if any((p.currency, p.company_id) != (self.currency, self.company_id) for p in payments):
            return f"payment {named} is of another company or currency"
        if any(p.method == "credit_memo" for p in payments):
            return f"{named} is a credit memo, no money of the bank's"
        if any(p.state is PaymentState.RETURNED for p in payments):
            return f"payment {named} was returned before"
        return ""

    def take(self, payments: Sequence[Payment], why: str, bookings: Bookings) -> tuple[Decimal, date]:
        """Takes what is unapplied of the payment or its parts.

        The answer: what is missing because it was refunded, and the business date.
        """
        self.matches += 1
        on, missing = max([self.value_date, *(p.held_since for p in payments)]), self.amount
        entry = f"{self.return_id}/M{self.matches}"
        for payment in payments:
            there = min(missing, payment.unapplied_amount)
            if there:
                payment.pay_out(there, on, entry, Account.SUSPENSE, bookings, PaymentState.RETURNED)
                missing -= there
        if missing < self.amount:
            self._move(self.amount - missing, on, entry, bookings)
        self.payment_id, self.note = payments[0].payment_id, why
        return missing, on

    def give_back(
        self,
        payments: Mapping[str, Payment],
        taken: Mapping[str, Decimal],
        charges: Sequence[OpenItem],
        on: date,
        bookings: Bookings,
    ) -> None:
        """It was another payment's: what was `taken` of these is theirs again, and the return waits again.

        Fee and claim are cancelled; raises WrongState where they are settled already.
        """
        for item in charges:
            if item.open_amount != item.original_amount:
                raise WrongState(f"{item.document_number} is settled already: undo that first")
        day = max([on, *(p.held_since for p in payments.values()), *(item.open_since for item in charges)])
        entry, again = f"{self.return_id}/U{self.matches}", sum(taken.values(), Decimal(0))
        for payment_id, amount in sorted(taken.items()):
            payments[payment_id].pay_in(amount, day, entry, Account.SUSPENSE, bookings)
        for item in charges:
            amount = item.original_amount
            again += amount if item.kind == "claim" else 0
            bookings.said.append(item.reduce(amount, day, "cancelled", f"{item.item_id}/R"))
            given = Account.SUSPENSE if item.kind == "claim" else Account.FEE_INCOME
            bookings.postings.append(_charged(item, f"{item.item_id}/R", given, Account.RECEIVABLES, day))
        self._move(-again, day, entry, bookings)
        self.payment_id, self.note = None, "the payment it was matched with was another one"

    def claim(self, missing: Decimal, customer_id: str, on: date, bookings: Bookings) -> OpenItem:
        """What was refunded and then returned, the customer owes."""
        entry = f"{self.return_id}/C{self.matches}"
        item = self._item("claim", f"CLAIM-{self.return_id}", entry, missing, customer_id, on, on)
        self._move(missing, on, entry, bookings)
        self._charge(item, Account.SUSPENSE, on, bookings)
        return item

    def fee(self, policy: ReturnFee, customer_id: str, on: date, bookings: Bookings) -> OpenItem | None:
        """What the customer is charged for the return, by policy; None where that is nothing."""
        amount = policy.amounts.get(self.currency)
        if amount is None:
            return None
        due, number = on + timedelta(days=policy.due_days), f"FEE-{self.return_id}"
        item = self._item("fee", number, f"{number}/{self.matches}", amount, customer_id, on, due)
        self._charge(item, Account.FEE_INCOME, on, bookings)
        return item

    def _item(
        self, kind: ItemKind, number: str, item_id: str, amount: Decimal, customer_id: str, on: date, due: date
    ) -> OpenItem:
        return item_without_discount(
            item_id=item_id,
            customer_id=customer_id,
            company_id=self.company_id,
            document_number=number,
            currency=self.currency,
            amount=amount,
            document_date=on,
            due_date=due,
            kind=kind,
        )

    def _charge(self, item: OpenItem, credit: Account, on: date, bookings: Bookings) -> None:
        bookings.said.append(item.posted())
        bookings.postings.append(_charged(item, item.item_id, Account.RECEIVABLES, credit, on))

    def _move(self, change: Decimal, on: date, cause_id: str, bookings: Bookings) -> None:
        self.movements += 1
        bookings.cash.append(
            CashMovement(
                f"return/{self.return_id}", self.movements, None, self.company_id, self.currency, on,
                PaymentState.SUSPENSE.value, change, cause_id,
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
                customer_id=NOBODY,
                document=self.return_id,
            )
        )


def _charged(item: OpenItem, entry_id: str, debit: Account, credit: Account, on: date) -> Posting:
    return Posting(
        entry_id=entry_id,
        company_id=item.company_id,
        business_date=on,
        debit=debit,
        credit=credit,
        amount=item.original_amount,
        currency=item.currency,
        customer_id=item.customer_id,
        document=item.document_number,
    )


def return_of(returned: PaymentReturned) -> Return:
    """The return as it was heard; nothing is booked yet."""
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
