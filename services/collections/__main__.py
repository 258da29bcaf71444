"""Run collections: `python -m services.collections`."""

from __future__ import annotations

from services.collections.app import service
from shared.chassis.service import run

run(service)
