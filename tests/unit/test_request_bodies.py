"""What a person sends over HTTP has no unknown fields: every request body of the five services refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from o2c.specs.openapi import document
from o2c.stack import SERVICES

STILL_OPEN = {
    "cash_app": {
        "AdviceBody", "ApplicationRules", "ApplyLine", "ApplyPayment", "ApplyPayments", "AssignPayment", "MatchBody",
        "PartBody", "PaymentToApply", "RefundBody", "RemittanceAdjustment-Input", "RemittanceLine-Input", "SplitBody",
        "TransferBody", "WithReason", "WithVersion", "WriteOffBody",
    },
    "credit": {
        "ApproveRequest", "ChangeAccountState", "DeclineOrder", "DeclineRequest", "EnterCollateral", "EnterStatements",
        "HoldOrder", "Reason", "ReleaseOrder", "RequestCredit", "RequestStatements", "SetGroup", "SetLimit",
        "TryPolicy", "WithdrawCollateral",
    },
    "invoicing": {"CreditMemoRules", "InvoiceNumbering", "OrderedLine", "TaxRates"},
}  # fmt: skip
"""Bodies that ignore unknown fields today. Remove a name when its body refuses them; add none."""


def open_objects(schema: Any, definitions: dict[str, Any], seen: set[str], place: str) -> Iterator[str]:
    """The objects within a schema that accept unknown fields, by name. A mapping with typed values is closed."""
    if isinstance(schema, list):
        for part in schema:
            yield from open_objects(part, definitions, seen, place)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).removeprefix("#/components/schemas/")
    if name and name not in seen:
        seen.add(name)
        yield from open_objects(definitions[name], definitions, seen, name)
    if schema.get("type") == "object" and schema.get("additionalProperties", True) is True:
        yield place
    for part in schema.values():
        yield from open_objects(part, definitions, seen, place)


@pytest.mark.parametrize("service", SERVICES)
def test_every_request_body_refuses_unknown_fields(service: str) -> None:
    described = document(service)
    definitions = described["components"]["schemas"]
    found = [
        f"{method.upper()} {path}: {name}"
        for path, item in described["paths"].items()
        for method, operation in item.items()
        for name in open_objects(operation.get("requestBody", {}), definitions, set(), "body")
    ]
    unexpected = [line for line in found if line.rpartition(": ")[2] not in STILL_OPEN.get(service, set())]
    assert unexpected == []
