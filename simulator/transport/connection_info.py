"""How the services of a stack are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """Kafka, and the services' HTTP. Without `service_urls` the simulation plays without the AR department."""

    bootstrap_servers: str
    idempotent_producer: bool
    partitions: int
    service_urls: Mapping[str, str] | None = None
    token_secret: str = ""
    topic_prefix: str = ""
