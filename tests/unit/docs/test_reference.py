"""The reference pages repeat what the code declares: these tests keep the two alike."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Final

import pytest

from o2c.specs import limits
from o2c.specs.openapi import document
from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.declare.settings import ServiceSettings
from shared.contracts import EVENTS

ROOT: Final = Path(__file__).parents[3]
SERVICES: Final = ("invoicing", "credit", "cash_app", "collections", "analytics")
SYSTEMS: Final = {"ERP": "erp", "INV_CTRL": "inv_ctrl", "GL_CORE": "gl_core", "credit bureau": "credit_bureau"}
README_LINES_MAX: Final = 120
OF_EVERY_SERVICE: Final = ("/policies", "/audit", "/dead-letters", "/health", "/metrics", "/openapi.json", "/docs")


def page(path: str) -> str:
    return (ROOT / path).read_text()


def events_page() -> dict[str, list[str]]:
    """The cells of each event's row: key, producers, consumers, meaning."""
    rows = [line for line in page("docs/reference/events.md").splitlines() if re.match(r"^\| [A-Z]\w+ \|", line)]
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]
    return {name: rest for name, *rest in cells}


def names(cell: str) -> set[str]:
    return {SYSTEMS.get(name.strip(), name.strip()) for name in cell.split(",")}


def test_every_event_has_one_row_and_no_row_is_without_an_event() -> None:
    assert set(events_page()) == {event.topic for event in EVENTS.values()}


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.topic)
def test_the_row_of_an_event_names_its_producers_and_consumers(event: type) -> None:
    tables: dict[str, HandlerTable] = {
        service: importlib.import_module(f"services.{service}.handlers").handlers for service in SERVICES
    }
    key, producers, consumers, meaning = events_page()[event.topic]
    assert key.split(", else ") == list(event.key_fields)
    assert names(producers) == set(event.published_by)
    subscribed = {service for service, table in tables.items() if event in table.subscriptions}
    assert names(consumers) == (subscribed or {"outside systems"})
    assert len(meaning) > 10


def test_the_page_of_limits_is_what_the_code_accepts() -> None:
    assert page("docs/reference/limits.md") == limits.page(), "run `python -m o2c.specs.limits`"
    assert "| order_rules | lines_max | 1 to 500 | 500 |" in page("docs/reference/limits.md")


def test_every_setting_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| (O2C_[A-Z_]+) \| ([^|]+) \|", page("docs/reference/settings.md"), re.MULTILINE))
    for service in SERVICES:
        settings = importlib.import_module(f"services.{service}.app").service.settings
        assert issubclass(settings, ServiceSettings)
        for name, field in settings.model_fields.items():
            variable = f"O2C_{name.upper()}"
            assert variable in rows, f"docs/reference/settings.md does not explain {variable}"
            default = rows[variable].strip()
            if isinstance(field.default, bool):
                assert default == str(field.default).lower(), variable
            elif isinstance(field.default, int | float):
                assert float(default) == float(field.default), variable
            elif field.default and not field.is_required():
                assert default == field.default, variable


def test_every_policy_is_listed_with_its_service_and_the_roles_that_change_it() -> None:
    rows = re.findall(r"^\| (\w+) \| (\w+) \| ([^|]+) \|", page("docs/reference/policies.md"), re.MULTILINE)
    listed = {(policy, service): names(roles) for policy, service, roles in rows if service in SERVICES}
    declared = {
        (policy.name, service): set(policy.changed_by)
        for service in SERVICES
        for policy in importlib.import_module(f"services.{service}.app").service.policies
    }
    assert listed == declared


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_listed(service: str) -> None:
    section = re.split(r"^## ", page("docs/reference/routes.md"), flags=re.MULTILINE)
    (of_service,) = (part for part in section if part.startswith(f"{service}\n"))
    listed = set(re.findall(r"^\| (GET|POST|PUT|DELETE|PATCH) \| `([^`]+)` \|", of_service, re.MULTILINE))
    declared = {(method.upper(), path) for path, methods in document(service)["paths"].items() for method in methods}
    assert listed == {route for route in declared if not route[1].startswith(OF_EVERY_SERVICE)}


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    readme = page("README.md")
    assert len(readme.splitlines()) <= README_LINES_MAX
    for path in ROOT.glob("docs/**/*.md"):
        assert_links_exist(path)
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("services/*/README.md")):
        assert_links_exist(path)


def assert_links_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} links to {target}, which does not exist"


def test_every_service_has_a_page_of_its_own() -> None:
    for service in SERVICES:
        lines = page(f"services/{service}/README.md").splitlines()
        assert 10 < len(lines) <= 60, f"the README of {service} fits one screen"
