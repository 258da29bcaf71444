"""Runs the credit service: `python -m services.credit`."""

from __future__ import annotations

from services.credit.app import service
from shared.chassis.runtime.process import run

if __name__ == "__main__":
    run(service)
