"""Interest to correct: what was charged for a month of an item, and what is right by what is known now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.collections.finance_charges.domain.interest import DayCount, Terms, interest_due
from services.collections.receivables.domain.identifiers import identifier
from services.collections.receivables.domain.open_items import OpenItem
from shared.contracts.collections import ChargedItem, CreditMemoRequested, FinanceChargeAssessed

CREDIT_REASON_CODE = "finance_charge"
"""The reason code of the policy credit_memo_rules under which a finance charge is waived."""


class NothingToCorrect(ValueError):
    """What a person decides does not fit the difference; the sentence says what does."""


@dataclass(slots=True)
class ChargedInterest:
    """The interest charged on one item for the days after `after` through `through`; amounts in `currency`."""

    customer_id: str
    item_id: str
    through: date
    company_id: str
    charge_id: str
    document_number: str
    currency: str
    after: date
    annual_percent: Decimal
    day_count: DayCount
    grace_days: int
    charged: Decimal
    right_amount: Decimal
    """By the payments that are known now, each from its value date."""
    settled: Decimal
    """What people decided on before: credited or left as it is (positive), or charged later (negative)."""
    noticed_on: date | None
    """The day on which the difference became known; None: none did."""
    request_id: str | None = None
    """The credit memo that was requested last."""
    requested: Decimal = Decimal(0)
    """Its amount."""
    decided_by: str | None = None
    decision: str = ""

    @property
    def correction_id(self) -> str:
        return identifier("IC", self.charge_id, self.item_id)

    @property
    def difference(self) -> Decimal:
        """What was charged too much, not yet decided on; negative: too little was charged."""
        return self.charged - self.settled - self.right_amount

    def recompute(self, item: OpenItem, on: date) -> None:
        """Works out anew what is right, after a payment of the item became known, or was reversed."""
        terms = Terms(self.annual_percent, self.day_count, self.grace_days)
        before = self.difference
        self.right_amount = interest_due(item, self.after, self.through, terms)
        if self.difference != before:
            self.noticed_on = on

    def credit(self, charge_number: str, *, by: str, on: date, reason: str, request_id: str) -> CreditMemoRequested:
        """The credit memo that gives back what was charged too much. Raises NothingToCorrect."""
        amount = self.difference
        if amount <= 0:
            raise NothingToCorrect(f"interest on {self.document_number} was not charged too high: nothing is credited")
        self._decided(by, f"credited: {reason}")
        self.request_id, self.requested = request_id, amount
        return CreditMemoRequested(
            request_id=request_id,
            customer_id=self.customer_id,
            company_id=self.company_id,
            document_number=charge_number,
            currency=self.currency,
            amount=amount,
            reason_code=CREDIT_REASON_CODE,
            reason=f"Interest on {self.document_number} to {self.through}: {reason}"[:500],
            requested_by=by,
            requested_on=on,
        )

    def keep(self, *, by: str, reason: str) -> None:
        """The charge stays as it is. Raises NothingToCorrect where there is no difference."""
        if not self.difference:
            raise NothingToCorrect(f"interest on {self.document_number} is right: there is nothing to decide")
        self._decided(by, f"left as it is: {reason}")

    def charge(self, *, by: str, on: date, due_date: date, reason: str, charge_id: str) -> FinanceChargeAssessed:
        """Charges what was charged too little. Raises NothingToCorrect."""
        amount = -self.difference
        if amount <= 0:
            raise NothingToCorrect(f"interest on {self.document_number} was not charged too low: nothing is charged")
        self._decided(by, f"charged: {reason}")
        days = (self.through - self.after).days
        item = ChargedItem(
            item_id=self.item_id, document_number=self.document_number, open_amount=amount, days=days, amount=amount
        )
        return FinanceChargeAssessed(
            charge_id=charge_id,
            customer_id=self.customer_id,
            company_id=self.company_id,
            kind="interest",
            assessed_on=on,
            through=self.through,
            due_date=due_date,
            currency=self.currency,
            amount=amount,
            reason=f"Interest on {self.document_number} to {self.through}, charged later: {reason}"[:500],
            items=(item,),
            policy_version=0,
        )

    def declined(self, why: str) -> None:
        """The credit memo was declined: the difference waits for a person again."""
        self.settled -= self.requested
        self.request_id, self.requested, self.decision = None, self.requested * 0, why[:500]

    def _decided(self, by: str, decision: str) -> None:
        self.settled += self.difference
        self.decided_by, self.decision = by, decision[:500]


def charged_interest(charge: FinanceChargeAssessed, after: dict[str, date], terms: Terms) -> list[ChargedInterest]:
    """What a charge of interest charged for each of its items; `after` by item id. A fee is no interest."""
    if charge.kind != "interest":
        return []
    return [
        ChargedInterest(
            customer_id=charge.customer_id,
            item_id=item.item_id,
            through=charge.through,
            company_id=charge.company_id,
            charge_id=charge.charge_id,
            document_number=item.document_number,
            currency=charge.currency,
            after=after[item.item_id],
            annual_percent=terms.annual_percent,
            day_count=terms.day_count,
            grace_days=terms.grace_days,
            charged=item.amount,
            right_amount=item.amount,
            settled=item.amount * 0,
            noticed_on=None,
        )
        for item in charge.items
    ]
