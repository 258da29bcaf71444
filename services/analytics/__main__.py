"""Run analytics: `python -m services.analytics`."""

from __future__ import annotations

from services.analytics.app import service
from shared.chassis.runtime.process import run

run(service)
