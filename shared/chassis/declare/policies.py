"""Policies are data: typed documents with versions and the dates from which they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from shared.chassis.auth import known_roles
from shared.chassis.errors import ConfigurationError

Policy: TypeAlias = BaseModel
"""A policy's document is any pydantic model; a service's domain need not know of the chassis."""

P = TypeVar("P", bound=Policy)

SHIPPED_FROM: Final = date(1990, 1, 1)
"""The shipped default holds from the first date the contracts accept."""

_DOCUMENTS_CACHED_MAX: Final = 256


@dataclass(frozen=True)
class PolicyKind(Generic[P]):
    """One policy of a service: its document's model, its shipped default, and the roles that may change it.

    Raises ConfigurationError where the shipped default is missing or does not fit the model.
    """

    name: str
    document: type[P]
    default: Path
    changed_by: tuple[str, ...]

    def __post_init__(self) -> None:
        known_roles(self.changed_by)
        _ = self.shipped

    @cached_property
    def shipped(self) -> PolicyVersion[P]:
        """Version 0: the default that comes with the software."""
        try:
            document = self.document.model_validate_json(self.default.read_bytes())
        except (OSError, ValidationError) as error:
            raise ConfigurationError(
                f"the shipped policy {self.name} ({self.default}) cannot be used: {error}"
            ) from None
        return PolicyVersion(
            0, SHIPPED_FROM, document, set_by="shipped", reason="the default that comes with the software"
        )


@dataclass(frozen=True)
class PolicyVersion(Generic[P]):
    """One version of a policy, in force from `valid_from` until a later one takes over."""

    version: int
    valid_from: date
    document: P
    set_by: str
    reason: str
    set_at: datetime | None = None


@dataclass(frozen=True)
class PolicyVersions(Generic[P]):
    """All versions of one policy; the shipped default is the first."""

    all: tuple[PolicyVersion[P], ...]

    def on(self, day: date) -> PolicyVersion[P]:
        """The version in force on `day`: the latest `valid_from` not after it; of one date, the one set last."""
        if len(self.all) == 1:
            return self.all[0]
        in_force = [version for version in self.all if version.valid_from <= day]
        return max(in_force, key=lambda version: (version.valid_from, version.version), default=self.all[0])


def versions_of(kind: PolicyKind[P], rows: Iterable[Any]) -> PolicyVersions[P]:
    """The versions of `kind` among rows of `load_policy_versions`, behind the shipped default."""
    kept = (
        PolicyVersion(
            row["version"],
            row["valid_from"],
            _document(kind.document, row["document"], f"{kind.name} version {row['version']}"),
            row["set_by"],
            row["reason"],
            row["set_at"],
        )
        for row in rows
        if row["name"] == kind.name
    )
    return PolicyVersions((kind.shipped, *kept))


@lru_cache(maxsize=_DOCUMENTS_CACHED_MAX)
def _document(model: type[P], text: str, shown_as: str) -> P:
    # A version never changes, so it is parsed once per process and not once per batch.
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ConfigurationError(f"the policy {shown_as} no longer fits this release; set it anew: {error}") from None
