"""What one line of an application did, as it was booked, less what of it was undone; and a part of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from services.cash_app.open_items.domain.discount_tax import TaxPart, share_of
from shared.contracts.cash_app import DiscountTax, UnappliedLine
from shared.kernel.money import round_half_up

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class BookedLine:
    """Amounts in the item's currency; `paid` and `exchange_difference` in the payment's, where that is another."""

    line_no: int
    customer_id: str
    item_id: str
    currency: str
    paid_currency: str
    amount: Decimal
    """Money."""
    discount: Decimal = NOTHING
    taxes: tuple[TaxPart, ...] = ()
    """The part of the discount that is tax."""
    tolerance: Decimal = NOTHING
    deduction: Decimal = NOTHING
    deductions: tuple[str, ...] = ()
    """The item ids of the deductions that it opened."""
    surplus: Decimal = NOTHING
    paid: Decimal | None = None
    exchange_difference: Decimal = NOTHING
    recovered: Decimal = NOTHING
    given_back: Decimal = NOTHING

    @property
    def used(self) -> Decimal:
        """What it used of the payment, in the payment's currency."""
        return self.amount + self.surplus if self.paid is None else self.paid

    def less(self, undone: BookedLine) -> BookedLine:
        """What is left of it when that part was undone."""
        gone = {part.percent: part.tax for part in undone.taxes}
        taxes = [TaxPart(part.percent, part.tax - gone.get(part.percent, NOTHING)) for part in self.taxes]
        return replace(
            self,
            amount=self.amount - undone.amount,
            discount=self.discount - undone.discount,
            taxes=tuple(part for part in taxes if part.tax),
            tolerance=self.tolerance - undone.tolerance,
            deduction=self.deduction - undone.deduction,
            deductions=() if undone.deduction else self.deductions,
            surplus=self.surplus - undone.surplus,
            paid=None if self.paid is None else self.paid - (undone.paid or NOTHING),
            exchange_difference=self.exchange_difference - undone.exchange_difference,
            recovered=self.recovered - undone.recovered,
            given_back=self.given_back - undone.given_back,
        )

    def part(self, used: Decimal) -> BookedLine:
        """The part of it that used that much of the payment, with its share of discount and tolerance.

        Half of the money that paid 100.00 with 2.00 discount is 49.00, with 1.00 discount. A deduction is not divided:
        it is a matter of its own, and stays while anything of the line does.
        """
        if used >= self.used:
            return self
        if self.paid is None:
            surplus = min(used, self.surplus)
            amount = used - surplus
        else:
            surplus, amount = NOTHING, round_half_up(self.amount * used / self.paid, self.currency)

        def share(whole: Decimal, currency: str) -> Decimal:
            return round_half_up(whole * amount / self.amount, currency)

        discount = share(self.discount, self.currency)
        return replace(
            self,
            amount=amount,
            discount=discount,
            taxes=share_of(self.taxes, discount, self.discount, self.currency) if discount else (),
            tolerance=share(self.tolerance, self.currency),
            deduction=NOTHING,
            deductions=(),
            surplus=surplus,
            paid=None if self.paid is None else used,
            exchange_difference=share(self.exchange_difference, self.paid_currency),
            recovered=share(self.recovered, self.currency),
            given_back=share(self.given_back, self.currency),
        )

    def with_discount(self, discount: Decimal) -> BookedLine:
        """The same with a smaller discount: the rest was taken back before."""
        if discount == self.discount:
            return self
        taxes = share_of(self.taxes, discount, self.discount, self.currency) if discount else ()
        return replace(self, discount=discount, taxes=taxes)

    def undone(self, document_number: str) -> UnappliedLine:
        """How it is published that it was undone."""
        return UnappliedLine(
            line_no=self.line_no,
            item_id=self.item_id,
            document_number=document_number,
            amount=self.amount,
            discount=self.discount,
            tolerance=self.tolerance,
            deduction=self.deduction,
            discount_taxes=tuple(DiscountTax(tax_percent=percent, tax=tax) for percent, tax in self.taxes),
            surplus=self.surplus,
            paid=self.paid,
            exchange_difference=self.exchange_difference,
            recovered=self.recovered,
            given_back=self.given_back,
        )
