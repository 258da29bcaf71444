"""Cases that were once decided wrongly, with their right values; they are kept beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

_DIRECTORY = Path(__file__).parents[3] / "shared" / "data" / "found"


def found_case(name: str) -> Any:
    """The content of a file of cases. Skips the test where it is not there."""
    path = _DIRECTORY / name
    if not path.exists():
        pytest.skip(f"{name} is not there: it is kept outside this repository")
    return json.loads(path.read_text("utf-8"))
