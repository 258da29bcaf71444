"""Ids of notices, promises, holds and charges: built from what they are about, so a repeat builds the same id.

An id is only a key: nothing reads a meaning out of it.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

IDENTIFIER_LENGTH_MAX = 80
"""The longest identifier that the contracts allow."""

_TOO_LONG = uuid5(NAMESPACE_URL, "urn:o2c:collections")


def identifier(*parts: object) -> str:
    """The parts joined by `/`, or their digest (uuid5) where the joined text is longer than an identifier may be."""
    name = "/".join(str(part) for part in parts)
    return name if len(name) <= IDENTIFIER_LENGTH_MAX else str(uuid5(_TOO_LONG, name))
