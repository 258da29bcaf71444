"""What people ask and see of credit memos and finance charges over HTTP. Amounts are in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.invoicing.crediting import lines_from_row
from services.invoicing.domain.credit_memos import DocumentKind
from services.invoicing.views import rounded
from shared.contracts.event import BusinessDate, Currency, Identifier, PositiveAmount, Quantity

Row = Mapping[str, Any]
CreditMemoState = Literal["waiting", "posted", "declined"]
ReasonText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
"""What a person writes; it must say something."""


class LineCredited(BaseModel):
    """A line of the invoice: pieces of it, or an amount incl. tax."""

    model_config = ConfigDict(extra="forbid")

    line_no: Annotated[int, Field(ge=1)]
    quantity: Quantity | None = None
    amount: PositiveAmount | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.quantity is None) == (self.amount is None):
            raise ValueError(f"give a quantity or an amount for line {self.line_no}, one of them")
        return self


class AskedCreditMemo(BaseModel):
    """What is to be credited of an invoice or finance charge: an amount incl. tax, some of its lines, or all of it."""

    model_config = ConfigDict(extra="forbid")

    document_number: Identifier
    company_id: Identifier | None = None
    """Where two companies use the same number."""
    amount: PositiveAmount | None = None
    lines: Annotated[list[LineCredited], Field(max_length=500)] = []
    settles_document: Identifier | None = None
    """The item it is to settle first, where that is not the document itself: a deduction."""
    reason_code: Identifier
    """One of the policy credit_memo_rules."""
    reason: ReasonText

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.amount is not None and self.lines:
            raise ValueError("give an amount or lines, not both; neither credits all that is left")
        numbers = [line.line_no for line in self.lines]
        if len(numbers) != len(set(numbers)):
            raise ValueError("a line can be credited once in a credit memo: add its pieces or amounts up")
        return self


class WithReason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: ReasonText


class AskedCharge(BaseModel):
    """A finance charge by hand."""

    model_config = ConfigDict(extra="forbid")

    customer_id: Identifier
    kind: Literal["interest", "fee"]
    amount: PositiveAmount
    currency: Currency | None = None
    """The customer's own unless given."""
    due_date: BusinessDate | None = None
    """By the customer's terms unless given."""
    reason: ReasonText


class CreditedLineView(BaseModel):
    line_no: int
    """0: of a document without lines."""
    quantity: int
    """0: by amount."""
    net: Decimal
    tax: Decimal


class CreditMemoView(BaseModel):
    """A credit memo, and who said what about it."""

    credit_memo_id: str
    credit_memo_number: str | None
    """None until it is posted."""
    customer_id: str
    company_id: str
    document_number: str
    document_kind: DocumentKind
    settles_document: str | None
    request_id: str | None
    """What collections asked for it with."""
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    lines: list[CreditedLineView]
    reason_code: str
    reason: str
    requested_by: str
    requested_on: date
    state: CreditMemoState
    credit_date: date | None
    decided_by: str | None
    decided_on: date | None
    decision: str
    reversed_by: str | None
    """The debit memo or finance charge that charges it again, where it was given by mistake."""

    @classmethod
    def of(cls, row: Row) -> Self:
        lines = [
            CreditedLineView(line_no=line.line_no, quantity=line.quantity, net=line.net, tax=line.tax)
            for line in lines_from_row(row)
        ]
        return cls.model_validate({**rounded(row, "net", "tax", "total"), "lines": lines})


class ChargedItemView(BaseModel):
    item_id: str
    document_number: str
    open_amount: Decimal
    days: int
    amount: Decimal


class FinanceChargeView(BaseModel):
    """A finance charge in the books, with what it was charged for."""

    charge_id: str
    charge_number: str
    customer_id: str
    company_id: str
    kind: Literal["interest", "fee"]
    charge_date: date
    due_date: date
    currency: str
    amount: Decimal
    reason: str
    items: list[ChargedItemView]

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate({**rounded(row, "amount"), "items": json.loads(row["items"])})
