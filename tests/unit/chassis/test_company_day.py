"""Each company has its own business day, and no code counts by the day of any company."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from shared.kernel.business_days import BusinessDays

ROOT: Final = Path(__file__).parents[3]
_FOR_ALL_COMPANIES: Final = {
    "services/invoicing/invoices/handlers.py": 1,  # a shipment does not name its company
    "services/cash_app/bank_files/stages.py": 1,  # a file may hold accounts of several companies
}
"""Where the latest day of any company is right, and how often: what holds for all companies."""
_DAYS: Final = BusinessDays({"NZ1": date(2026, 9, 1), "US1": date(2026, 8, 31)})


def test_each_company_has_its_own_day() -> None:
    assert _DAYS.of("NZ1") == date(2026, 9, 1)
    assert _DAYS.of("US1") == date(2026, 8, 31)


def test_a_company_without_a_calendar_of_its_own_counts_by_the_latest_day() -> None:
    assert _DAYS.of("XX1") == date(2026, 9, 1)
    assert BusinessDays().of("XX1") is None


def test_a_day_that_comes_late_takes_no_company_back() -> None:
    begun = _DAYS.with_begun([("US1", date(2026, 8, 30)), ("NZ1", date(2026, 9, 2))])
    assert begun.begun == {"NZ1": date(2026, 9, 2), "US1": date(2026, 8, 31)}


def _sources() -> list[Path]:
    return sorted(path for part in ("services", "shared/components") for path in (ROOT / part).rglob("*.py"))


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_command_counts_by_the_day_of_any_company(path: Path) -> None:
    text, name = path.read_text(), str(path.relative_to(ROOT))
    assert not re.search(r"\b(uow|db|session)\.(today|business_date)\b", text), "ask for the day of a company"
    if not name.endswith(("api.py", "store.py", "access.py")):  # those hand the day of each company to the query
        assert len(re.findall(r"\.days\.latest\b", text)) <= _FOR_ALL_COMPANIES.get(name, 0)
