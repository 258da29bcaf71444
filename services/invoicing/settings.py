"""Settings of invoicing: those that every service has."""

from __future__ import annotations

from shared.chassis.declare.settings import ServiceSettings


class InvoicingSettings(ServiceSettings):
    """Nothing of its own; what can be chosen in business is a policy."""
