"""Policies: which version holds on which day, and documents that do not fit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from shared.chassis.declare.policies import SHIPPED_FROM, PolicyKind, versions_of
from shared.chassis.errors import ConfigurationError
from shared.chassis.transaction.policy_book import PolicyBook


class Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    warning_percent: int


@pytest.fixture
def kind(tmp_path: Path) -> PolicyKind[Rules]:
    default = tmp_path / "credit_rules.json"
    default.write_text('{"warning_percent": 80}')
    return PolicyKind("credit_rules", Rules, default, changed_by=("credit_manager",))


def row(version: int, valid_from: date, document: Any, name: str = "credit_rules") -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "valid_from": valid_from,
        "document": json.dumps(document),
        "set_by": "Ada",
        "set_at": datetime(2026, 1, 1, tzinfo=UTC),
        "reason": "stricter",
    }


class Rows:
    """Answers `load_policy_versions` and counts the questions."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = list(rows)
        self.asked: list[tuple[Any, ...]] = []

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        self.asked.append((query, *arguments))
        return self.rows


def test_the_shipped_default_holds_until_a_version_takes_over(kind: PolicyKind[Rules]) -> None:
    versions = versions_of(kind, [row(1, date(2026, 3, 1), {"warning_percent": 70})])

    assert versions.on(date(2026, 2, 28)).version == 0
    assert versions.on(date(2026, 2, 28)).document.warning_percent == 80
    assert versions.on(date(2026, 3, 1)).version == 1
    assert versions.on(date(2030, 1, 1)).document.warning_percent == 70


def test_a_day_before_all_versions_has_the_shipped_default(kind: PolicyKind[Rules]) -> None:
    assert versions_of(kind, []).on(date(1980, 1, 1)).valid_from == SHIPPED_FROM


def test_a_version_set_in_advance_takes_over_on_its_day_also_from_one_set_after_it(kind: PolicyKind[Rules]) -> None:
    versions = versions_of(
        kind,
        [
            row(1, date(2026, 6, 1), {"warning_percent": 60}),
            row(2, date(2026, 3, 1), {"warning_percent": 70}),
        ],
    )

    assert versions.on(date(2026, 4, 1)).version == 2
    assert versions.on(date(2026, 7, 1)).version == 1


def test_of_two_versions_from_the_same_day_the_one_set_last_holds(kind: PolicyKind[Rules]) -> None:
    day = date(2026, 3, 1)
    versions = versions_of(kind, [row(1, day, {"warning_percent": 70}), row(2, day, {"warning_percent": 75})])

    assert versions.on(day).version == 2


def test_a_version_that_no_longer_fits_is_named(kind: PolicyKind[Rules]) -> None:
    with pytest.raises(ConfigurationError, match="credit_rules version 3"):
        versions_of(kind, [row(3, date(2026, 3, 1), {"warn_at": 70})])


def test_a_shipped_default_that_does_not_fit_ends_the_start(tmp_path: Path) -> None:
    broken = tmp_path / "rules.json"
    broken.write_text('{"warning_percent": "often"}')

    with pytest.raises(ConfigurationError, match=r"rules\.json"):
        PolicyKind("rules", Rules, broken, changed_by=("controller",))
    with pytest.raises(ConfigurationError, match=r"missing\.json"):
        PolicyKind("rules", Rules, tmp_path / "missing.json", changed_by=("controller",))


def test_a_role_that_does_not_exist_cannot_change_a_policy(kind: PolicyKind[Rules]) -> None:
    with pytest.raises(ValueError, match="unknown role 'boss'"):
        PolicyKind("rules", Rules, kind.default, changed_by=("boss",))


async def test_a_unit_of_work_asks_once_for_all_its_policies(kind: PolicyKind[Rules]) -> None:
    other = PolicyKind("dunning", Rules, kind.default, changed_by=("collector",))
    rows = Rows(
        row(1, date(2026, 3, 1), {"warning_percent": 70}),
        row(1, date(2026, 3, 1), {"warning_percent": 10}, name="dunning"),
    )
    book = PolicyBook(rows, (kind, other))

    assert (await book.of(kind)).on(date(2026, 3, 1)).document.warning_percent == 70
    assert (await book.of(other)).on(date(2026, 3, 1)).document.warning_percent == 10
    assert await book.of(kind) is await book.of(kind)
    assert rows.asked == [("load_policy_versions", ["credit_rules", "dunning"])]


async def test_a_policy_the_service_did_not_declare_is_named(kind: PolicyKind[Rules]) -> None:
    with pytest.raises(LookupError, match="credit_rules"):
        await PolicyBook(Rows(), ()).of(kind)
