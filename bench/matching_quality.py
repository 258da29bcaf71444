"""The part `matching`: how many decisions of cash application need no person, and how many of those are right.

The real service decides over Kafka; between the rounds a clerk does over HTTP what was left to a person, knowing the
truth. What a clerk touched counts as needing a person.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import asyncpg
import httpx

from bench.direct import encoded, service_named
from bench.documents import COMPANY
from bench.doing import Doing
from bench.matching_score import APPLIED, Score, examples, score, whole_of
from bench.matching_truth import Business
from bench.results import BenchFailed, Line, Part
from bench.servers import PARTITIONS, Servers
from o2c.stack import StackError
from o2c.stack.children import Child
from o2c.stack.description import ServiceAddress, StackDescription
from o2c.stack.idle import IdleMonitor, NotIdle
from o2c.stack.local import service_environment
from o2c.stack.ports import HOST
from o2c.stack.readiness import service_probe, wait_until_ready
from shared.chassis.auth import issue_token
from shared.chassis.publish.topics import create_topics
from shared.chassis.transaction.migrate import migrate
from shared.contracts import EVENTS
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event

ROUNDS: Final = 10
_SERVICE: Final = "cash_app"
_LEFT: Final = """
SELECT payment_id, customer_id, state, unapplied_amount FROM payment
WHERE state IN ('suspense', 'unapplied') OR (state = 'on_account' AND method = 'credit_memo')
ORDER BY payment_id
"""
_EXPLAINED: Final = """\
matching: payments over customers from the simulator's books, garbled: 14 % without remittance, a quarter of the others
in words without amounts (lists, ranges, eight languages), 5 % of the lines with a slip and 12 % cut or decorated, 6 %
of the payments from unknown accounts and 2 % from none, 1 % of the accounts shared, 40 % of the names not as in the
master data and some another's, 6 % of the names in other scripts, 6 % short, some for a child too, some less a credit
memo; 5 % of the customers' references used again, 6 % of the payments reported twice; 4 % of the customers pay round
sums without a word. As shipped: the policy as it comes, and who pays for whom; round sums are applied once
the clerk has applied two of a customer's to the oldest items. As agreed: round sums to the oldest items for those who
pay them, tolerance 15.00, short payments become deductions. Right: cash and item are what the payer meant, to the
cent."""


class Asked(Protocol):
    """The service as the measurement uses it: events, idling, the rows of its database, a clerk's requests."""

    async def publish(self, events: Sequence[Event], mix: str) -> None: ...

    async def rest(self) -> None: ...

    async def rows(self, sql: str) -> list[Any]: ...

    async def ask(self, method: str, path: str, body: dict[str, Any]) -> None: ...


@dataclass(eq=False)
class RunningService:
    """The service under test, as a process of its own."""

    servers: Servers
    prefix: str
    child: Child
    idle: IdleMonitor
    http: httpx.AsyncClient
    database_url: str

    async def publish(self, events: Sequence[Event], mix: str) -> None:
        """Publishes and returns when the service has handled everything."""
        await self.servers.publish(self.prefix, encoded(events, mix))
        await self.rest()

    async def rest(self) -> None:
        try:
            await self.idle.wait()
        except NotIdle as busy:
            raise BenchFailed(self.child.describe_end() if self.child.exit_code is not None else str(busy)) from None

    async def rows(self, sql: str) -> list[Any]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def ask(self, method: str, path: str, body: dict[str, Any]) -> None:
        """A clerk's request. Raises BenchFailed where it is refused."""
        answer = await self.http.request(
            method, path, json=body, headers={"Idempotency-Key": secrets.token_hex(8)}, timeout=60.0
        )
        if answer.is_error:
            raise BenchFailed(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")


def as_shipped(business: Business) -> dict[str, Any]:
    """The shipped policy; added is only who pays for whom, which cannot be guessed."""
    return {"parents": business.parents}


def as_agreed(business: Business) -> dict[str, Any]:
    """Set up as a company would: round sums to the oldest items, without discount, for those who agreed to it; small
    differences are written off, short payments become deductions."""
    round_sums = {"rule_set": {"rules": ["round_sum"]}, "discount": {"take": "none"}}
    return {
        "standard": {"tolerance": {"amount": "15.00", "percent": "50"}, "short_payment": {"shortfall": "deduction"}},
        "groups": {"round-sums": {"customers": business.on_account, **round_sums}},
        "parents": business.parents,
    }


POLICIES: Final[dict[str, Callable[[Business], dict[str, Any]]]] = {"as shipped": as_shipped, "as agreed": as_agreed}
"""The application rules that are scored, each by itself."""


async def matching(servers: Servers, customers: int, rounds: int, seeds: Sequence[int], doing: Doing) -> Part:
    """Lives the rounds for each policy and seed, and scores them."""
    lines, details = [], {}
    for name, policy in POLICIES.items():
        for seed in seeds:
            business = Business(seed, customers)
            async with running_service(servers) as service:
                found = await live(service, business, rounds, doing, policy(business))
            lines += _lines(f"{name}, seed {seed}", found)
            details[f"{name}, seed {seed}"] = {**asdict(found), "wrong": examples(found)}
    return Part(lines, [_EXPLAINED], {"seeds": details})


async def live(service: Asked, business: Business, rounds: int, doing: Doing, policy: dict[str, Any]) -> Score:
    """Lives the rounds: invoices, payments, and a clerk who does what was left to a person."""
    with_a_person: set[str] = set()
    await service.publish(business.customers(), "customers")
    change = {"valid_from": "2026-01-01", "reason": "the bench's rules", "document": policy}
    await service.ask("PUT", "/policies/application_rules", change)
    for number in range(rounds):
        now = business.round(number)
        doing("invoices", len(business.truth.payer) - len(now.payments))
        await service.publish(
            [*now.invoices, BusinessDayStarted(company_id=COMPANY, business_date=now.day)], f"i{number}"
        )
        await service.publish(now.credits, f"c{number}")
        doing("payments", len(business.truth.payer))
        await service.publish(now.payments, f"p{number}")
        doing("the clerk", len(business.truth.payer))
        with_a_person |= await _clerk(service, business)
    return score(business.truth, await service.rows(APPLIED), with_a_person)


async def _clerk(service: Asked, business: Business) -> set[str]:
    """Assigns what is in suspense and applies what is unapplied, as it was meant; returns what was touched.

    With a payment that was left goes the credit memo that it deducts.
    """
    left = await service.rows(_LEFT)
    for row in left:
        if row["state"] == "suspense":
            body = {"customer_id": business.truth.payer[whole_of(row["payment_id"])], "reason": "the payer was asked"}
            await service.ask("POST", f"/suspense/{row['payment_id']}/assign", body)
    done = {(whole_of(row["payment_id"]), row["item_id"]) for row in await service.rows(APPLIED)}
    items = await service.rows("SELECT item_id, customer_id, open_amount FROM open_item WHERE open_amount > 0")
    open_items = {(row["customer_id"], row["item_id"]): row["open_amount"] for row in items}
    for row in await service.rows(_LEFT):
        lines: list[dict[str, str]] = []
        money = row["unapplied_amount"]
        for item_id, meant in business.truth.meant.get(whole_of(row["payment_id"]), {}).items():
            amount = min(meant, money, open_items.get((row["customer_id"], item_id), 0))
            if amount and (whole_of(row["payment_id"]), item_id) not in done:
                lines.append({"item_id": item_id, "amount": f"{amount:.2f}"})
                money -= amount
        if lines:
            await service.ask(
                "POST", f"/payments/{row['payment_id']}/apply", {"lines": lines, "reason": "the payer was asked"}
            )
            for line in lines:
                open_items[row["customer_id"], line["item_id"]] -= type(money)(line["amount"])
    await service.rest()
    return {whole_of(row["payment_id"]) for row in left if row["state"] != "on_account"}


def _lines(name: str, found: Score) -> list[Line]:
    what = f"{name}: {found.envelopes:,} payments"
    rules = ", ".join(f"{rule} {count:,}" for rule, count in sorted(found.by_rule.items(), key=lambda rule: -rule[1]))
    return [
        Line(
            "matching", f"{what}, right", f"{found.right_percent} %",
            f"{len(found.wrong)} wrong of {found.applied_by_themselves:,} lines applied: {rules}", "100 %",
            not found.wrong,
        ),
        Line(
            "matching", f"{what}, no person", f"{found.envelopes_percent} %",
            f"{found.envelopes - found.envelopes_by_themselves:,} of {found.envelopes:,} left to a person", "95 %",
            found.envelopes_percent >= 95,
        ),
        Line(
            "matching", f"{what}, no person, without round_sum", f"{found.envelopes_without_round_sum_percent} %",
            f"{found.envelopes_by_round_sum:,} applied as a clerk did before, or as agreed", "",
        ),
        Line(
            "matching", f"{what}, lines, no person", f"{found.lines_percent} %",
            f"{found.lines_by_themselves:,} of {found.lines:,}", "97 %", found.lines_percent >= 97,
        ),
    ]  # fmt: skip


@contextlib.asynccontextmanager
async def running_service(servers: Servers) -> AsyncIterator[RunningService]:
    """The service as a process of its own, with a database and topics of its own."""
    prefix = f"bench-matching-{secrets.token_hex(3)}."
    name = f"bench_matching_{secrets.token_hex(3)}"
    async with contextlib.AsyncExitStack() as ending:
        url = await servers.postgres.create_database(name)
        ending.push_async_callback(servers.postgres.drop_database, name)
        await migrate(service_named(_SERVICE), url)
        topics = {prefix + event.topic for event in EVENTS.values()}
        await create_topics(servers.kafka.bootstrap_servers, topics, partitions=PARTITIONS)
        ending.push_async_callback(servers.forget_topics, prefix)
        address = ServiceAddress(http_url=f"http://{HOST}:{servers.ports.take(_SERVICE)}", database_url=url)
        description = StackDescription(
            kafka_bootstrap_servers=servers.kafka.bootstrap_servers,
            idempotent_producer=servers.kafka.idempotent,
            broker=servers.kafka.kind,
            services={_SERVICE: address},
            token_secret=secrets.token_hex(32),
            state_dir=servers.directory,
        )
        environment = {
            **service_environment(description, _SERVICE),
            "O2C_TOPIC_PREFIX": prefix,
            "O2C_KAFKA_PARTITIONS": str(PARTITIONS),
            "O2C_LOG_LEVEL": "WARNING",
        }
        child = servers.children.start(
            _SERVICE, [sys.executable, "-m", f"services.{_SERVICE}"], environment=environment
        )
        ending.push_async_callback(servers.children.stop, child)
        idle = await ending.enter_async_context(
            IdleMonitor(description.kafka_bootstrap_servers, description.service_urls, topic_prefix=prefix)
        )
        token = issue_token(description.token_secret, "Bench", ["admin"], 24)
        http = httpx.AsyncClient(base_url=address.http_url, headers={"Authorization": f"Bearer {token}"})
        await ending.enter_async_context(http)
        await _ready(http, child)
        yield RunningService(servers, prefix, child, idle, http, url)


async def _ready(http: httpx.AsyncClient, child: Child) -> None:
    """Raises BenchFailed where the service ends or makes no progress before it is ready."""
    try:
        await wait_until_ready(child, service_probe(http, ""))
    except StackError as error:
        raise BenchFailed(str(error)) from None
