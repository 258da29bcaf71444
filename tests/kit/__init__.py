"""What tests stand on: services that run on real Kafka and real PostgreSQL."""

from tests.kit.stack.world import World

__all__ = ["World"]
