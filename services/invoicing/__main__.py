"""Runs invoicing: `python -m services.invoicing`."""

from __future__ import annotations

from services.invoicing.app import service
from shared.chassis.service import run

if __name__ == "__main__":
    run(service)
