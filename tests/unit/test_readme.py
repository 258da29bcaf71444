"""README promises that can be checked without running anything."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.declare.settings import ServiceSettings
from shared.contracts import EVENTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SERVICES = ("invoicing", "credit", "cash_app", "collections", "analytics")


def row(service: str) -> list[str]:
    """The cells of a service's row in the table of services and events."""
    (line,) = (line for line in README.splitlines() if line.startswith(f"| [{service}]("))
    return [cell.strip() for cell in line.split("|")[1:-1]]


def names(cell: str) -> set[str]:
    return {name.strip() for name in cell.split(",")}


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_says_what_a_service_hears_and_says(service: str) -> None:
    handlers: HandlerTable = importlib.import_module(f"services.{service}.handlers").handlers
    _, _, hears, says = row(service)
    assert names(hears) == {event.topic for event in handlers.subscriptions} - {"BusinessDayStarted"}
    assert names(says) == {event.topic for event in EVENTS.values() if service in event.published_by}


def test_every_setting_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| (O2C_[A-Z_]+) \| ([^|]+) \|", README, re.MULTILINE))
    for service in SERVICES:
        settings = importlib.import_module(f"services.{service}.app").service.settings
        assert issubclass(settings, ServiceSettings)
        for name, field in settings.model_fields.items():
            variable = f"O2C_{name.upper()}"
            assert variable in rows, f"README does not explain {variable}"
            told = rows[variable].strip()
            if isinstance(field.default, bool):
                assert told == str(field.default).lower(), variable
            elif isinstance(field.default, int | float):
                assert float(told) == float(field.default), variable
            elif field.default and not field.is_required():
                assert told == field.default, variable


def test_every_service_has_a_page_of_its_own() -> None:
    for service in SERVICES:
        assert len((ROOT / "services" / service / "README.md").read_text().splitlines()) > 10
