"""Names of notices, promises and holds: made from what they are about, so that a repeat makes the same name."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

IDENTIFIER_LENGTH_MAX = 80
"""As long as the contracts allow an identifier to be."""

_TOO_LONG = uuid5(NAMESPACE_URL, "urn:o2c:collections")


def identifier(*parts: object) -> str:
    """The parts joined by `/`; a digest of them (uuid5) where that would be longer than an identifier may be."""
    name = "/".join(str(part) for part in parts)
    return name if len(name) <= IDENTIFIER_LENGTH_MAX else str(uuid5(_TOO_LONG, name))
