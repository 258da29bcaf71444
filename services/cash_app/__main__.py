"""Runs the cash application service: `python -m services.cash_app`."""

from __future__ import annotations

from services.cash_app.app import service
from shared.chassis.runtime.process import run

if __name__ == "__main__":
    run(service)
