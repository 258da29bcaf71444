"""Fast reading of decimals in contracts: nearly every amount arrives as plain text such as "1234.50"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

USUAL_FORM: Final = "usual form"
ANY_FORM: Final = "any form"
"""The two ways in which a decimal of a JSON body is read. pydantic names them in the location of an error."""


@dataclass(frozen=True)
class PlainDecimal:
    """Marks a Decimal whose usual form is accepted without the full validation, which takes three times as long.

    `pattern` is that form as text in JSON; every text that matches it must be valid. `least`, `most` and `quantum`
    are the limits within which a Decimal given in Python is accepted. Every other form is validated in full.
    """

    pattern: str
    least: Decimal
    most: Decimal
    quantum: Decimal

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        full = handler(source)
        usual = core_schema.chain_schema(
            [
                core_schema.str_schema(pattern=self.pattern, strict=True),
                core_schema.no_info_plain_validator_function(Decimal),
            ]
        )
        return core_schema.json_or_python_schema(
            json_schema=core_schema.union_schema([(usual, USUAL_FORM), (full, ANY_FORM)], mode="left_to_right"),
            python_schema=core_schema.no_info_wrap_validator_function(self._accept, full),
            serialization=core_schema.to_string_ser_schema(),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the full validation: it decides what is valid."""
        return handler(schema["python_schema"]["schema"])

    def _accept(self, value: Any, validated: Callable[[Any], Any]) -> Any:
        if (
            type(value) is Decimal
            and value.is_finite()
            and self.least <= value <= self.most
            and value.quantize(self.quantum) == value
        ):
            return value
        return validated(value)
