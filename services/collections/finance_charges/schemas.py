"""Interest to correct over HTTP: what people send and get. Amounts are in the currency beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from services.collections.finance_charges.domain.corrections import ChargedInterest
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import Amount
from shared.kernel.money import round_half_up

_AMOUNTS = ("charged", "right_amount", "settled")


class CorrectionView(BaseModel):
    """The interest that was charged on one item for a month, what is right by what is known now, and the difference."""

    correction_id: str
    customer_id: str
    company_id: str
    item_id: str
    document_number: str
    charge_id: str
    month: Annotated[str, Field(description="The last month that was charged, e.g. 2026-12")]
    after: date
    through: date
    currency: str
    charged: Decimal
    right: Decimal
    settled: Annotated[Decimal, Field(description="What was decided on before")]
    difference: Annotated[Decimal, Field(description="Charged too much; negative: too little")]
    noticed_on: date | None
    decided_by: str | None
    decision: str

    @classmethod
    def of_row(cls, row: Any) -> Self:
        values = {**row, **{name: round_half_up(row[name], row["currency"]) for name in _AMOUNTS}}
        right = values.pop("right_amount")
        difference = values["charged"] - values["settled"] - right
        return cls(**values, right=right, month=f"{row['through']:%Y-%m}", difference=difference)

    @classmethod
    def of(cls, one: ChargedInterest) -> Self:
        names = cls.model_fields.keys() - {"month", "right"}
        facts = {name: getattr(one, name) for name in names}
        return cls(**facts, right=one.right_amount, month=f"{one.through:%Y-%m}")


class DecideCorrection(WithReason):
    """A decision on interest to correct."""

    difference: Amount
    """As the person saw it: refused where it is another one now."""
