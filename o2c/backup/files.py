"""A backup on disk: one dump per service, and the manifest that binds them to places in Kafka."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from o2c.stack import StackError

MANIFEST = "manifest.json"
RESTORED = "restored.json"
_READ_BYTES = 1 << 20

Offsets = dict[str, dict[int, int]]
"""Offsets by topic (without the stack's prefix) and partition."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dump(_Part):
    """One service's database at one moment, in pg_dump's custom format."""

    file: str
    bytes: int
    sha256: str
    postgres: str
    """The server's version."""
    last_business_day: date | None
    outbox_waiting: int
    """Events emitted and not yet published; they are published after the restore, with the ids they have."""
    offsets: Offsets
    """Where the service's consumer group stood before the moment of the dump: all before it is in the dump."""


class Manifest(_Part):
    """What the set is made of. It is written last: a directory without one is no backup."""

    format: Literal[1] = 1
    begun_at: datetime
    ended_at: datetime
    services: dict[str, Dump]
    ends: Offsets
    """Where the topics ended at the moment of the dumps: what services had published by then lies before."""

    def write(self, directory: Path) -> None:
        partial = directory / f"{MANIFEST}.partial"
        partial.write_text(self.model_dump_json(indent=2) + "\n")
        partial.replace(directory / MANIFEST)


class Restored(_Part):
    """Where the topics ended when the backup was restored: what came in up to there is to be published again."""

    ends: Offsets

    def write(self, directory: Path) -> None:
        (directory / RESTORED).write_text(self.model_dump_json(indent=2) + "\n")


def read_restored(directory: Path) -> Restored:
    """Raises StackError where this backup has not been restored."""
    try:
        return Restored.model_validate_json((directory / RESTORED).read_text())
    except (OSError, ValidationError):
        raise StackError(
            f"{directory} has not been restored yet (it has no {RESTORED}): run `o2c restore {directory}` first"
        ) from None


def new_directory(directory: Path) -> None:
    """Makes it, for its owner only. Raises StackError where something is in it already."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = next(directory.iterdir(), None)
    except OSError as error:
        raise StackError(f"the backup cannot be written to {directory}: {error.strerror}") from None
    if taken is not None:
        raise StackError(f"{directory} is not empty (it has {taken.name}): name a new directory for each backup")


def read_manifest(directory: Path) -> Manifest:
    """The manifest, once every file is there as it was written. Raises StackError."""
    place = directory / MANIFEST
    try:
        manifest = Manifest.model_validate_json(place.read_text())
    except OSError:
        raise StackError(
            f"{directory} is no finished backup: it has no {MANIFEST}. A backup that was interrupted cannot be used"
        ) from None
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise StackError(f"{place} is not a manifest this version understands: {where}: {fault['msg']}") from None
    for name, dump in manifest.services.items():
        _verify(directory / dump.file, name, dump)
    return manifest


def _verify(file: Path, name: str, dump: Dump) -> None:
    if not file.is_file():
        raise StackError(f"the backup is not whole: {file} (the dump of {name}) is missing")
    size = file.stat().st_size
    if size != dump.bytes:
        raise StackError(f"{file} has {size} bytes where the manifest has {dump.bytes}: it was changed or cut off")
    if sha256(file) != dump.sha256:
        raise StackError(f"{file} does not have the SHA-256 of the manifest: it was changed after the backup")


def sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
