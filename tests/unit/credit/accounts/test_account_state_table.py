"""The table of account states, and the page that draws it."""

from __future__ import annotations

import re
from pathlib import Path

from services.credit.accounts.domain.account_state import TRANSITIONS, StateCause

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "credit-rules.md"


def test_the_page_draws_the_table_of_transitions():
    drawn = {
        (old, cause): new
        for old, new, cause in re.findall(r"^    (\w+) --> (\w+): (.+)$", PAGE.read_text(), re.MULTILINE)
    }
    assert drawn == {(old, str(cause)): new for (old, cause), new in TRANSITIONS.items()}


def test_every_cause_moves_some_account():
    assert {cause for _, cause in TRANSITIONS} == set(StateCause)
