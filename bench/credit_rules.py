"""The part `credit`: authorising with twenty rules and groups on, a customer ordering 500 times, what-if, policy trial.

Orders are handled by the real handlers in this process, without Kafka, once under the shipped policy and once under
twenty rules with a fifth of the customers in groups; the floor writes the same rows by bare asyncpg.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import asyncpg
import httpx
from pydantic import SecretStr

from bench import documents
from bench.direct import apply, encoded, in_batches, service_named
from bench.documents import TODAY
from bench.doing import Doing
from bench.draining import GOAL
from bench.floor import BATCH_EVENTS, floor
from bench.results import BenchFailed, Line, Pace, Part, Spent
from bench.servers import Servers
from shared.chassis.auth import issue_token
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.chassis.transaction.migrate import migrate

GROUP: Final = 10
HOT_ORDERS: Final = 500
GOAL_TRIAL_SECONDS: Final = 60.0
GOAL_WHAT_IF_SECONDS: Final = 0.020
_ASKED_TIMES: Final = 200
_SEED: Final = 20260302
_SECRET: Final = "for the bench only, long enough for HS256"

_BOUNDS: Final = {
    "days_overdue": "900", "overdue_amount": "99999999", "overdue_percent": "99999", "limit_expired_days": "900",
    "limit_used_percent": "99999", "order_amount": "99999999", "day_amount": "999999999", "net_days": "365",
    "dunning_level": "9", "broken_promises": "9",
}  # fmt: skip
RULES: Final[dict[str, Any]] = {
    "warning_percent": "80",
    "at_limit_percent": "100",
    "authority": {"credit_manager": None},
    "tolerance": {"percent": "1", "amount": "100"},
    "rules": [
        {"name": f"{field}-{effect}", "effect": effect, "field": field, "above": most + more}
        for field, most in _BOUNDS.items()
        for effect, more in (("blocking", ""), ("excluding", "9"))
    ],
}
"""Twenty rules that are all asked, and none of which holds. The excluding ones ask for more than the blocking ones."""

_POLICY: Final = """
INSERT INTO policy_version (name, version, valid_from, document, set_by, reason)
VALUES ('credit_rules', 1, '2020-01-01', $1, 'bench', 'twenty rules')
"""
_GROUPS: Final = """
WITH numbered AS (
    SELECT customer_id, (row_number() OVER (ORDER BY customer_id) - 1) / $1 AS n
    FROM account
    WHERE right(customer_id, 1) IN ('3', '7')
),
opened AS (
    INSERT INTO credit_group SELECT 'G-' || n, 'Group', 'USD', 999999999 FROM numbered GROUP BY n RETURNING group_id
)
UPDATE account a SET group_id = 'G-' || n FROM numbered WHERE a.customer_id = numbered.customer_id
  AND EXISTS (SELECT 1 FROM opened)
"""
_MORE_ACCOUNTS: Final = """
WITH one AS (SELECT * FROM account WHERE customer_id = $2),
opened AS (
    INSERT INTO account (customer_id, customer_version, company_id, name, currency, credit_limit, profile)
    SELECT 'C-' || lpad(n::text, 5, '0'), customer_version, company_id, name, currency, credit_limit, profile
    FROM one, generate_series(1, $1 - 1) AS n
    RETURNING customer_id, company_id
)
INSERT INTO credit_file (customer_id, company_id, risk_class, review_due_on)
SELECT o.customer_id, o.company_id, f.risk_class, f.review_due_on
FROM opened o, credit_file f
"""
_AT_REST: Final = ("UPDATE daily_run SET finished_at = now()", "TRUNCATE outbox", "VACUUM ANALYZE")
"""What is asked then is not disturbed by what is left to be done and published."""
_MORE_DECISIONS: Final = """
INSERT INTO order_decision (customer_id, order_id, decision, decided_on, decided_by, reasons, exposure, credit_limit,
                            policy_version, facts)
SELECT customer_id, order_id, decision, decided_on, decided_by, reasons, exposure, credit_limit, policy_version, facts
FROM order_decision, generate_series(2, $1)
"""


@dataclass(slots=True)
class _Found:
    plain: float = 0.0
    with_rules: float = 0.0
    floor: float = 0.0
    hot_seconds: float = 0.0
    what_if_seconds: float = 0.0
    what_if_slowest: float = 0.0
    what_if_cpu_seconds: float = 0.0
    trial_decisions: int = 0
    trial_seconds: float = 0.0


async def credit_rules(servers: Servers, customers: int, orders: int, trial: int, doing: Doing) -> Part:
    """Raises BenchFailed where an answer is not what it must be."""
    found = _Found()
    name = f"bench_credit_rules_{secrets.token_hex(3)}"
    template = await servers.postgres.create_database(name)
    try:
        doing("preparing what is known beforehand", 0)
        await migrate(service_named("credit"), template)
        known = [documents.day(), documents.customer(0, credit_limit="99999999.00")]
        await apply("credit", template, encoded(known, "credit/rules/known"), BATCH_EVENTS, Spent())
        await _execute(template, _MORE_ACCOUNTS, customers, documents.customer_id(0))
        await _rest(template)
        dice = random.Random(_SEED)
        bought = [documents.order_validated(n, dice.randrange(customers), dice) for n in range(orders)]
        records = encoded(bought, "credit/rules/orders")
        async with _clone(servers, template, "plain") as url:
            doing("authorising under the shipped policy", 0)
            found.plain = (await _authorise(url, records))[0].per_second
        async with _clone(servers, template, "rules") as url:
            await _switch_on(url)
            doing("authorising with twenty rules and groups", 0)
            async with _clone_of_rules(servers, template) as floor_url:
                pace, writes = await _authorise(url, records)
                found.with_rules = pace.per_second
                doing("writing the floor", 0)
                sizes = [len(batch) for batch in in_batches(records, BATCH_EVENTS)]
                found.floor = (await asyncio.to_thread(floor, floor_url, writes, sizes)).per_second
            await _hot_customer(url, found, doing)
            await _ask(servers, url, trial, found, doing)
    finally:
        await servers.postgres.drop_database(name)
    return _part(found, customers, orders)


async def _authorise(url: str, records: Sequence[Any]) -> tuple[Pace, list[Any]]:
    spent = Spent()
    written = await apply("credit", url, records, BATCH_EVENTS, spent)
    seconds = spent.decode + spent.domain + spent.sql + spent.commit
    approved = await _value(url, "SELECT count(*) FROM open_order WHERE decision = 'approved'")
    if approved != len(records):
        raise BenchFailed(f"{approved:,} of {len(records):,} orders were approved; every one has to be")
    return Pace(len(records) - BATCH_EVENTS, seconds), written


async def _hot_customer(url: str, found: _Found, doing: Doing) -> None:
    doing("one customer ordering 500 times in a batch", 0)
    dice = random.Random(_SEED)
    orders = [documents.order_validated(10_000_000 + n, 7, dice) for n in range(HOT_ORDERS)]
    began = time.perf_counter()
    await apply("credit", url, encoded(orders, "credit/rules/hot"), HOT_ORDERS, Spent())
    found.hot_seconds = time.perf_counter() - began


async def _ask(servers: Servers, url: str, trial: int, found: _Found, doing: Doing) -> None:
    """What-if and trial over HTTP, as a person asks."""
    prefix = f"bench-credit-rules-{secrets.token_hex(3)}."
    decisions = await _value(url, "SELECT count(*) FROM order_decision")
    await _execute(url, _MORE_DECISIONS, max(2, trial // decisions))
    await _rest(url)
    found.trial_decisions = await _value(url, "SELECT count(*) FROM order_decision")
    service = service_named("credit")
    settings = service.settings(
        database_url=url,
        token_secret=SecretStr(_SECRET),
        kafka_bootstrap_servers=servers.kafka.bootstrap_servers,
        topic_prefix=prefix,
    )
    running = ServiceRuntime(service, settings)
    await running.start()
    try:
        headers = {"Authorization": f"Bearer {issue_token(_SECRET, 'Bench', ['credit_manager'], 1)}"}
        transport = httpx.ASGITransport(app=running.app())
        async with httpx.AsyncClient(
            transport=transport, base_url="http://credit", headers=headers, timeout=600
        ) as web:
            doing("asking what if", 0)
            cpu = time.process_time()
            took = [await _seconds(web.get(f"/accounts/{documents.customer_id(n)}/what-if?amount=40000"))
                    for n in range(_ASKED_TIMES)]  # fmt: skip
            found.what_if_cpu_seconds = (time.process_time() - cpu) / _ASKED_TIMES
            found.what_if_seconds, found.what_if_slowest = statistics.median(took), max(took)
            doing("trying another policy", 0)
            body = {"version": 0, "first_day": str(TODAY), "last_day": str(TODAY)}
            found.trial_seconds = await _seconds(web.post("/policy-trials", json=body))
    finally:
        await running.stop()
        await servers.forget_topics(prefix)


async def _seconds(asked: Any) -> float:
    began = time.perf_counter()
    answer = await asked
    if answer.status_code != 200:
        raise BenchFailed(f"credit answered {answer.status_code}: {answer.text[:300]}")
    return time.perf_counter() - began


async def _switch_on(url: str) -> None:
    await _execute(url, _POLICY, json.dumps(RULES))
    await _execute(url, _GROUPS, GROUP)


async def _rest(url: str) -> None:
    for statement in _AT_REST:
        await _execute(url, statement)


async def _value(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def _execute(url: str, sql: str, *arguments: Any) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql, *arguments)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _clone(servers: Servers, template: str, suffix: str) -> AsyncIterator[str]:
    url = await servers.clone(template, suffix)
    try:
        yield url
    finally:
        await servers.drop(url)


@contextlib.asynccontextmanager
async def _clone_of_rules(servers: Servers, template: str) -> AsyncIterator[str]:
    async with _clone(servers, template, "floor") as url:
        await _switch_on(url)
        yield url


def _part(found: _Found, customers: int, orders: int) -> Part:
    ratio = found.with_rules / found.floor
    trial = found.trial_seconds * 1_000_000 / found.trial_decisions
    lines = [
        Line(
            "credit", "authorising, 20 rules and groups on", f"{ratio:.2f} of the floor",
            f"{found.with_rules:,.0f} orders/s; {found.plain:,.0f} under the shipped policy; floor {found.floor:,.0f}",
            f"at least {GOAL}", ratio >= GOAL,
        ),
        Line(
            "credit", f"one customer, {HOT_ORDERS} orders in a batch", f"{found.hot_seconds:.2f} s",
            f"in one go, {HOT_ORDERS / found.hot_seconds:,.0f} orders/s",
        ),
        Line(
            "credit", "what if", f"{found.what_if_seconds * 1000:.1f} ms",
            f"median of {_ASKED_TIMES}; slowest {found.what_if_slowest * 1000:.1f} ms; "
            f"{found.what_if_cpu_seconds * 1000:.1f} ms of Python, who asks included",
            f"under {GOAL_WHAT_IF_SECONDS * 1000:.0f} ms", found.what_if_seconds < GOAL_WHAT_IF_SECONDS,
        ),
        Line(
            "credit", "policy trial, for a million orders", f"{trial:.0f} s",
            f"{found.trial_decisions:,} decisions in {found.trial_seconds:.1f} s",
            f"under {GOAL_TRIAL_SECONDS:.0f} s", trial < GOAL_TRIAL_SECONDS,
        ),
    ]  # fmt: skip
    notes = [f"credit: {orders:,} orders of {customers:,} customers, a fifth in groups of {GROUP}, without Kafka."]
    return Part(lines, notes, asdict(found))
