"""What tests stand on: services running on real Kafka and real PostgreSQL, told as stories."""

from tests.kit.world import World

__all__ = ["World"]
