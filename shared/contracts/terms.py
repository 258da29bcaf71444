"""Payment terms in contracts. What the fields mean, and the order in which they count: see the kernel's."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from shared.contracts.event import Body, BusinessDate, Percent
from shared.kernel.payment_terms import DiscountStage, DueRule, Instalment, PaymentTerms

Days = Annotated[int, Field(ge=0, le=365)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]


def _is_default(value: Any) -> bool:
    """Fields that do not apply are not written, so that the usual terms stay short."""
    return not value


def _refuse_unknown(schema: dict[str, Any]) -> None:
    schema["additionalProperties"] = False


class DueDateRule(Body):
    """How a due date is counted from the invoice date. An unknown field is an error, since it would change the date."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_refuse_unknown)

    net_days: Days = 0
    net_months: Annotated[int, Field(ge=0, le=24, exclude_if=_is_default)] = 0
    end_of_month: Annotated[Literal["after_days", "before_days"] | None, Field(exclude_if=_is_default)] = None
    """`after_days`: add the days, then move to the month's end. `before_days`: from the month's end add the days."""
    days_of_month: Annotated[tuple[DayOfMonth, ...], Field(max_length=10, exclude_if=_is_default)] = ()
    """Payment days: the due date moves to the next of these days of a month."""
    cutoff_day: Annotated[DayOfMonth | None, Field(exclude_if=_is_default)] = None
    """An invoice dated after this day of the month is due one month later."""
    fixed_dates: Annotated[tuple[BusinessDate, ...], Field(max_length=24, exclude_if=_is_default)] = ()
    """Due on the first of these dates that is not before the invoice date."""

    @model_validator(mode="after")
    def _checked(self) -> Self:
        self._refuse_unknown_fields()
        return self

    def _refuse_unknown_fields(self) -> None:
        """Raises ValueError with every unknown field, its value, and the known fields."""
        unknown = self.__pydantic_extra__
        if unknown:
            shown = ", ".join(f"{name} = {str(value)[:80]!r}" for name, value in unknown.items())
            known = ", ".join(type(self).model_fields)
            raise ValueError(f"unknown field in payment terms: {shown}. Known fields are {known}")

    def _rule(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in DueDateRule.model_fields}


class InstalmentTerms(DueDateRule):
    """An instalment: a part of the invoice total, and when it is due."""

    percent: Percent


class DiscountTerms(DueDateRule):
    """A stage of discount: its percentage, and until when it is granted."""

    percent: Percent


class Terms(DueDateRule):
    """Payment terms: when an invoice is due, and the discounts for earlier payment."""

    discount_days: Days = 0
    discount_percent: Percent = Decimal(0)
    discounts: Annotated[tuple[DiscountTerms, ...], Field(max_length=5, exclude_if=_is_default)] = ()
    """Discounts in stages, the highest first. Without it, `discount_days` and `discount_percent` are the discount."""
    instalments: Annotated[tuple[InstalmentTerms, ...], Field(max_length=60, exclude_if=_is_default)] = ()
    """At least two instalments, each with its own due date instead of one of the whole invoice."""

    @model_validator(mode="after")
    def _checked(self) -> Self:
        given = self.model_fields_set
        if "net_days" in given and given <= _USUAL_FIELDS:
            return self  # nothing to contradict: most events end here
        self._refuse_unknown_fields()
        if not given & _DUE_DATE_FIELDS:
            raise ValueError(f"the terms give no due date: give at least one of {', '.join(sorted(_DUE_DATE_FIELDS))}")
        self.payment_terms()
        return self

    def payment_terms(self) -> PaymentTerms:
        """The same terms with their rules. Raises InvalidPaymentTerms where they contradict themselves."""
        return PaymentTerms(
            **self._rule(),
            discount_days=self.discount_days,
            discount_percent=self.discount_percent,
            discounts=tuple(DiscountStage(**stage._rule(), percent=stage.percent) for stage in self.discounts),
            instalments=tuple(Instalment(**part._rule(), percent=part.percent) for part in self.instalments),
        )

    @classmethod
    def of(cls, terms: PaymentTerms) -> Self:
        """The contract of these payment terms."""
        return cls(
            **_fields(terms),
            discount_days=terms.discount_days,
            discount_percent=terms.discount_percent,
            discounts=tuple(DiscountTerms(**_fields(stage), percent=stage.percent) for stage in terms.discounts),
            instalments=tuple(InstalmentTerms(**_fields(part), percent=part.percent) for part in terms.instalments),
        )


_USUAL_FIELDS = {"net_days", "discount_days", "discount_percent"}
_DUE_DATE_FIELDS = {*DueDateRule.model_fields, "instalments"} - {"cutoff_day"}


def _fields(rule: DueRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in DueDateRule.model_fields}
