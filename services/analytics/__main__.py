"""Run analytics: `python -m services.analytics`."""

from __future__ import annotations

from services.analytics.app import service
from shared.chassis.service import run

run(service)
