"""The selling company of the simulated world."""

from __future__ import annotations

from typing import Final

COMPANY_ID: Final = "US01"
"""The one company whose books the simulation fills."""
