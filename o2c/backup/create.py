"""`o2c backup`: the five databases as of one moment, and Kafka's offsets at that moment, while everything runs.

For that moment the five outboxes are locked, so that nothing is published: what one database has received from another
is then in the other one as published. The lock is held while five snapshots are taken, not for the dumps. Group offsets
are read before: they are committed after the database, so what lies before them is in the dumps. What lies after them
is published again after a restore; what of it is in a dump already is in its inbox, and dropped there.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from o2c.backup.files import Dump, Manifest, Offsets, new_directory, sha256
from o2c.backup.kafka_offsets import groups_of
from o2c.backup.postgres_tools import find_tool, run_tool
from o2c.backup.topics import consumed_topics, published_topics
from o2c.stack import StackError

ReportProgress = Callable[[str], None]
_CONNECT_SECONDS = 10.0
_HOLD = "SET LOCAL lock_timeout = '20s'; LOCK TABLE outbox IN SHARE MODE"
_SNAPSHOT_OF = """
SELECT pg_export_snapshot() AS snapshot, current_setting('server_version') AS version,
       current_setting('server_version_num')::integer / 10000 AS major,
       (SELECT max(business_date) FROM business_day) AS last_business_day, (SELECT count(*) FROM outbox) AS waiting
"""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A database at one moment, held until its dump is done."""

    identity: str
    version: str
    major: int
    last_business_day: date | None
    outbox_waiting: int


async def backup(
    directory: Path,
    databases: Mapping[str, str],
    bootstrap_servers: str,
    *,
    topic_prefix: str = "",
    report_progress: ReportProgress,
) -> Manifest:
    """Writes a backup into a new or empty directory; the services may run meanwhile.

    `databases` are the URLs by service; `report_progress` gets a line at each step. Raises StackError. A backup that
    fails leaves nothing behind.
    """
    new_directory(directory)
    try:
        manifest = await _take(directory, databases, bootstrap_servers, topic_prefix, report_progress)
        manifest.write(directory)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    total = sum(dump.bytes for dump in manifest.services.values())
    report_progress(f"{directory}: {len(manifest.services)} databases, {total:,} bytes")
    return manifest


async def _take(
    directory: Path, databases: Mapping[str, str], bootstrap_servers: str, prefix: str, report_progress: ReportProgress
) -> Manifest:
    begun_at = datetime.now(UTC)
    consumed = {name: topics for name, topics in consumed_topics().items() if name in databases}
    topics_in_use = {topic for topics in consumed.values() for topic in topics} | published_topics({*consumed})
    async with contextlib.AsyncExitStack() as held, groups_of(bootstrap_servers, prefix) as groups:
        offsets = {name: await groups.committed(name, topics) for name, topics in consumed.items()}
        async with contextlib.AsyncExitStack() as silence:
            for name in consumed:
                await silence.enter_async_context(_silent(name, databases[name]))
            snapshots = {name: await held.enter_async_context(_snapshot(name, databases[name])) for name in consumed}
            ends = await groups.ends(topics_in_use)
        report_progress(f"databases held at one moment: {', '.join(snapshots)}")
        dumps = {}
        for number, (name, snapshot) in enumerate(snapshots.items(), 1):
            dumps[name] = await _dump(directory, name, databases[name], snapshot, offsets[name])
            report_progress(f"{number}/{len(snapshots)} {name}: {dumps[name].bytes:,} bytes")
    return Manifest(begun_at=begun_at, ended_at=datetime.now(UTC), services=dumps, ends=ends)


@contextlib.asynccontextmanager
async def _silent(name: str, url: str) -> AsyncIterator[None]:
    """The service publishes nothing new until the block is left."""
    async with connected(name, url) as connection, connection.transaction():
        try:
            await connection.execute(_HOLD)
        except asyncpg.UndefinedTableError:
            raise StackError(f"the database of {name} has no tables: there is nothing to back up") from None
        except asyncpg.LockNotAvailableError:
            raise StackError(
                f"{name} has not stopped speaking within 20 s: a transaction is open in its database that long; "
                "pg_stat_activity shows which. Nothing was saved: run the backup again"
            ) from None
        yield


@contextlib.asynccontextmanager
async def _snapshot(name: str, url: str) -> AsyncIterator[_Snapshot]:
    async with connected(name, url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        row = await connection.fetchrow(_SNAPSHOT_OF)
        yield _Snapshot(row["snapshot"], row["version"], row["major"], row["last_business_day"], row["waiting"])


async def _dump(directory: Path, name: str, url: str, snapshot: _Snapshot, offsets: Offsets) -> Dump:
    file = directory / f"{name}.dump"
    tool = find_tool("pg_dump", snapshot.major)
    await run_tool(
        tool, url, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot.identity}",
        f"--file={file}",
    )  # fmt: skip
    return Dump(
        file=file.name,
        bytes=file.stat().st_size,
        sha256=sha256(file),
        postgres=snapshot.version,
        last_business_day=snapshot.last_business_day,
        outbox_waiting=snapshot.outbox_waiting,
        offsets=offsets,
    )


@contextlib.asynccontextmanager
async def connected(name: str, url: str) -> AsyncIterator[Any]:
    """A connection to a service's database. Raises StackError where none is to be had."""
    try:
        connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StackError(f"the database of {name} cannot be reached: {error}") from None
    try:
        yield connection
    finally:
        await connection.close()
