"""Runs invoicing: `python -m services.invoicing`."""

from __future__ import annotations

from services.invoicing.app import service
from shared.chassis.runtime.process import run

if __name__ == "__main__":
    run(service)
