"""The policies of a service within one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from shared.chassis.declare.policies import Policy, PolicyKind, PolicyVersions, versions_of

P = TypeVar("P", bound=Policy)


class Reader(Protocol):
    """What runs a named query: a unit of work, or a read session."""

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...


class PolicyBook:
    """Reads the policies of a service: one query for all kinds, when the first of them is needed."""

    def __init__(self, reader: Reader, kinds: Sequence[PolicyKind[Any]] = ()) -> None:
        self._reader = reader
        self._names = {kind.name for kind in kinds}
        self._rows: list[Any] | None = None
        self._read: dict[str, PolicyVersions[Any]] = {}

    async def of(self, kind: PolicyKind[P]) -> PolicyVersions[P]:
        """All versions of `kind`. Raises LookupError where the service does not declare it."""
        if kind.name not in self._names:
            raise LookupError(f"the policy {kind.name!r} is not among the service's policies: declare it in app.py")
        if self._rows is None:
            self._rows = await self._reader.fetch("load_policy_versions", sorted(self._names))
        if kind.name not in self._read:
            self._read[kind.name] = versions_of(kind, self._rows)
        return self._read[kind.name]
