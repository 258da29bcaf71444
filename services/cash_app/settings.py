"""Settings of the cash application service: those every service has."""

from __future__ import annotations

from shared.chassis.declare.settings import ServiceSettings


class CashAppSettings(ServiceSettings):
    """How money is applied is the business's rule, not a setting."""
