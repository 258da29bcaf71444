"""The local stack: PostgreSQL, Kafka and the five services as processes of one machine."""

from __future__ import annotations

SERVICES = ("credit", "invoicing", "cash_app", "collections", "analytics")
"""The five services, in the order in which they are listed everywhere."""


class StackError(Exception):
    """The local stack cannot do what was asked. The message is a sentence with the value and the remedy."""
