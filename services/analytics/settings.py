"""Settings of analytics: those every service has."""

from __future__ import annotations

from shared.chassis.declare.settings import ServiceSettings


class AnalyticsSettings(ServiceSettings):
    """Nothing beyond what the chassis needs."""
