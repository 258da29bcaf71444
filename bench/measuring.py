"""One service measured: its mix drained, then written by the floor, and both found to have done the same."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial, reduce
from operator import add
from typing import Any, Final

import asyncpg

from bench.direct import Publishing, Write, apply, encoded, in_batches, service_named
from bench.doing import Doing
from bench.drain import Drain
from bench.floor import BATCH_EVENTS, floor
from bench.mixes import Check, Mix
from bench.results import BenchFailed, Drained, Pace, Result, Spent
from bench.servers import PARTITIONS, Servers
from shared.chassis.envelope import Encoded
from shared.chassis.publish.topics import create_topics, dead_letter_topic
from shared.chassis.transaction.migrate import migrate
from shared.contracts import EVENTS

_BATCH_EVENTS_MAX: Final = 1_000
_BATCHES_AT_LEAST: Final = 10

_PREPARED: Final = ("UPDATE daily_run SET finished_at = now()", "TRUNCATE outbox", "VACUUM ANALYZE")
"""Nothing of what went before is left to be done while the backlog is drained."""

_WITHOUT_SHARDS: Final = {
    "aging_sum": "(SELECT DISTINCT span, begins_on, company_id, currency, due_date FROM aging_sum) AS aging_sum"
}
"""Tables in which each session has rows of its own for the same: one process writes fewer of them than two lanes."""
_TABLES: Final = """
SELECT c.relname FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '%pogo%'
ORDER BY c.relname
"""


def batch_size(events: int) -> int:
    """The service's usual limit, less where the backlog is so small that it would be drained in a few batches."""
    return max(1, min(_BATCH_EVENTS_MAX, events // _BATCHES_AT_LEAST))


def floor_batch(events: int) -> int:
    """The floor's batches are smaller where there would be too few of them."""
    return max(1, min(BATCH_EVENTS, events // _BATCHES_AT_LEAST))


async def measure(servers: Servers, mix: Mix, doing: Doing) -> Result:
    """Drains the mix, then writes the floor. Raises BenchFailed where anything is not as it must be."""
    prefix = f"bench-{mix.service}-{secrets.token_hex(3)}."
    waves = [encoded(wave, f"{mix.service}/{number}") for number, wave in enumerate(mix.waves)]
    try:
        async with _template(servers, mix, doing) as template:
            drained, rows = await _drain(servers, mix, template, prefix, waves, doing=doing)
            published = await servers.published(prefix, _topics_published_in(mix))
            _compare(f"{mix.service} published", published, {e.topic: count for e, count in mix.published.items()})
            spent = Spent()
            pace = await _floor(
                servers,
                mix,
                template,
                prefix,
                waves,
                rows={**rows, "outbox": sum(published.values())},
                spent=spent,
                doing=doing,
            )
    finally:
        await servers.forget_topics(prefix)
    return Result(mix.service, mix.words, mix.events, batch_size(mix.events), drained, pace, spent)


async def drained_alone(servers: Servers, mix: Mix, doing: Doing) -> Drained:
    """Drains the mix without a floor. Raises BenchFailed where anything is not as it must be."""
    prefix = f"bench-{mix.service}-{secrets.token_hex(3)}."
    waves = [encoded(wave, f"{mix.service}/{number}") for number, wave in enumerate(mix.waves)]
    try:
        async with _template(servers, mix, doing) as template:
            drained, _ = await _drain(servers, mix, template, prefix, waves, doing=doing)
            published = await servers.published(prefix, _topics_published_in(mix))
            _compare(f"{mix.service} published", published, {e.topic: count for e, count in mix.published.items()})
    finally:
        await servers.forget_topics(prefix)
    return drained


@contextlib.asynccontextmanager
async def _template(servers: Servers, mix: Mix, doing: Doing) -> AsyncIterator[str]:
    """A database that knows what is known beforehand, to be cloned; its daily runs are done, its outbox is empty."""
    doing("preparing what is known beforehand", 0)
    name = f"bench_{mix.service}_{secrets.token_hex(3)}"
    url = await servers.postgres.create_database(name)
    try:
        await migrate(service_named(mix.service), url)
        await apply(mix.service, url, encoded(mix.known, f"{mix.service}/known"), BATCH_EVENTS, Spent())
        async with _connected(url) as connection:
            for statement in _PREPARED:
                await connection.execute(statement)
        yield url
    finally:
        await servers.postgres.drop_database(name)


async def _drain(
    servers: Servers, mix: Mix, template: str, prefix: str, waves: list[list[Encoded]], *, doing: Doing
) -> tuple[Drained, dict[str, int]]:
    """How long the service took, and how many rows each of its tables has after it."""
    async with _clone(servers, template, "service") as url:
        drain = Drain(servers, mix.service, url, prefix, batch_size(mix.events))
        drained, done = [], 0
        for wave in waves:
            doing("publishing the backlog", done)
            await servers.publish(prefix, wave)
            await servers.settle()
            drained.append(await drain.wave(len(wave), partial(_drained_so_far, doing, done)))
            done += len(wave)
        await _check(url, mix.service, mix.checks)
        return reduce(add, drained), await _rows(url)


async def _floor(
    servers: Servers,
    mix: Mix,
    template: str,
    prefix: str,
    waves: list[list[Encoded]],
    *,
    rows: Mapping[str, int],
    spent: Spent,
    doing: Doing,
) -> Pace:
    """The pace of the bare writes; they must leave the same number of rows as the service did."""
    doing("recording the service's writes", 0)
    written: list[list[list[Write]]] = []
    publishing = Publishing(servers.kafka.bootstrap_servers, servers.kafka.idempotent, f"{prefix}again.")
    topics = {publishing.prefix + topic for topic in _topics_published_by(mix.service)}
    await create_topics(servers.kafka.bootstrap_servers, topics, partitions=PARTITIONS)
    async with _clone(servers, template, "record") as url:
        for wave in waves:
            written.append(await apply(mix.service, url, wave, floor_batch(len(wave)), spent, publishing=publishing))
        _compare(f"{mix.service} in this process: rows", await _rows(url), {**rows, "outbox": 0})
    async with _clone(servers, template, "floor") as url:
        paces, done = [], 0
        for wave, batches in zip(waves, written, strict=True):
            doing("writing the floor", done)
            await servers.settle()
            sizes = [len(batch) for batch in in_batches(wave, floor_batch(len(wave)))]
            paces.append(await asyncio.to_thread(floor, url, batches, sizes))
            done += len(wave)
        _compare(f"the floor of {mix.service}: rows", await _rows(url), rows)
        await _check(url, f"the floor of {mix.service}", mix.checks)
    return reduce(add, paces)


@contextlib.asynccontextmanager
async def _clone(servers: Servers, template: str, suffix: str) -> AsyncIterator[str]:
    url = await servers.clone(template, suffix)
    try:
        yield url
    finally:
        await servers.drop(url)


def _drained_so_far(doing: Doing, before: int, handled: int) -> None:
    doing("draining", before + handled)


def _topics_published_in(mix: Mix) -> list[str]:
    """Topics that the service may publish to, dead letters included, without the topics of the backlog."""
    backlog = {event.topic for wave in mix.waves for event in wave}
    return sorted(_topics_published_by(mix.service) - backlog)


def _topics_published_by(service: str) -> set[str]:
    return {*(event.topic for event in EVENTS.values() if service in event.published_by), dead_letter_topic(service)}


async def _check(url: str, who: str, checks: Iterable[Check]) -> None:
    async with _connected(url) as connection:
        for check in checks:
            found = await connection.fetchval(check.sql)
            if found != check.expected:
                raise BenchFailed(f"{who}: {check.words}: {found} instead of {check.expected}")


async def _rows(url: str) -> dict[str, int]:
    """How many rows each table has."""
    async with _connected(url) as connection:
        tables = [row["relname"] for row in await connection.fetch(_TABLES)]
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {_WITHOUT_SHARDS.get(table, table)}")
            for table in tables
        }


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def _compare(what: str, found: Mapping[str, int], expected: Mapping[str, int]) -> None:
    names = sorted({*found, *expected})
    wrong = [name for name in names if found.get(name, 0) != expected.get(name, 0)]
    if wrong:
        differences = (f"{name} {found.get(name, 0):,} instead of {expected.get(name, 0):,}" for name in wrong)
        raise BenchFailed(f"{what}: {', '.join(differences)}")
