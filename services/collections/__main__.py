"""Run collections: `python -m services.collections`."""

from __future__ import annotations

from services.collections.app import service
from shared.chassis.runtime.process import run

run(service)
