"""Credit memos over HTTP: what people send and get. Amounts are in the currency beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from services.invoicing.credit_memos.domain.creditable_document import DocumentKind
from services.invoicing.credit_memos.store import lines_from_row
from services.invoicing.orders.schemas import rounded
from shared.chassis.http.schemas import RequestBody, WithReason
from shared.contracts.event import Identifier, PositiveAmount, Quantity

Row = Mapping[str, Any]
CreditMemoState = Literal["waiting", "posted", "declined"]


class LineCredited(RequestBody):
    """A line of the invoice: units of it, or an amount incl. tax."""

    line_no: Annotated[int, Field(ge=1)]
    quantity: Quantity | None = None
    amount: PositiveAmount | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.quantity is None) == (self.amount is None):
            raise ValueError(f"give a quantity or an amount for line {self.line_no}, one of them")
        return self


class CreateCreditMemo(WithReason):
    """The credit for an invoice or finance charge: an amount incl. tax, some of its lines, or all of it."""

    document_number: Identifier
    company_id: Identifier | None = None
    """Where two companies use the same number."""
    amount: PositiveAmount | None = None
    lines: Annotated[tuple[LineCredited, ...], Field(max_length=500)] = ()
    settles_document: Identifier | None = None
    """The item that it settles first, where that is not the document itself: a deduction."""
    reason_code: Identifier
    """A reason code of the policy credit_memo_rules."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.amount is not None and self.lines:
            raise ValueError("give an amount or lines, not both; leave out both to credit all that is left")
        numbers = [line.line_no for line in self.lines]
        if len(numbers) != len(set(numbers)):
            raise ValueError("a line can be credited once in a credit memo: add up its quantities or amounts")
        return self


class CreditedLineView(BaseModel):
    line_no: int
    """0: of a document without lines."""
    quantity: int
    """0: by amount."""
    net: Decimal
    tax: Decimal


class CreditMemoView(BaseModel):
    """A credit memo, who requested it, and who decided on it."""

    credit_memo_id: str
    credit_memo_number: str | None
    """None until it is posted."""
    customer_id: str
    company_id: str
    document_number: str
    document_kind: DocumentKind
    settles_document: str | None
    request_id: str | None
    """The request of collections, where it requested the credit memo."""
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
    """The debit memo or finance charge that charges it again, where it was issued by mistake."""

    @classmethod
    def of(cls, row: Row) -> Self:
        lines = [
            CreditedLineView(line_no=line.line_no, quantity=line.quantity, net=line.net, tax=line.tax)
            for line in lines_from_row(row)
        ]
        return cls.model_validate({**rounded(row, "net", "tax", "total"), "lines": lines})
