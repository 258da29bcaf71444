"""Settings of the credit service: those every service has."""

from __future__ import annotations

from shared.chassis.declare.settings import ServiceSettings


class CreditSettings(ServiceSettings):
    """Limits, marks and authorities are policy or data, not settings."""
