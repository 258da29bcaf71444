"""Credit memos: what is given back of an invoice or finance charge, never more than is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.contracts.invoicing import CreditMemoPosted
from shared.kernel.journal import Account, Posting
from shared.kernel.money import is_exact, round_half_up

DocumentKind = Literal["invoice", "interest", "fee"]

WHOLE = 0
"""The line number of a document without lines: a finance charge, or an invoice brought forward."""

NOTHING = Decimal(0)


class CannotBeCredited(ValueError):
    """Nothing can be credited like that; the sentence names what was asked for and what is left."""


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """What is credited of one line, in the document's currency; `quantity` is nil where only the price is corrected."""

    line_no: int
    quantity: int
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class LineToCredit:
    """A line of the document, less what was credited of it before."""

    line_no: int
    quantity: int
    net: Decimal
    tax: Decimal
    credited: CreditedLine

    @property
    def net_left(self) -> Decimal:
        return self.net - self.credited.net

    @property
    def tax_left(self) -> Decimal:
        return self.tax - self.credited.tax

    @property
    def left(self) -> Decimal:
        return self.net_left + self.tax_left

    def less(self, more: CreditedLine) -> LineToCredit:
        """The line after `more` was credited of it, too."""
        before = self.credited
        return replace(
            self,
            credited=CreditedLine(
                self.line_no, before.quantity + more.quantity, before.net + more.net, before.tax + more.tax
            ),
        )


@dataclass(frozen=True, slots=True)
class DocumentToCredit:
    """An invoice or finance charge in the books. Amounts in `currency`."""

    customer_id: str
    company_id: str
    document_number: str
    kind: DocumentKind
    document_date: date
    currency: str
    lines: tuple[LineToCredit, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.net + line.tax for line in self.lines), NOTHING)

    @property
    def left(self) -> Decimal:
        return sum((line.left for line in self.lines), NOTHING)

    def less(self, credited: Iterable[CreditedLine]) -> DocumentToCredit:
        """The document after these lines were credited, too."""
        more = {line.line_no: line for line in credited}
        return replace(
            self, lines=tuple(line.less(more[line.line_no]) if line.line_no in more else line for line in self.lines)
        )

    def by_quantity(self, wanted: Sequence[tuple[int, int]]) -> tuple[CreditedLine, ...]:
        """Credits pieces of lines (line number, quantity).

        Each piece at the line's own net and tax, rounded half-up at the line; counted up over all credit memos of the
        line, so that together the pieces of a line are credited with what they were charged, to the cent.
        Raises CannotBeCredited.
        """
        known = {line.line_no: line for line in self.lines}
        credited = []
        for line_no, quantity in sorted(wanted):
            line = known.get(line_no)
            if line is None or not line.quantity:
                raise CannotBeCredited(f"{self.document_number} has no line {line_no} with a quantity: {self._has()}")
            pieces_left = line.quantity - line.credited.quantity
            if quantity > pieces_left:
                raise CannotBeCredited(
                    f"{quantity} of line {line_no} of {self.document_number} cannot be credited: {line.quantity} were "
                    f"invoiced and {line.credited.quantity} credited before, so {pieces_left} are left"
                )
            before, after = line.credited.quantity, line.credited.quantity + quantity
            net, tax = (
                self._rounded(amount * after / line.quantity) - self._rounded(amount * before / line.quantity)
                for amount in (line.net, line.tax)
            )
            if net > line.net_left or tax > line.tax_left:
                raise CannotBeCredited(
                    f"{net + tax} {self.currency} for {quantity} of line {line_no} of {self.document_number} cannot be "
                    f"credited: {line.net + line.tax} was invoiced and {line.credited.total} credited before, so "
                    f"{line.left} is left; credit it by amount"
                )
            credited.append(CreditedLine(line_no, quantity, net, tax))
        return tuple(credited)

    def by_amount(self, amount: Decimal, line_no: int | None = None) -> tuple[CreditedLine, ...]:
        """Credits an amount incl. tax of one line, or of all lines in proportion to what is left of each.

        Net and tax of each line are in the proportion in which they are left, net rounded half-up at the line.
        Raises CannotBeCredited.
        """
        lines = [line for line in self.lines if line_no in (None, line.line_no)]
        if not lines:
            raise CannotBeCredited(f"{self.document_number} has no line {line_no}: {self._has()}")
        of = self.document_number if line_no is None else f"line {line_no} of {self.document_number}"
        charged = sum((line.net + line.tax for line in lines), NOTHING)
        left = sum((line.left for line in lines), NOTHING)
        if amount > left:
            raise CannotBeCredited(
                f"{amount} {self.currency} of {of} cannot be credited: {charged} was charged and {charged - left} "
                f"credited before, so {left} is left"
            )
        if amount <= 0 or not is_exact(amount, self.currency):
            raise CannotBeCredited(f"{amount} is not an amount of {self.currency} that can be credited")
        credited, told, seen = [], NOTHING, NOTHING
        for line in lines:
            seen += line.left
            share = self._rounded(amount * seen / left) - told
            told += share
            if share:
                net = self._rounded(share * line.net_left / line.left)
                credited.append(CreditedLine(line.line_no, 0, net, share - net))
        return tuple(credited)

    def still_has(self, lines: Iterable[CreditedLine]) -> bool:
        """Whether all of these lines can still be credited."""
        after = self.less(lines)
        return all(
            line.net_left >= 0 and line.tax_left >= 0 and line.credited.quantity <= line.quantity
            for line in after.lines
        )

    def _rounded(self, amount: Decimal) -> Decimal:
        return round_half_up(amount, self.currency)

    def _has(self) -> str:
        numbers = ", ".join(str(line.line_no) for line in self.lines if line.quantity)
        return f"its lines are {numbers}" if numbers else "it has no lines with quantities; credit it by amount"


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """A credit memo, waiting for a second person or posted. Amounts in `currency`."""

    credit_memo_id: str
    credit_memo_number: str
    """Empty until it is posted."""
    customer_id: str
    company_id: str
    document_number: str
    document_kind: DocumentKind
    settles_document: str | None
    credit_date: date
    currency: str
    lines: tuple[CreditedLine, ...]
    reason_code: str
    reason: str

    @property
    def net(self) -> Decimal:
        return round_half_up(sum((line.net for line in self.lines), NOTHING), self.currency)

    @property
    def tax(self) -> Decimal:
        return round_half_up(sum((line.tax for line in self.lines), NOTHING), self.currency)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    def numbered(self, number: str, credit_date: date) -> CreditMemo:
        return replace(self, credit_memo_number=number, credit_date=credit_date)

    def posted(self) -> CreditMemoPosted:
        return CreditMemoPosted(
            credit_memo_id=self.credit_memo_id,
            credit_memo_number=self.credit_memo_number,
            company_id=self.company_id,
            customer_id=self.customer_id,
            invoice_number=self.document_number,
            credit_date=self.credit_date,
            currency=self.currency,
            net=self.net,
            tax=self.tax,
            total=self.total,
            reason=self.reason,
            reason_code=self.reason_code,
            settles_document=self.settles_document,
        )

    def postings(self) -> list[Posting]:
        """Dr revenue and tax, or income from finance charges / Cr receivables."""
        income = Account.REVENUE if self.document_kind == "invoice" else Account.FINANCE_CHARGES
        return [
            Posting(
                entry_id=self.credit_memo_id,
                company_id=self.company_id,
                business_date=self.credit_date,
                debit=account,
                credit=Account.RECEIVABLES,
                amount=amount,
                currency=self.currency,
                customer_id=self.customer_id,
                document=self.credit_memo_number,
            )
            for account, amount in ((income, self.net), (Account.TAX_PAYABLE, self.tax))
            if amount
        ]
