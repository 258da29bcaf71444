"""A document that can be credited: by quantity or by amount, never more than is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.kernel.money import amount_text, is_exact, round_half_up

DocumentKind = Literal["invoice", "interest", "fee"]

WHOLE_DOCUMENT = 0
"""The line number of a document without lines: a finance charge, or an invoice brought forward."""

ZERO = Decimal(0)


class CannotBeCredited(ValueError):
    """A credit is not possible; the sentence has the amount that was requested and the amount that is left."""


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """The credit for one line, in the document's currency; `quantity` is zero where only the price is corrected."""

    line_no: int
    quantity: int
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """A line of the document, with what was credited of it before."""

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

    def less(self, more: CreditedLine) -> CreditableLine:
        """The line after `more` is credited too."""
        before = self.credited
        return replace(
            self,
            credited=CreditedLine(
                self.line_no, before.quantity + more.quantity, before.net + more.net, before.tax + more.tax
            ),
        )


@dataclass(frozen=True, slots=True)
class CreditableDocument:
    """An invoice or finance charge in the books. Amounts in `currency`."""

    customer_id: str
    company_id: str
    document_number: str
    kind: DocumentKind
    document_date: date
    currency: str
    lines: tuple[CreditableLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.net + line.tax for line in self.lines), ZERO)

    @property
    def left(self) -> Decimal:
        return sum((line.left for line in self.lines), ZERO)

    def less(self, credited: Iterable[CreditedLine]) -> CreditableDocument:
        """The document after these lines are credited too."""
        more = {line.line_no: line for line in credited}
        return replace(
            self, lines=tuple(line.less(more[line.line_no]) if line.line_no in more else line for line in self.lines)
        )

    def credit_by_quantity(self, quantities: Sequence[tuple[int, int]]) -> tuple[CreditedLine, ...]:
        """Credits units of lines (line number, quantity).

        Each unit at the line's own net and tax, rounded half-up at the line and cumulated over all credit memos of the
        line, so that together the units of a line are credited with exactly what they were charged.
        Raises CannotBeCredited.
        """
        known = {line.line_no: line for line in self.lines}
        credited = []
        for line_no, quantity in sorted(quantities):
            line = known.get(line_no)
            if line is None or not line.quantity:
                raise CannotBeCredited(
                    f"{self.document_number} has no line {line_no} with a quantity: {self._lines_it_has()}"
                )
            units_left = line.quantity - line.credited.quantity
            if quantity > units_left:
                raise CannotBeCredited(
                    f"{quantity} of line {line_no} of {self.document_number} cannot be credited: {line.quantity} were "
                    f"invoiced and {line.credited.quantity} credited before, so {units_left} are left"
                )
            before, after = line.credited.quantity, line.credited.quantity + quantity
            net, tax = (
                self._rounded(amount * after / line.quantity) - self._rounded(amount * before / line.quantity)
                for amount in (line.net, line.tax)
            )
            if net > line.net_left or tax > line.tax_left:
                raise CannotBeCredited(
                    f"{self._shown(net + tax)} {self.currency} for {quantity} of line {line_no} of "
                    f"{self.document_number} cannot be credited: {self._shown(line.net + line.tax)} was invoiced and "
                    f"{self._shown(line.credited.total)} credited before, so {self._shown(line.left)} is left; credit "
                    "it by amount"
                )
            credited.append(CreditedLine(line_no, quantity, net, tax))
        return tuple(credited)

    def credit_by_amount(self, amount: Decimal, line_no: int | None = None) -> tuple[CreditedLine, ...]:
        """Credits an amount incl. tax of one line, or of all lines in proportion to what is left of each.

        Net and tax of each line are in the proportion in which they are left, net rounded half-up at the line.
        Raises CannotBeCredited.
        """
        lines = [line for line in self.lines if line_no in (None, line.line_no)]
        if not lines:
            raise CannotBeCredited(f"{self.document_number} has no line {line_no}: {self._lines_it_has()}")
        of = self.document_number if line_no is None else f"line {line_no} of {self.document_number}"
        charged = sum((line.net + line.tax for line in lines), ZERO)
        left = sum((line.left for line in lines), ZERO)
        if amount > left:
            raise CannotBeCredited(
                f"{amount:,} {self.currency} of {of} cannot be credited: {self._shown(charged)} was charged and "
                f"{self._shown(charged - left)} credited before, so {self._shown(left)} is left"
            )
        if amount <= 0 or not is_exact(amount, self.currency):
            raise CannotBeCredited(f"{amount} is not an amount of {self.currency} that can be credited")
        credited, spread, seen = [], ZERO, ZERO
        for line in lines:
            seen += line.left
            share = self._rounded(amount * seen / left) - spread
            spread += share
            if share:
                net = self._rounded(share * line.net_left / line.left)
                credited.append(CreditedLine(line.line_no, 0, net, share - net))
        return tuple(credited)

    def can_credit(self, lines: Iterable[CreditedLine]) -> bool:
        """Whether all these lines can still be credited."""
        after = self.less(lines)
        return all(
            line.net_left >= 0 and line.tax_left >= 0 and line.credited.quantity <= line.quantity
            for line in after.lines
        )

    def _rounded(self, amount: Decimal) -> Decimal:
        return round_half_up(amount, self.currency)

    def _shown(self, amount: Decimal) -> str:
        return amount_text(amount, self.currency)

    def _lines_it_has(self) -> str:
        numbers = ", ".join(str(line.line_no) for line in self.lines if line.quantity)
        return f"its lines are {numbers}" if numbers else "it has no lines with quantities; credit it by amount"
