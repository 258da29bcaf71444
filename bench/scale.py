"""Scale of state: a million open items of a hundred thousand customers, and what is slow or large because of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import asyncpg
import httpx

from bench import documents, scale_data
from bench.documents import COMPANY, TODAY
from bench.doing import Doing
from bench.five import Five, five_databases, five_services
from bench.plans import sequential_scans
from bench.results import BenchFailed, Line, Part
from bench.servers import Servers
from o2c.stack.idle import STALL_SECONDS
from shared.chassis.auth import issue_token
from shared.chassis.http import encode_cursor
from shared.chassis.observe.stall_watch import Stalled, wait_until
from shared.contracts.erp import PaymentReceived, RemittanceLine
from shared.kernel.aging import AgingBucket

GOAL_SECONDS: Final = 1.0
GOAL_RUN_SECONDS: Final = 600.0
_LOADED: Final = ("cash_app", "credit", "collections", "analytics")
_DAYS_AGO: Final = (0, 10, 90)
"""Days whose aging is asked for: of the second, items paid in part must be summed from their movements."""
_ASKED_TIMES: Final = 3
_PAGE: Final = 50
_POLL_SECONDS: Final = 0.1
_BUCKETS: Final = {
    AgingBucket.CURRENT: "current", AgingBucket.DAYS_1_30: "days_1_30", AgingBucket.DAYS_31_60: "days_31_60",
    AgingBucket.DAYS_61_90: "days_61_90", AgingBucket.DAYS_91_120: "days_91_120", AgingBucket.OVER_120: "over_120",
}  # fmt: skip
_RUN_DONE: Final = "SELECT finished_at IS NOT NULL FROM daily_run WHERE name = 'aging'"
_RUN_CHUNKS: Final = "SELECT chunks FROM daily_run WHERE name = 'aging'"


@dataclass(slots=True)
class _Found:
    aging_seconds: dict[int, float] = field(default_factory=dict)
    page_seconds: dict[int, float] = field(default_factory=dict)
    worklist_seconds: float = 0.0
    run_seconds: float = 0.0
    payments_per_second: float = 0.0
    queries: int = 0
    scans: dict[str, list[str]] = field(default_factory=dict)


async def scale(servers: Servers, customers: int, payments: int, doing: Doing) -> Part:
    """Loads the items, begins a day, asks and pays. Raises BenchFailed where an answer is not what it must be."""
    found = _Found()
    async with five_databases(servers, "scale") as databases:
        for service in _LOADED:
            await _load(databases[service], service, customers, found, doing)
        await servers.settle()
        doing("starting all five services", 0)
        async with five_services(servers, databases, "scale") as five:
            await _measure(five, customers, payments, found, doing)
    return _part(found, customers, five)


async def _load(url: str, service: str, customers: int, found: _Found, doing: Doing) -> None:
    """By COPY; then asks how the service's queries would be planned."""
    connection = await asyncpg.connect(url)
    try:
        await scale_data.copy_all(connection, service, customers, lambda count: doing(f"loading {service}", count))
        await connection.execute("VACUUM ANALYZE")
        count, scans = await sequential_scans(connection, service)
    finally:
        await connection.close()
    found.queries += count
    found.scans.update({f"{service}.{query}": tables for query, tables in scans.items()})


async def _measure(five: Five, customers: int, payments: int, found: _Found, doing: Doing) -> None:
    doing("the daily runs", 0)
    begun = time.perf_counter()
    await five.publish([documents.day()], "scale/day")
    await _until_run(five)
    found.run_seconds = time.perf_counter() - begun
    await five.rest()
    dunned = await five.value("collections", "SELECT count(*) FROM dunned_item")
    _expect("items dunned by the daily run", dunned, scale_data.steps_reached(customers))
    doing("asking", 0)
    async with _clients(five) as ask:
        for days_ago in _DAYS_AGO:
            found.aging_seconds[days_ago] = await _ask_aging(ask, customers, days_ago, paid=0)
            found.page_seconds[days_ago] = await _ask_customers(ask, customers, days_ago)
        found.worklist_seconds = await _ask_worklist(ask, customers)
        doing("payments", payments)
        paid = [_payment(number) for number in range(payments)]
        begun = time.perf_counter()
        await five.publish(paid, "scale/payments")
        await five.rest()
        found.payments_per_second = payments / (time.perf_counter() - begun)
        await _ask_aging(ask, customers, 0, paid=sum(int(payment.amount * 100) for payment in paid))


async def _until_run(five: Five) -> None:
    """Returns when collections' daily run is finished. Raises BenchFailed when it does no more chunks."""

    async def look() -> Mapping[str, object] | None:
        five.all_alive()
        if await five.value("collections", _RUN_DONE):
            return None
        return {"chunks": await five.value("collections", _RUN_CHUNKS)}

    try:
        await wait_until(look, stall_seconds=STALL_SECONDS, poll_seconds=_POLL_SECONDS)
    except Stalled as stalled:
        raise BenchFailed(f"collections' daily run is not finished: {stalled}") from None


class _clients:
    """Asks services over HTTP as an auditor."""

    def __init__(self, five: Five) -> None:
        token = issue_token(five.description.token_secret, "bench", ["auditor"], 1)
        self._urls = five.description.service_urls
        self._http = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60.0)

    async def __aenter__(self) -> _clients:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, service: str, path: str, **parameters: Any) -> tuple[float, Any]:
        """The longest of some times in seconds, and the answer."""
        longest, answer = 0.0, None
        for _ in range(_ASKED_TIMES):
            began = time.perf_counter()
            response = await self._http.get(f"{self._urls[service]}{path}", params=parameters)
            longest = max(longest, time.perf_counter() - began)
            if response.status_code != 200:
                raise BenchFailed(f"GET {path} of {service}: {response.status_code} {response.text[:300]}")
            answer = response.json()
        return longest, answer


async def _ask_aging(ask: _clients, customers: int, days_ago: int, *, paid: int) -> float:
    """Raises BenchFailed where a bucket is not what was loaded; `paid` cents may be missing from all together."""
    day = TODAY - timedelta(days=days_ago)
    seconds, answer = await ask.get("analytics", "/aging", as_of=day.isoformat())
    line = answer["items"][0]
    expected = scale_data.aging(customers, days_ago)
    _expect(f"the total of the aging as of {day}", _cents(line["total"]), sum(expected.values()) - paid)
    if not paid:
        for bucket, name in _BUCKETS.items():
            _expect(f"{name} of the aging as of {day}", _cents(line[name]), expected.get(bucket, 0))
    return seconds


async def _ask_customers(ask: _clients, customers: int, days_ago: int) -> float:
    """The aging by customer, from the first and from one in the middle on."""
    day = TODAY - timedelta(days=days_ago)
    expected = scale_data.aging_by_customer(customers, days_ago)
    query = {"as_of": day.isoformat(), "by": "customer", "limit": _PAGE}
    first, answer = await ask.get("analytics", "/aging", **query)
    shown = [(row["customer_id"], _cents(row["total"])) for row in answer["items"]]
    _expect(f"the first page of the aging by customer as of {day}", shown, expected[:_PAGE])
    who, cents = expected[len(expected) // 2]
    cursor = encode_cursor([who, COMPANY, "USD"])
    later, answer = await ask.get("analytics", "/aging", **query, cursor=cursor)
    shown = [(row["customer_id"], _cents(row["total"])) for row in answer["items"]]
    _expect(f"a later page of it, as of {day}", shown, expected[len(expected) // 2 + 1 :][:_PAGE])
    one, answer = await ask.get("analytics", "/aging", as_of=day.isoformat(), customer_id=who)
    _expect(f"the aging of customer {who} as of {day}", [_cents(row["total"]) for row in answer["items"]], [cents])
    return max(first, later, one)


async def _ask_worklist(ask: _clients, customers: int) -> float:
    seconds, answer = await ask.get("collections", "/worklist")
    shown = [(row["customer_id"], _cents(row["overdue_amount"])) for row in answer["items"]]
    expected = scale_data.worklist(customers)[: len(shown)]
    _expect("amounts on the worklist's first page", [cents for _, cents in shown], [cents for _, cents in expected])
    _expect("customers on the worklist's first page", {who for who, _ in shown}, {who for who, _ in expected})
    return seconds


def _payment(number: int) -> PaymentReceived:
    """For the first item of a customer, all that is open on it."""
    one = scale_data.item(number * scale_data.ITEMS_EACH)
    amount = Decimal(one.open_cents).scaleb(-2)
    document = scale_data.document_number(one)
    return PaymentReceived(
        payment_id=f"P-{number:07}",
        bank_reference=f"BANK-{number:07}",
        company_id=COMPANY,
        customer_id=documents.customer_id(one.customer),
        currency="USD",
        amount=amount,
        value_date=TODAY,
        remittance=(RemittanceLine(document_number=document, amount=amount),),
    )


def _cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise BenchFailed(f"{what}: {found} instead of {expected}")


def _part(found: _Found, customers: int, five: Five) -> Part:
    items = customers * scale_data.ITEMS_EACH
    slowest, page = max(found.aging_seconds.values()), max(found.page_seconds.values())
    days = ", ".join(f"{days} days ago {seconds:.2f}" for days, seconds in found.aging_seconds.items())
    held = f"{items:,} open items"
    lines = [
        Line("scale", f"aging of any day, {held}", f"{slowest:.2f} s", f"s over HTTP: {days}", "under 1 s",
             slowest < GOAL_SECONDS),
        Line("scale", "aging by customer, a page, or of one", f"{page:.3f} s", f"of {customers:,} customers",
             "under 1 s", page < GOAL_SECONDS),
        Line("scale", "worklist, first page", f"{found.worklist_seconds:.3f} s", f"of {customers:,} customers",
             "under 1 s", found.worklist_seconds < GOAL_SECONDS),
        Line("scale", "daily aging run of collections", f"{found.run_seconds:.1f} s",
             f"{customers / found.run_seconds:,.0f} customers/s, beside the other services' runs", "under 10 min",
             found.run_seconds < GOAL_RUN_SECONDS),
        five.memory("scale"),
        Line("scale", "queries reading a growing table whole", f"{len(found.scans)} of {found.queries}",
             _named(found.scans), "none", not found.scans),
        Line("scale", f"payments through the services, {held}", f"{found.payments_per_second:,.0f} payments/s",
             "until all five are at rest"),
    ]  # fmt: skip
    details = {
        "open_items": items,
        "customers": customers,
        "aging_seconds_by_days_ago": found.aging_seconds,
        "aging_page_seconds_by_days_ago": found.page_seconds,
        "worklist_seconds": found.worklist_seconds,
        "daily_run_seconds": found.run_seconds,
        "payments_per_second": found.payments_per_second,
        "sequential_scans": found.scans,
        "resident_megabytes_max": five.resident_megabytes,
    }
    return Part(lines, [], details)


def _named(scans: Mapping[str, list[str]]) -> str:
    return ", ".join(scans) or "each goes by an index"
