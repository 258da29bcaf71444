"""`o2c restore`: a backup into empty databases. The services then continue from the end of their topics.

What came in since the backup is published again by the catch-up, in the order in which it came (see catch_up).
What the services themselves published since is void: they publish it again. Only the invoice numbers of that time
stand, as customers have them in hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from o2c.backup.create import ReportProgress, connected
from o2c.backup.files import Manifest, Offsets, Restored, read_manifest
from o2c.backup.kafka_offsets import Groups, groups_of
from o2c.backup.postgres_tools import find_tool, run_tool
from o2c.backup.records import records_between
from o2c.backup.topics import consumed_topics, topics_of_services_only
from o2c.stack import StackError
from shared.chassis.envelope import decode, read_headers
from shared.contracts.invoicing import InvoicePosted

_LEAVE_STALL_SECONDS = 60.0
"""A replica that was killed stays in its group until its session ends, 10 s by default."""
_BYTES_MAX = 16 * 1024 * 1024
_RELATIONS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
"""
_RELEASE_OUTBOX = "UPDATE outbox SET transaction_id = pg_current_xact_id()"
"""The relay waits for transactions older than a row's own; ids of another server's transactions mean nothing here."""
_KEEP_NUMBERS = """
INSERT INTO reserved_number (customer_id, invoice_id, series, sequence_number)
SELECT s.customer_id, s.invoice_id, s.series, s.sequence_number
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS s (customer_id, invoice_id, series, sequence_number)
WHERE NOT EXISTS (SELECT FROM invoice i WHERE i.customer_id = s.customer_id AND i.invoice_id = s.invoice_id)
"""
_RAISE_SERIES = """
INSERT INTO invoice_series AS kept (series, last_number)
SELECT s.series, max(s.sequence_number)
FROM unnest($1::text[], $2::bigint[]) AS s (series, sequence_number)
GROUP BY s.series
ON CONFLICT (series) DO UPDATE SET last_number = greatest(kept.last_number, excluded.last_number)
"""


async def restore(
    directory: Path,
    databases: Mapping[str, str],
    bootstrap_servers: str,
    *,
    topic_prefix: str = "",
    report_progress: ReportProgress,
) -> Manifest:
    """Fills the databases and puts the services to the end of their topics.

    Everything is looked at before anything is changed. Raises StackError where files are missing or changed, a service
    runs, a database is not empty, or Kafka no longer has what the services still have to consume.
    """
    manifest = read_manifest(directory)
    report_progress(f"{directory}: taken {manifest.begun_at:%Y-%m-%d %H:%M:%S} UTC, all files as they were written")
    differing = sorted(set(manifest.services) ^ set(databases))
    if differing:
        raise StackError(f"the backup and the stack do not have the same services: {', '.join(differing)}")
    majors = {name: await _major_of_empty(name, databases[name]) for name in manifest.services}
    async with groups_of(bootstrap_servers, topic_prefix) as groups:
        standing = {name: await groups.committed(name, dump.offsets) for name, dump in manifest.services.items()}
        report_progress("waiting until no service is in its consumer group")
        await groups.wait_until_left(standing, _LEAVE_STALL_SECONDS)
        ends = await _ends(groups, manifest)
        for number, name in enumerate(manifest.services, 1):
            await _fill(directory, name, databases[name], manifest, majors[name])
            report_progress(f"{number}/{len(databases)} {name}: restored")
        if "invoicing" in databases:
            kept = await _keep_numbers(databases["invoicing"], bootstrap_servers, manifest, ends, topic_prefix)
            report_progress(f"{kept} invoice numbers given out since the backup stand")
        consumed = consumed_topics()
        for name in manifest.services:
            await groups.put_back(name, {topic: ends[topic] for topic in consumed[name] if topic in ends})
    Restored(ends=ends).write(directory)
    report_progress(f"Start the services now, then run `o2c restore {directory} --catch-up`.")
    return manifest


async def _major_of_empty(name: str, url: str) -> int:
    async with connected(name, url) as connection:
        if relations := await connection.fetchval(_RELATIONS):
            raise StackError(
                f"the database of {name} is not empty (it has {relations} tables, indexes and sequences): a restore "
                "overwrites nothing. Drop it and create it anew, or restore elsewhere"
            )
        return int(await connection.fetchval("SELECT current_setting('server_version_num')::integer / 10000"))


async def _ends(groups: Groups, manifest: Manifest) -> Offsets:
    """Where all topics end now. Raises StackError where Kafka does not have what is still to be consumed."""
    topics = set(manifest.ends)
    ends, beginnings = await groups.ends(topics), await groups.beginnings(topics)
    for topic, partitions in manifest.ends.items():
        for partition, end in partitions.items():
            here = ends.get(topic, {}).get(partition, 0)
            if here < end:
                raise StackError(
                    f"{topic}/{partition} ends at {here} in this Kafka and at {end} in the backup: events that "
                    "services have still to consume are missing. Use the Kafka the backup was taken with, or restore "
                    "its data first"
                )
    ours = topics_of_services_only()
    for name, dump in manifest.services.items():
        for topic, offsets in dump.offsets.items():
            for partition, offset in offsets.items():
                needed = topic not in ours or offset < manifest.ends.get(topic, {}).get(partition, 0)
                if needed and beginnings[topic][partition] > offset:
                    raise StackError(
                        f"Kafka keeps {topic}/{partition} from {beginnings[topic][partition]} on, but {name} has to go "
                        f"on from {offset}: the events in between have expired. Use a newer backup"
                    )
    return ends


async def _fill(directory: Path, name: str, url: str, manifest: Manifest, major: int) -> None:
    tool = find_tool("pg_restore", major)
    await run_tool(
        tool, url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        str(directory / manifest.services[name].file),
    )  # fmt: skip
    async with connected(name, url) as connection:
        await connection.execute(_RELEASE_OUTBOX)
        await connection.execute("ANALYZE")


async def _keep_numbers(url: str, servers: str, manifest: Manifest, ends: Offsets, prefix: str) -> int:
    """Invoices that were published since the backup will be posted again, under the numbers they have."""
    topic = InvoicePosted.topic
    since = {(topic, part): (offset, ends[topic][part]) for part, offset in manifest.ends.get(topic, {}).items()}
    published: dict[tuple[str, str], tuple[str, int]] = {}
    async for record in records_between(servers, since, prefix):
        event = decode(record.value, read_headers(record.headers), _BYTES_MAX)
        if isinstance(event, InvoicePosted) and event.origin == "shipment" and event.series and event.sequence_number:
            published[event.customer_id, event.invoice_id] = event.series, event.sequence_number
    if published:
        async with connected("invoicing", url) as connection, connection.transaction():
            customers, invoices = map(list, zip(*published, strict=True))
            series, numbers = map(list, zip(*published.values(), strict=True))
            await connection.execute(_KEEP_NUMBERS, customers, invoices, series, numbers)
            await connection.execute(_RAISE_SERIES, series, numbers)
    return len(published)
