"""What every event has in common: a body that is validated, and CloudEvents attributes beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from shared.kernel.money import CURRENCY_EXPONENT, is_exact

Speaker = Literal["erp", "inv_ctrl", "gl_core", "invoicing", "credit", "cash_app", "collections", "analytics"]


def _known_currency(code: str) -> str:
    if code not in CURRENCY_EXPONENT:
        raise ValueError(f"unknown currency {code!r}: use an ISO 4217 code such as USD or EUR")
    return code


AMOUNT_MAX = Decimal("999999999999.999")
"""Above a trillion less a mill an amount is taken for a mistake of the sender."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,79}$")]
Text = Annotated[str, StringConstraints(max_length=500)]
Currency = Annotated[str, StringConstraints(min_length=3, max_length=3), AfterValidator(_known_currency)]
Amount = Annotated[Decimal, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, decimal_places=3, allow_inf_nan=False)]
PositiveAmount = Annotated[Decimal, Field(gt=0, le=AMOUNT_MAX, decimal_places=3, allow_inf_nan=False)]
NonNegativeAmount = Annotated[Decimal, Field(ge=0, le=AMOUNT_MAX, decimal_places=3, allow_inf_nan=False)]
UnitPrice = Annotated[Decimal, Field(ge=0, le=AMOUNT_MAX, decimal_places=6, allow_inf_nan=False)]
Quantity = Annotated[int, Field(gt=0, le=10_000_000)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4, allow_inf_nan=False)]
BusinessDate = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]


class Body(BaseModel):
    """A part of an event's body. Unknown fields are ignored, so that contracts can grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class EventContext:
    """The CloudEvents attributes of one event as it travelled (binary mode: the `ce_*` headers)."""

    id: UUID
    source: str
    time: datetime
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


class Event(Body):
    """An event body. Subclasses say who speaks it, its key, its subject and its business order:

    `class OrderPlaced(Event, said_by=("erp",), subject="order_id", order=("order_date", "order_id"))`

    The key is `customer_id` unless `key` names other fields, of which the first that is known counts.
    """

    topic: ClassVar[str]
    contract_version: ClassVar[int] = 1
    said_by: ClassVar[tuple[Speaker, ...]]
    key_fields: ClassVar[tuple[str, ...]]
    subject_field: ClassVar[str]
    order_fields: ClassVar[tuple[str, ...]]
    _amount_fields: ClassVar[tuple[str, ...]] = ()

    _context: EventContext | None = PrivateAttr(default=None)

    def __init_subclass__(cls, **declaration: Any) -> None:
        """Accepts the declaration; it is taken in below, once pydantic knows the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # a declaration, checked here
        cls,
        *,
        said_by: tuple[Speaker, ...],
        subject: str,
        order: tuple[str, ...],
        key: str | tuple[str, ...] = "customer_id",
        version: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.topic = cls.__name__
        cls.contract_version = version
        cls.said_by = said_by
        cls.key_fields = (key,) if isinstance(key, str) else key
        cls.subject_field = subject
        cls.order_fields = order
        if "currency" in cls.model_fields:
            cls._amount_fields = tuple(
                name
                for name, field in cls.model_fields.items()
                if field.annotation is Decimal and not name.endswith(("percent", "rate", "price"))
            )
        unknown = {*cls.key_fields, subject, *order} - set(cls.model_fields)
        if unknown:
            raise TypeError(f"{cls.__name__} declares fields it does not have: {sorted(unknown)}")

    @model_validator(mode="after")
    def _amounts_fit_their_currency(self) -> Self:
        for name in self._amount_fields:
            amount = getattr(self, name)
            if amount is not None and not is_exact(amount, self.currency):  # type: ignore[attr-defined]
                raise ValueError(f"{name} {amount} has more decimal places than {self.currency} is accounted in")  # type: ignore[attr-defined]
        return self

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type: name and contract version, e.g. `OrderPlaced.v1`."""
        return f"{cls.topic}.v{cls.contract_version}"

    @property
    def key(self) -> str:
        """The Kafka key: the first of the key fields that is known, so that order is kept per customer."""
        for name in self.key_fields:
            value = getattr(self, name)
            if value is not None:
                return str(value)
        return "-"

    @property
    def subject(self) -> str:
        return str(getattr(self, self.subject_field))

    @property
    def business_order(self) -> tuple[Any, ...]:
        """Decisions inside a batch are taken in this order: business date first, then the event's key."""
        return tuple(getattr(self, name) for name in self.order_fields)

    @property
    def context(self) -> EventContext:
        """Identity and origin; only events that came through Kafka or were emitted have it."""
        if self._context is None:
            raise LookupError(f"{self.type_name()} has not been published yet and so has no id")
        return self._context

    def with_context(self, context: EventContext) -> Self:
        """This event, with its CloudEvents attributes attached. The body is not copied."""
        self._context = context
        return self
