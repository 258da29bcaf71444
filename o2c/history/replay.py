"""`o2c replay`: a company's past through the five services, in the order in which it happened.

Two weeks at a time: what was posted and settled in them comes first, then their days begin one after the other.
Every amount carries its own business date, so aging, period figures and journals are those of the days
themselves. Only dunning is coarser: an item that was settled within the two weeks is not dunned for an earlier
day in them. A repeat with the same file changes nothing: its events have the same ids.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid5

import asyncpg
from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from o2c.books.check import check_books
from o2c.history.csv_file import HistoryRefused, read_history
from o2c.history.past import History
from o2c.stack.idle import IdleMonitor
from shared.chassis.envelope import O2C_NAMESPACE, encode
from shared.chassis.observe.stall_watch import Stalled, wait_until
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event, EventContext
from shared.kernel.money import amount_text

if TYPE_CHECKING:
    from o2c.stack.description import StackDescription

Publish = Callable[[list[Event]], Awaitable[None]]
WaitForIdle = Callable[[], Awaitable[None]]

DAYS_AT_ONCE: Final = 14
_LEDGER_STALL_SECONDS: Final = 15.0
"""A ledger that answers none of the waiting batches for this long is not there."""
_LEDGER_POLL_SECONDS: Final = 0.2
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was published of a company's past."""

    customers: int
    invoices: int
    payments: int
    first_day: date
    last_day: date
    invoiced: dict[str, Decimal]
    """By currency."""
    settled: dict[str, Decimal]


async def replay(stack: StackDescription, file: Path, console: Console) -> int:
    """Replays the file on a running stack, prints the totals and the check of the books.

    0 when the books agree afterwards, 1 when they do not or the file was refused.
    """
    try:
        history = read_history(file)
    except HistoryRefused as refusal:
        console.print(str(refusal), style="red", markup=False)
        return 1
    started = time.monotonic()
    urls = {name: service.http_url for name, service in stack.services.items()}
    databases = {name: service.database_url for name, service in stack.services.items()}
    async with (
        _Publisher(stack.kafka_bootstrap_servers, stack.idempotent_producer) as publisher,
        IdleMonitor(stack.kafka_bootstrap_servers, urls) as idle,
    ):
        with _progress(console) as progress:
            task = progress.add_task(f"Replaying {file.name}", total=None)
            replayed = await play(
                history,
                publisher.publish,
                idle.wait,
                lambda done, days: progress.update(task, completed=done, total=days),
            )
        await _wait_for_the_ledger([databases["invoicing"], databases["cash_app"]])
        await idle.wait()
    _print_totals(console, replayed, time.monotonic() - started)
    report = await check_books(databases, stack.kafka_bootstrap_servers)
    report.print(console)
    return 0 if report.agree else 1


async def play(
    history: History,
    publish: Publish,
    wait_for_idle: WaitForIdle,
    progress: Callable[[int, int], object] = lambda done, days: None,
) -> Replayed:
    """Publishes the history and waits for idle between the phases; `progress` gets days done and days in all."""
    invoices, payments = history.invoices_by_day(), history.payments_by_day()
    first, last = history.first_day, history.last_day
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    customers = history.customers()
    await publish(list(customers))
    await wait_for_idle()
    await publish([BusinessDayStarted(company_id=history.company_id, business_date=first)])
    await wait_for_idle()
    for start in range(0, len(days), DAYS_AT_ONCE):
        stretch = days[start : start + DAYS_AT_ONCE]
        posted: list[Event] = [invoice for day in stretch for invoice in invoices.get(day, ())]
        settled: list[Event] = [payment for day in stretch for payment in payments.get(day, ())]
        if posted or settled:
            await publish(posted + settled)
            await wait_for_idle()
        await publish(
            [BusinessDayStarted(company_id=history.company_id, business_date=day + _ONE_DAY) for day in stretch]
        )
        await wait_for_idle()
        progress(start + len(stretch), len(days))
    return Replayed(
        customers=len(customers),
        invoices=len(history.past),
        payments=sum(map(len, payments.values())),
        first_day=first,
        last_day=last,
        invoiced=_totals((past.invoice.currency, past.invoice.amount) for past in history.past),
        settled=_totals((payment.currency, payment.amount) for day in payments.values() for payment in day),
    )


def identified(event: Event) -> Event:
    """The event with an id that follows from its content, so that a repeat of the replay repeats the ids."""
    identity = uuid5(O2C_NAMESPACE, f"history/{event.type_name()}/{event.model_dump_json()}")
    return event.with_context(
        EventContext(id=identity, source=event.published_by[0], time=datetime.now(UTC), correlation_id=identity)
    )


class _Publisher:
    """Publishes in order per key. Use as an asynchronous context manager."""

    def __init__(self, bootstrap_servers: str, idempotent: bool) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            client_id="o2c-replay",
            enable_idempotence=idempotent,
            acks="all",
            linger_ms=5,
            max_batch_size=256 * 1024,
            request_timeout_ms=120_000,  # a broker that restarts is back by then
        )

    async def __aenter__(self) -> _Publisher:
        await self._producer.start()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._producer.stop()

    async def publish(self, events: list[Event]) -> None:
        """Returns when the broker has acknowledged all of them."""
        acknowledgements = []
        for event in map(identified, events):
            record = encode(event, event.context)
            acknowledgements.append(
                await self._producer.send(record.topic, record.value, key=record.key, headers=record.headers)
            )
        await asyncio.gather(*acknowledgements)


async def _wait_for_the_ledger(databases: list[str]) -> None:
    """Returns when GL_CORE has answered every batch, or answers no more: a stack may run without a general ledger."""
    for url in databases:
        connection = await asyncpg.connect(url, timeout=10.0)

        async def look(connection: Any = connection) -> Mapping[str, object] | None:
            waiting = await connection.fetchval("SELECT count(*) FROM journal_batch WHERE state = 'submitted'")
            return {"batches": waiting} if waiting else None

        try:
            with contextlib.suppress(Stalled):
                await wait_until(look, stall_seconds=_LEDGER_STALL_SECONDS, poll_seconds=_LEDGER_POLL_SECONDS)
        finally:
            await connection.close()


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip


def _totals(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for currency, amount in amounts:
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    return totals


def _print_totals(console: Console, replayed: Replayed, seconds: float) -> None:
    console.print(
        f"{replayed.invoices:,} invoices of {replayed.customers:,} customers and {replayed.payments:,} payments "
        f"from {replayed.first_day} to {replayed.last_day}, in {seconds:.0f} s:"
    )
    for currency, amount in sorted(replayed.invoiced.items()):
        settled = replayed.settled.get(currency, Decimal(0))
        invoiced, paid, still_open = (amount_text(one, currency) for one in (amount, settled, amount - settled))
        console.print(f"  invoiced {invoiced} {currency}, settled {paid}, still open {still_open}")
