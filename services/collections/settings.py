"""Settings of collections: those every service has."""

from __future__ import annotations

from shared.chassis.declare.settings import ServiceSettings


class CollectionsSettings(ServiceSettings):
    """Nothing beyond what the chassis needs."""
