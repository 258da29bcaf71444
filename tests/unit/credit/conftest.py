"""Stories are played on plain dictionaries here."""

from __future__ import annotations

import pytest

from tests.unit.credit.books import OpenBooks
from tests.unit.credit.in_memory import InMemoryBooks


@pytest.fixture
def open_books() -> OpenBooks:
    return InMemoryBooks
