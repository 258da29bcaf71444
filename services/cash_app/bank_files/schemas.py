"""What imports, bundles, remittance advice and deposits look like over HTTP."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.cash_app.bank_files.domain.delimited import RemittanceMapping
from services.cash_app.bank_files.domain.planned_entries import Outcome
from shared.chassis.http.schemas import RequestBody, WithReason
from shared.contracts.erp import PaymentReference, RemittanceAdjustment, RemittanceLine
from shared.contracts.event import BusinessDate, Currency, Identifier, PositiveAmount, Text
from shared.kernel.money import round_half_up

Stage = Literal["received", "parsed", "validated", "posted", "refused"]


class ErrorView(BaseModel):
    place: str
    """A line of the file ("line 12"), or an element with its line."""
    what: str
    acceptable: bool = False
    """Whether the file may go in without this, when a second person agrees."""


class ImportView(BaseModel):
    """A file on its way: received > parsed > validated > posted, or refused whole after one of the first two."""

    import_id: str
    file_name: str
    format: str | None
    payer: str | None
    size_bytes: int
    received_by: str
    received_at: datetime
    stage: Stage
    refused_after: Literal["received", "parsed"] | None
    counts: dict[str, int]
    """What is in the file: statements, entries, and entries of each kind."""
    to_post: int
    posted: int
    """Of `to_post`; the progress of the last stage."""
    errors: list[ErrorView]

    @classmethod
    def of(cls, row: Any) -> Self:
        values = {**row, "counts": json.loads(row["counts"]), "errors": json.loads(row["errors"])}
        return cls.model_validate(values)


class EntryView(BaseModel):
    """One entry of a file.

    `outcome`: posted as an event, held for its bundle, waiting for a person, booked to the ledger, reported before, or
    only noted.
    """

    entry_no: int
    place: str
    kind: str
    outcome: Outcome
    subject_id: str
    """The payment's, return's or advice's id."""
    source: str
    bank_account: str
    bank_reference: str
    currency: str
    amount: Decimal
    value_date: date
    note: str
    details: str = ""
    """The bank's words."""
    trace_number: str = ""
    payer_name: str = ""
    payer_account: str = ""
    references: list[PaymentReference] = []
    remittance: list[RemittanceLine] = []
    remittance_note: str = ""
    """What of the payer's remittance could not be understood."""
    reason_code: str = ""
    reason: str = ""

    @classmethod
    def of(cls, row: Any) -> Self:
        facts = json.loads(row["facts"])
        return cls.model_validate({**row, **facts, "amount": round_half_up(row["amount"], row["currency"])})


class ReviewEntryView(EntryView):
    """An entry that waits for a person, and the file it is from."""

    import_id: str


class OwnAccountBody(RequestBody):
    """An account of ours: a bank account, a lockbox, or what a card acquirer calls us."""

    company_id: Identifier
    currency: Currency
    name: Annotated[str, Field(min_length=1, max_length=200)]
    deposits_to: Identifier | None = None
    """For a lockbox or card acquirer: the bank account on whose statement its sums appear."""
    active: bool = True


class OwnAccountView(BaseModel):
    bank_account: str
    company_id: str
    currency: str
    name: str
    deposits_to: str | None
    active: bool


class MappingView(BaseModel):
    payer: str
    mapping: RemittanceMapping


class BundleView(BaseModel):
    """Payments that reach the bank as one sum: net = gross - fee. `line_id`: the bank's line, once it came."""

    bank_account: str
    bundle_id: str
    kind: str
    currency: str
    gross: Decimal
    fee: Decimal
    net: Decimal
    value_date: date
    payments: int
    reported_by: str
    line_id: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        amounts = {name: round_half_up(row[name], row["currency"]) for name in ("gross", "fee", "net")}
        return cls(**{**row, **amounts})


class BundleLineView(BaseModel):
    """A line of a statement for many payments. Without `bundle_id` its payments are not reported yet."""

    line_id: str
    bank_account: str
    kind: str
    currency: str
    amount: Decimal
    value_date: date
    details: str
    import_id: str
    bundle_id: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(**{**row, "amount": round_half_up(row["amount"], row["currency"])})


class CloseReview(WithReason):
    """What a person found about an entry, such as the refund that came back."""


class EntryTaken(BaseModel):
    """The payment or return that an entry became."""

    import_id: str
    subject_id: str


class ReviewClosed(BaseModel):
    import_id: str
    subject_id: str


class Released(BaseModel):
    line_id: str
    payment_id: str


class AdviceView(BaseModel):
    """A remittance advice; without `payment_id` it is awaiting payment."""

    advice_id: str
    company_id: str
    customer_id: str | None
    payer_account: str | None
    payer_name: str | None
    trace_number: str | None
    currency: str
    amount: Decimal
    advised_on: date
    lines: list[RemittanceLine]
    payment_id: str | None
    note: str

    @classmethod
    def of(cls, row: Any) -> Self:
        amount = round_half_up(row["amount"], row["currency"])
        return cls(**{**row, "amount": amount, "lines": json.loads(row["lines"])})


class KeyedAdjustment(RemittanceAdjustment):
    """An adjustment as a person keys it: unlike an event, it has no unknown fields."""

    model_config = ConfigDict(extra="forbid")


class KeyedLine(RemittanceLine):
    """A line of the remittance as a person keys it: unlike an event, it has no unknown fields."""

    model_config = ConfigDict(extra="forbid")

    adjustments: Annotated[tuple[KeyedAdjustment, ...], Field(max_length=50)] = ()


class DepositItem(RequestBody):
    """One check, or the cash, of a deposit."""

    method: Literal["check", "cash"]
    amount: PositiveAmount
    check_number: Annotated[str, Field(max_length=40)] = ""
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    payer_name: Annotated[str, Field(max_length=200)] | None = None
    details: Text = ""
    remittance: Annotated[tuple[KeyedLine, ...], Field(max_length=2000)] = ()


class Deposit(RequestBody):
    """Checks and cash keyed in, with the slip they were taken to the bank with: its total must be theirs."""

    bank_account: Identifier
    slip_number: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,29}$")]
    value_date: BusinessDate
    currency: Currency
    total: PositiveAmount
    items: Annotated[tuple[DepositItem, ...], Field(min_length=1, max_length=500)]


class Deposited(BaseModel):
    bank_account: str
    slip_number: str
    total: Decimal
    currency: str
    payment_ids: list[str]
