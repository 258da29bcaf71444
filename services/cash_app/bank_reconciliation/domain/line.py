"""A booked line of a statement, and what it is coded to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.cash_app.payments.domain.payment import UNIDENTIFIED_CUSTOMER
from shared.kernel.journal import Account, Posting

LineState = Literal["receipt", "to_code", "coded"]


class NotCodable(ValueError):
    """The line cannot be coded, or its coding undone; the sentence says why."""


@dataclass(slots=True)
class StatementLine:
    """`amount` in `currency`: money in is positive. `purpose` of a line that is to be coded is a rule's proposal."""

    line_id: str
    import_id: str
    entry_no: int
    statement_no: int
    bank_account: str
    company_id: str
    currency: str
    statement_date: date
    value_date: date
    amount: Decimal
    subject_id: str
    bank_reference: str
    bank_code: str
    state: LineState
    purpose: str = ""
    gl_account: str = ""
    coded_by: str = ""
    why: str = ""
    codings: int = 0

    def code(self, purpose: str, gl_account: str, by: str, why: str) -> Posting:
        """Codes the line: the cash of the bank account against the account. Raises NotCodable.

        Dated with the value date, as receipts are: each day agrees with the bank.
        """
        if self.state == "coded":
            raise NotCodable(f"line {self.line_id} is coded to {self.gl_account} already: undo that first")
        if self.state == "receipt":
            raise NotCodable(
                f"line {self.line_id} is customers' money: payment or entry {self.subject_id} has it; correct it there"
            )
        self.state, self.purpose, self.gl_account, self.coded_by, self.why = "coded", purpose, gl_account, by, why
        self.codings += 1
        return self._posting(gl_account, f"line/{self.line_id}/coded/{self.codings}", into_cash=self.amount > 0)

    def undo(self, by: str, why: str) -> Posting:
        """Reverses the coding; the line is to be coded again. Raises NotCodable."""
        if self.state != "coded":
            raise NotCodable(f"line {self.line_id} is not coded, so there is nothing to undo")
        entry_id = f"line/{self.line_id}/coded/{self.codings}/undone"
        posting = self._posting(self.gl_account, entry_id, into_cash=self.amount < 0)
        self.state, self.gl_account, self.coded_by, self.why = "to_code", "", by, why
        return posting

    def release(self, by: str, why: str) -> None:
        """The line is a customer's payment after all. Raises NotCodable unless it is to be coded."""
        if self.state != "to_code" or self.amount <= 0:
            raise NotCodable(
                f"line {self.line_id} of {self.amount} {self.currency} is in state {self.state}: only money in that is "
                "to be coded can be released as a payment"
            )
        self.state, self.purpose, self.coded_by, self.why = "receipt", "", by, why

    def _posting(self, gl_account: str, entry_id: str, *, into_cash: bool) -> Posting:
        debit, credit = (Account.CASH, gl_account) if into_cash else (gl_account, Account.CASH)
        return Posting(
            entry_id=entry_id, company_id=self.company_id, business_date=self.value_date, debit=debit, credit=credit,
            amount=abs(self.amount), currency=self.currency, customer_id=UNIDENTIFIED_CUSTOMER,
            document=self.bank_reference,
        )  # fmt: skip
