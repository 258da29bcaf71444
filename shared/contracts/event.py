"""What all events have in common: a validated body, and the CloudEvents attributes that accompany it."""

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
"""The largest amount that is accepted. A larger one is treated as a mistake of the sender."""

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
    """A part of an event's body. Unknown fields are ignored, so that contracts can grow; the consumer counts them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(slots=True)
class EventContext:
    """The CloudEvents attributes of one event (in Kafka's binary mode: the `ce_*` headers)."""

    id: UUID
    source: str
    time: datetime
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


class Event(Body):
    """An event body. A subclass declares its producers, its key, its subject and its business order:

    `class OrderPlaced(Event, published_by=("erp",), subject="order_id", order=("order_date", "order_id"))`

    The key is `customer_id` unless `key` names other fields. Of several, the first that has a value is used.
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
    # A slot and not a private attribute of pydantic, which would cost several microseconds per event.

    def __init_subclass__(cls, **declaration: Any) -> None:
        """Accepts the declaration. It is evaluated below, when pydantic knows the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # the arguments are the declaration
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
        """An event of values that were validated before. Every field must be given; nothing is validated again.

        For events that are published often about the same object: validation is most of their cost.
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
        """The Kafka key: the first key field that has a value. It keeps the events of a customer in order."""
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
        """The order in which the events of a batch are decided on: the business date first, then the id."""
        order = type(self)._order_of(self)
        return order if isinstance(order, tuple) else (order,)

    @property
    def context(self) -> EventContext:
        """Identity and origin. Only events that were received from Kafka or emitted have them; else LookupError."""
        try:
            context: EventContext = object.__getattribute__(self, "_context")
        except AttributeError:
            raise LookupError(f"{self.type_name()} has not been emitted yet, so it has no id") from None
        return context

    def with_context(self, context: EventContext) -> Self:
        """This event with its CloudEvents attributes. The body is not copied."""
        object.__setattr__(self, "_context", context)
        return self
