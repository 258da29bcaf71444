"""What every event has in common: a body that is validated, and CloudEvents attributes beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contracts.decimals import PlainDecimal
from shared.kernel.money import CURRENCY_EXPONENT, QUANTUM

Producer = Literal[
    "erp", "inv_ctrl", "gl_core", "credit_bureau", "invoicing", "credit", "cash_app", "collections", "analytics"
]


def _known_currency(code: str) -> str:
    if code not in CURRENCY_EXPONENT:
        raise ValueError(f"unknown currency {code!r}: use an ISO 4217 code such as USD or EUR")
    return code


AMOUNT_MAX = Decimal("999999999999.999")
"""Above a trillion less a mill an amount is taken for a mistake of the sender."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,79}$")]
Text = Annotated[str, StringConstraints(max_length=500)]
Currency = Annotated[str, StringConstraints(min_length=3, max_length=3), AfterValidator(_known_currency)]
Amount = Annotated[
    Decimal,
    Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, decimal_places=3, allow_inf_nan=False),
    PlainDecimal(r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$", -AMOUNT_MAX, AMOUNT_MAX, Decimal("0.001")),
]
PositiveAmount = Annotated[
    Decimal,
    Field(gt=0, le=AMOUNT_MAX, decimal_places=3, allow_inf_nan=False),
    PlainDecimal(r"^[1-9][0-9]{0,11}(\.[0-9]{1,3})?$", Decimal("0.001"), AMOUNT_MAX, Decimal("0.001")),
]
NonNegativeAmount = Annotated[
    Decimal,
    Field(ge=0, le=AMOUNT_MAX, decimal_places=3, allow_inf_nan=False),
    PlainDecimal(r"^[0-9]{1,12}(\.[0-9]{1,3})?$", Decimal(0), AMOUNT_MAX, Decimal("0.001")),
]
UnitPrice = Annotated[
    Decimal,
    Field(ge=0, le=AMOUNT_MAX, decimal_places=6, allow_inf_nan=False),
    PlainDecimal(r"^[0-9]{1,11}(\.[0-9]{1,6})?$", Decimal(0), AMOUNT_MAX, Decimal("0.000001")),
]
Quantity = Annotated[int, Field(gt=0, le=10_000_000)]
Percent = Annotated[
    Decimal,
    Field(ge=0, le=100, decimal_places=4, allow_inf_nan=False),
    PlainDecimal(r"^[0-9]{1,2}(\.[0-9]{1,4})?$", Decimal(0), Decimal(100), Decimal("0.0001")),
]
ExchangeRate = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=9, allow_inf_nan=False)]
BusinessDate = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]


class Body(BaseModel):
    """A part of an event's body. Unknown fields are ignored, so that contracts can grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(slots=True)
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

    `class OrderPlaced(Event, published_by=("erp",), subject="order_id", order=("order_date", "order_id"))`

    The key is `customer_id` unless `key` names other fields, of which the first that is known counts.
    """

    topic: ClassVar[str]
    contract_version: ClassVar[int] = 1
    published_by: ClassVar[tuple[Producer, ...]]
    key_fields: ClassVar[tuple[str, ...]]
    subject_field: ClassVar[str]
    order_fields: ClassVar[tuple[str, ...]]
    _amount_fields: ClassVar[tuple[str, ...]] = ()
    _type_name: ClassVar[str]
    _order_of: ClassVar[Callable[[Any], Any]]

    __slots__ = ("_context",)
    # A slot, not a private attribute of pydantic's: that would cost each event several microseconds.

    def __init_subclass__(cls, **declaration: Any) -> None:
        """Accepts the declaration; it is taken in below, once pydantic knows the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # a declaration, checked here
        cls,
        *,
        published_by: tuple[Producer, ...],
        subject: str,
        order: tuple[str, ...],
        key: str | tuple[str, ...] = "customer_id",
        version: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.topic = cls.__name__
        cls.contract_version = version
        cls.published_by = published_by
        cls.key_fields = (key,) if isinstance(key, str) else key
        cls.subject_field = subject
        cls.order_fields = order
        cls._type_name = f"{cls.topic}.v{version}"
        cls._order_of = attrgetter(*order)
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
        names = self._amount_fields
        if names:
            values = self.__dict__
            quantum = QUANTUM[values["currency"]]
            for name in names:
                amount = values[name]
                if amount is not None and amount.quantize(quantum) != amount:
                    raise ValueError(f"{name} {amount} has more decimal places than {self.currency} is accounted in")  # type: ignore[attr-defined]
        return self

    @classmethod
    def of_known(cls, **values: Any) -> Self:
        """The event of values that have all been validated before, every field given; they are not looked at again.

        For what is said of the same thing again and again: most of what it costs to say is to validate it.
        """
        event = cls.__new__(cls)
        object.__setattr__(event, "__dict__", values)
        object.__setattr__(event, "__pydantic_fields_set__", set(values))
        object.__setattr__(event, "__pydantic_extra__", None)
        object.__setattr__(event, "__pydantic_private__", None)
        return event

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type: name and contract version, e.g. `OrderPlaced.v1`."""
        return cls._type_name

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
        order = type(self)._order_of(self)
        return order if isinstance(order, tuple) else (order,)

    @property
    def context(self) -> EventContext:
        """Identity and origin; only events that came through Kafka or were emitted have it."""
        try:
            context: EventContext = object.__getattribute__(self, "_context")
        except AttributeError:
            raise LookupError(f"{self.type_name()} has not been published yet and so has no id") from None
        return context

    def with_context(self, context: EventContext) -> Self:
        """This event, with its CloudEvents attributes attached. The body is not copied."""
        object.__setattr__(self, "_context", context)
        return self
