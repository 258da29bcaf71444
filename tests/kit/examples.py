"""How many examples a property test tries: few in every run, many with O2C_TEST_PROFILE=long (`make test-long`)."""

from __future__ import annotations

import os
from typing import Final

LONG: Final = os.environ.get("O2C_TEST_PROFILE") == "long"
_LONG_TIMES: Final = 10


def examples(short: int) -> int:
    """`short` in every run, ten times as many in the long profile."""
    return short * _LONG_TIMES if LONG else short
