"""One way of serving HTTP: who is let in, commands answered once, problems in words, pages, policies, audit."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from structlog.testing import capture_logs

from shared.chassis.auth import issue_token
from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.declare.service import Service
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.http import (
    Command,
    Conflict,
    Cursor,
    Limit,
    Page,
    Person,
    ReadSession,
    command_for_roles,
    decode_cursor,
    read_session,
    require_roles,
)
from shared.chassis.http.middleware import needs_no_token
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.credit import CreditLimitSet
from tests.kit import World
from tests.kit.events.sample import DAY, day, validated
from tests.kit.stack.world import SECRET, SERVICES

MIGRATION = """-- Counts by name.
-- depends:

-- migrate: apply
CREATE TABLE tally (name text PRIMARY KEY, count integer NOT NULL);
-- migrate: rollback
DROP TABLE tally;
"""
SQL = """-- name: add_to_tally
-- Adds to a count.
INSERT INTO tally (name, count) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET count = tally.count + excluded.count
RETURNING count;

-- name: list_tallies
-- A page of counts.
SELECT name, count FROM tally WHERE ($1::text IS NULL OR name > $1) ORDER BY name LIMIT $2;

-- name: sleep
-- Takes its time.
SELECT pg_sleep($1);

-- name: one_tally
-- A count by number.
SELECT name FROM tally WHERE count = $1::integer;
"""


class Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    warning_percent: Annotated[int, Field(ge=1, le=100)]


class Tally(BaseModel):
    name: str
    count: int


class Addition(BaseModel):
    by: Annotated[int, Field(gt=0)]
    seconds: float = 0
    fail: bool = False
    deadlocks: int = 0


router = APIRouter()
deadlocks_met: Counter[str] = Counter()


@router.post("/tallies/{name}", status_code=201)
async def add(name: str, body: Addition, command: Annotated[Command, command_for_roles("credit_manager")]) -> Tally:
    """Adds to a count."""

    async def work(uow: UnitOfWork) -> Tally:
        (row,) = await uow.fetch("add_to_tally", name, body.by)
        uow.audit(
            command, action="add", subject=name, before=None, after={"count": row["count"], "at": Decimal("1.50")}
        )
        uow.emit(limit_set(name), cause=command)
        await asyncio.sleep(body.seconds)
        if deadlocks_met[name] < body.deadlocks:
            deadlocks_met[name] += 1
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        if body.fail:
            raise Conflict(f"{name} is not to be counted")
        return Tally(name=name, count=row["count"])

    return await command.run(work, body)


def limit_set(customer_id: str) -> CreditLimitSet:
    return CreditLimitSet(
        customer_id=customer_id, limit_version=1, currency="USD", credit_limit=Decimal(1), previous_limit=Decimal(0),
        valid_from=DAY, set_by="Pat", reason="",
    )  # fmt: skip


@router.get("/tallies")
async def tallies(
    person: Annotated[Person, require_roles("credit_analyst")],
    db: Annotated[ReadSession, read_session()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Tally]:
    """Counts by name."""
    rows = await db.fetch("list_tallies", *decode_cursor(cursor, 1), limit + 1)
    return Page[Tally].of(rows, limit, lambda row: Tally(**dict(row)), lambda row: [row["name"]])


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is 12345")


@router.get("/slow")
async def slow(db: Annotated[ReadSession, read_session()]) -> None:
    await db.fetch("sleep", 30)


@router.get("/writes")
async def writes(db: Annotated[ReadSession, read_session()]) -> None:
    await db.fetch("add_to_tally", "by reading", 1)


@router.get("/by-count")
async def by_count(count: int, db: Annotated[ReadSession, read_session()]) -> int:
    return len(await db.fetch("one_tally", count))


@pytest.fixture(scope="module")
async def world(kafka: Any, postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    root: Path = tmp_path_factory.mktemp("tallies")
    for name, content in (("sql/tally.sql", SQL), ("migrations/0001_tally.sql", MIGRATION), ("rules.json", "{}")):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content)
    (root / "rules.json").write_text('{"warning_percent": 80}')
    service = Service(
        name="credit",
        title="Counts",
        root=root,
        handlers=HandlerTable("credit", []),
        work=UnitOfWork,
        router=router,
        policies=(PolicyKind("credit_rules", Rules, root / "rules.json", changed_by=("credit_manager",)),),
    )
    async with World(kafka, postgres, services=[service], http_statement_seconds_max=0.4) as world:
        await world.publish(day())
        await world.settle()
        yield world


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def assert_problem(response: httpx.Response, status: int, *parts: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["correlation_id"] == response.headers["X-Correlation-Id"]
    for part in parts:
        assert part in problem["detail"]
    return problem


# Who is let in


async def test_without_a_valid_token_nothing_is_answered_and_the_problem_states_what_to_send(world: World) -> None:
    async with world.http("credit") as anonymous:
        for path in ("/tallies", "/broken", "/no-such-route", "/openapi.json/x", "/docsx"):
            response = await anonymous.get(path)
            assert_problem(response, 401, "Authorization: Bearer")
            assert response.headers["WWW-Authenticate"].startswith('Bearer realm="credit"')
        malformed = await anonymous.post(
            "/tallies/a", content=b"{not json", headers={"content-type": "application/json"}
        )
        assert_problem(malformed, 401)
        forged = issue_token("another secret, also long enough for HS256", "Mallory", ["admin"], 1)
        assert_problem(await anonymous.get("/tallies", headers={"Authorization": f"Bearer {forged}"}), 401)
        assert_problem(await anonymous.get("/tallies", headers={"Authorization": "Basic QTpC"}), 401)


async def test_probes_and_metrics_need_no_token(world: World) -> None:
    async with world.http("credit") as anonymous:
        assert (await anonymous.get("/health/live")).status_code == 200
        ready = await anonymous.get("/health/ready")
        assert (ready.status_code, ready.json()["ok"]) == (200, True), ready.text
        assert (await anonymous.get("/health/idle")).json()["idle"] is True


async def test_a_service_that_cannot_work_is_not_ready_and_gives_the_reason() -> None:
    service: Service = importlib.import_module("tests.kit.stack.approve_all").service
    settings = ServiceSettings(database_url="postgresql://nowhere/none", token_secret=SecretStr(SECRET))
    transport = httpx.ASGITransport(app=ServiceRuntime(service, settings).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as anonymous:
        response = await anonymous.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["ok"] is False
    assert "cannot be reached" in response.json()["checks"]["database"]


async def test_a_role_that_may_not_is_answered_with_those_that_may(world: World) -> None:
    async with world.http("credit", "collector", person="Col") as collector:
        assert_problem(await collector.get("/tallies"), 403, "credit_analyst", "Col has collector")
        assert_problem(await collector.post("/tallies/a", json={"by": 1}, headers=key()), 403, "credit_manager")


async def test_the_auditor_reads_everything_and_changes_nothing_and_admin_does_both(world: World) -> None:
    async with world.http("credit", "auditor") as auditor:
        assert (await auditor.get("/tallies")).status_code == 200
        assert_problem(await auditor.post("/tallies/a", json={"by": 1}, headers=key()), 403)
    async with world.http("credit", "admin") as admin:
        assert (await admin.get("/tallies")).status_code == 200
        assert (await admin.post("/tallies/by-admin", json={"by": 1}, headers=key())).status_code == 201


@pytest.mark.parametrize("name", SERVICES)
async def test_every_route_of_every_service_needs_a_token_and_names_its_roles(name: str) -> None:
    service: Service = importlib.import_module(f"services.{name}.app").service
    settings = service.settings(database_url="postgresql://nowhere/none", token_secret=SecretStr(SECRET))
    app = ServiceRuntime(service, settings).app()
    transport = httpx.ASGITransport(app=app)
    operations = [
        (method.upper(), path, operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 10
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as anonymous:
        for method, path, operation in operations:
            if needs_no_token(path):
                continue
            response = await anonymous.request(method, path.replace("{", "").replace("}", ""))
            assert response.status_code == 401, f"{method} {path}"
            assert operation.get("security"), (
                f"{method} {path} asks for no role: use require_roles() or command_for_roles()"
            )
            assert operation.get("summary"), f"{method} {path} needs a docstring"


# Commands


async def test_a_repeated_command_is_done_once_and_gets_the_same_answer(world: World) -> None:
    async with world.http("credit", "credit_manager") as manager:
        headers = key()
        first = await manager.post("/tallies/repeated", json={"by": 2}, headers=headers)
        second = await manager.post("/tallies/repeated", json={"by": 2}, headers=headers)

    assert (first.status_code, first.json()) == (201, {"name": "repeated", "count": 2})
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    await world.settle()
    assert [e.customer_id for e in world.published(CreditLimitSet)].count("repeated") == 1


async def test_repeats_at_the_same_time_wait_for_the_first(world: World) -> None:
    async with world.http("credit", "credit_manager") as manager:
        headers, body = key(), {"by": 1, "seconds": 0.2}
        answers = await asyncio.gather(
            *(manager.post("/tallies/at-once", json=body, headers=headers) for _ in range(4))
        )

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sorted(answer.headers.get("Idempotency-Replayed", "") for answer in answers) == ["", "true", "true", "true"]
    assert await world.rows("credit", "SELECT count FROM tally WHERE name = 'at-once'") == [(1,)]


async def test_a_key_belongs_to_one_body_person_and_path(world: World) -> None:
    headers = key()
    async with world.http("credit", "credit_manager", person="Mia") as mia:
        assert (await mia.post("/tallies/mine", json={"by": 1}, headers=headers)).status_code == 201
        assert_problem(await mia.post("/tallies/mine", json={"by": 2}, headers=headers), 422, "another body")
        assert (await mia.post("/tallies/other", json={"by": 2}, headers=headers)).json()["count"] == 2
    async with world.http("credit", "credit_manager", person="Max") as max_:
        assert (await max_.post("/tallies/mine", json={"by": 5}, headers=headers)).json()["count"] == 6


async def test_a_failed_command_leaves_nothing_and_its_key_free(world: World) -> None:
    async with world.http("credit", "credit_manager") as manager:
        headers = key()
        failed = await manager.post("/tallies/failed", json={"by": 1, "fail": True}, headers=headers)
        assert_problem(failed, 409, "not to be counted")
        assert await world.rows("credit", "SELECT 1 FROM tally WHERE name = 'failed'") == []
        assert await world.rows("credit", "SELECT 1 FROM audit_entry WHERE subject = 'failed'") == []
        assert (await manager.post("/tallies/failed", json={"by": 1}, headers=headers)).status_code == 201


async def test_a_command_that_met_a_deadlock_is_tried_again_a_few_times(world: World) -> None:
    async with world.http("credit", "credit_manager") as manager:
        lucky = await manager.post("/tallies/lucky", json={"by": 1, "deadlocks": 2}, headers=key())
        unlucky = await manager.post("/tallies/unlucky", json={"by": 1, "deadlocks": 9}, headers=key())

    assert (lucky.status_code, lucky.json()["count"]) == (201, 1)
    assert_problem(unlucky, 503, "try again")
    assert await world.rows("credit", "SELECT count(*) FROM audit_entry WHERE subject = 'lucky'") == [(1,)]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 201}])
async def test_a_command_without_a_key_is_refused(world: World, headers: dict[str, str]) -> None:
    async with world.http("credit", "credit_manager") as manager:
        assert_problem(
            await manager.post("/tallies/keyless", json={"by": 1}, headers=headers), 400, "Idempotency-Key is missing"
        )


async def test_what_a_command_causes_carries_its_ids(world: World) -> None:
    correlation = str(uuid.uuid4())
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with world.http("credit", "credit_manager") as manager:
        headers = {**key(), "X-Correlation-Id": correlation, "traceparent": trace}
        response = await manager.post("/tallies/traced", json={"by": 1}, headers=headers)
        assert response.headers["X-Correlation-Id"] == correlation
    await world.settle()

    (event,) = [e for e in world.published(CreditLimitSet) if e.customer_id == "traced"]
    ((command_id,),) = await world.rows("credit", "SELECT command_id FROM audit_entry WHERE subject = 'traced'")
    assert str(event.context.correlation_id) == correlation
    assert event.context.causation_id == command_id
    assert event.context.traceparent is not None
    assert event.context.traceparent.split("-")[1] == trace.split("-")[1]


# Problems


async def test_wrong_fields_are_listed_with_their_values(world: World) -> None:
    async with world.http("credit", "credit_manager") as manager:
        response = await manager.post("/tallies/a", json={"by": -3, "seconds": "long"}, headers=key())
    problem = assert_problem(response, 422, "body.by")
    assert {(e["field"], e["value"]) for e in problem["errors"]} == {("body.by", "-3"), ("body.seconds", "long")}


async def test_broken_json_and_wrong_routes_methods_and_headers_are_problems(world: World) -> None:
    async with world.http("credit", "admin") as admin:
        json_header = {"content-type": "application/json"}
        assert_problem(await admin.post("/tallies/a", content=b"{no", headers={**key(), **json_header}), 422)
        assert_problem(await admin.get("/no/such"), 404, "/no/such", "/openapi.json")
        assert_problem(await admin.delete("/tallies"), 405, "DELETE")
        refused = await admin.get("/tallies", headers={"X-Correlation-Id": "not-a-uuid"})
        assert refused.status_code == 400
        assert "not a UUID" in refused.json()["detail"]


async def test_an_unexpected_failure_shows_nothing_of_the_inside(world: World) -> None:
    with capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        async with world.http("credit", "admin") as admin:
            response = await admin.get("/broken")
    problem = assert_problem(response, 500, "find the reason in its log")
    (logged,) = [log for log in logs if log["event"] == "a request failed"]
    assert logged["correlation_id"] == problem["correlation_id"]
    assert (logged["path"], logged["person"]) == ("/broken", "Pat")
    assert "12345" not in response.text
    assert "RuntimeError" not in response.text


async def test_a_body_above_the_limit_is_refused_declared_or_streamed(world: World) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 50_000

    async with world.http("credit", "admin") as admin:
        headers = {**key(), "content-type": "application/json"}
        assert_problem(await admin.post("/tallies/a", content=b"x" * 1_500_000, headers=headers), 413, "1,000,000")
        assert_problem(await admin.post("/tallies/a", content=chunks(), headers=headers), 413, "1,000,000")


async def test_a_reading_cannot_write_nor_take_for_ever(world: World) -> None:
    async with world.http("credit", "admin") as admin:
        with capture_logs() as logs:
            assert_problem(await admin.get("/writes"), 500)
        assert "a request failed" in [log["event"] for log in logs]
        slow = await admin.get("/slow")
        assert_problem(slow, 503, "try again")
        assert slow.headers["Retry-After"]
    assert await world.rows("credit", "SELECT 1 FROM tally WHERE name = 'by reading'") == []


async def test_values_no_database_takes_are_the_requests_fault(world: World) -> None:
    async with world.http("credit", "admin") as admin:
        assert_problem(await admin.get("/by-count", params={"count": 2**70}), 422, "does not fit")
        assert_problem(await admin.post("/tallies/a%00b", json={"by": 1}, headers=key()), 422, "NUL")


# Pages, metrics, specification


async def test_a_list_is_read_page_by_page(world: World) -> None:
    async with world.http("credit", "admin") as admin:
        for name in ("page-1", "page-2", "page-3"):
            await admin.post(f"/tallies/{name}", json={"by": 1}, headers=key())
        names, cursor = [], None
        while True:
            params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await admin.get("/tallies", params=params)).json()
            assert len(page["items"]) <= 2
            names += [item["name"] for item in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert names == [name for (name,) in await world.rows("credit", "SELECT name FROM tally ORDER BY name")]
        assert_problem(await admin.get("/tallies", params={"cursor": "broken"}), 400, "cursor 'broken'")
        assert_problem(await admin.get("/tallies", params={"limit": 201}), 422, "query.limit")


async def test_requests_are_counted_by_route_and_not_by_what_callers_invent(world: World) -> None:
    async with world.http("credit", "admin") as admin:
        await admin.post("/tallies/counted", json={"by": 1}, headers=key())
        await admin.get("/invented/by/me")
        metrics = (await admin.get("/metrics")).text

    assert 'o2c_http_requests_total{method="POST",route="/tallies/{name}",status="201"}' in metrics
    assert 'o2c_http_requests_total{method="GET",route="unmatched",status="404"}' in metrics
    assert "/invented" not in metrics
    assert "/tallies/counted" not in metrics


async def test_the_reference_page_is_open_to_all_and_served_from_files_of_its_own(world: World) -> None:
    """Given no token, then the page, what it loads and the document it shows are all served by the service itself."""
    async with world.http("credit") as anyone:
        page = await anyone.get("/docs")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        answers = [await anyone.get(f"/{path}") for path in loaded]
        start = await anyone.get("/docs/start.js")
        document = await anyone.get("/openapi.json")

    assert page.status_code == 200 and "API reference" in page.text
    assert len(loaded) == 4 and [answer.status_code for answer in answers] == [200] * 4
    assert "://" not in page.text + start.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert document.json()["paths"]


async def test_the_specification_shows_roles_problems_and_summaries(world: World) -> None:
    async with world.http("credit", "collector") as collector:
        document = (await collector.get("/openapi.json")).json()

    operation = document["paths"]["/tallies/{name}"]["post"]
    assert operation["summary"] == "Adds to a count."
    assert operation["tags"] == ["credit"]
    assert list(operation["responses"]["4XX"]["content"]) == ["application/problem+json"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
    assert document["paths"]["/policies/credit_rules"]["put"]["tags"] == ["policies"]


# Policies and audit


async def test_a_person_with_the_role_sets_a_policy_and_the_audit_keeps_both_sides(world: World) -> None:
    later = DAY + timedelta(days=10)
    change = {"valid_from": str(later), "reason": "losses in March", "document": {"warning_percent": 70}}
    async with world.http("credit", "credit_manager", person="Mia") as mia:
        response = await mia.put("/policies/credit_rules", json=change, headers=key())
        assert (response.status_code, response.json()["version"]) == (200, 1), response.text
        change["document"] = {"warning_percent": 75}
        assert (await mia.put("/policies/credit_rules", json=change, headers=key())).json()["version"] == 2
        history = (await mia.get("/policies/credit_rules")).json()
        (listed,) = (await mia.get("/policies")).json()

    assert history["in_force"]["version"] == listed["in_force"]["version"] == 0
    assert [(v["version"], v["document"]["warning_percent"]) for v in history["versions"]] == [
        (2, 75),
        (1, 70),
        (0, 80),
    ]
    async with world.http("credit", "controller") as controller:
        newest = (await controller.get("/audit", params={"subject": "credit_rules"})).json()["items"][0]
    assert (newest["person"], newest["roles"], newest["action"]) == ("Mia", ["credit_manager"], "set_policy")
    assert (newest["before"]["version"], newest["after"]["version"]) == (1, 2)
    assert newest["after"]["reason"] == "losses in March"


async def test_a_policy_that_cannot_be_is_refused(world: World) -> None:
    good = {"valid_from": str(DAY), "reason": "because", "document": {"warning_percent": 70}}
    async with world.http("credit", "credit_manager") as manager:

        async def put(name: str = "credit_rules", **changes: Any) -> httpx.Response:
            return await manager.put(f"/policies/{name}", json={**good, **changes}, headers=key())

        assert_problem(await put(valid_from=str(DAY - timedelta(days=1))), 422, "has passed", str(DAY))
        problem = assert_problem(await put(document={"warning_percent": 900}), 422)
        assert problem["errors"][0]["field"] == "body.document.warning_percent"
        assert_problem(await put(document={"warning_percent": 70, "typo": 1}), 422, "typo")
        assert_problem(await put(reason=""), 422, "reason")
        assert_problem(await manager.get("/policies/unknown"), 404, "there is credit_rules")
    async with world.http("credit", "credit_analyst") as analyst:
        assert_problem(await analyst.put("/policies/credit_rules", json=good, headers=key()), 403, "credit_manager")


async def test_two_people_setting_a_policy_at_once_get_versions_of_their_own(world: World) -> None:
    change = {"valid_from": str(date(2027, 1, 1)), "reason": "at once", "document": {"warning_percent": 60}}
    async with world.http("credit", "credit_manager") as manager:
        answers = await asyncio.gather(
            *(manager.put("/policies/credit_rules", json=change, headers=key()) for _ in range(4))
        )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["version"] for answer in answers}) == 4


async def test_of_two_people_who_changed_the_same_version_the_second_is_refused(world: World) -> None:
    change = {"valid_from": str(date(2027, 2, 1)), "reason": "at once", "document": {"warning_percent": 65}}
    async with world.http("credit", "credit_manager", person="Ida") as ida:
        newest = (await ida.get("/policies/credit_rules")).json()["versions"][0]["version"]
        change["based_on"] = newest
        first = await ida.put("/policies/credit_rules", json=change, headers=key())
        second = await ida.put("/policies/credit_rules", json=change, headers=key())
    assert first.status_code == 200
    assert_problem(second, 409, f"at version {newest + 1}, set by Ida", f"made from version {newest}")


async def test_the_audit_is_read_by_controllers_with_filters_and_pages(world: World) -> None:
    async with world.http("credit", "credit_manager", person="Zoe") as zoe:
        for by in (1, 2, 3):
            await zoe.post("/tallies/audited", json={"by": by}, headers=key())
        assert_problem(await zoe.get("/audit"), 403, "controller")
    async with world.http("credit", "controller") as controller:
        filters: dict[str, Any] = {"subject": "audited", "person": "Zoe", "action": "add", "limit": 2}
        first = (await controller.get("/audit", params=filters)).json()
        second = (await controller.get("/audit", params={**filters, "cursor": first["next_cursor"]})).json()
        future = (await controller.get("/audit", params={**filters, "from_date": "2099-01-01"})).json()

    assert [e["after"]["count"] for e in [*first["items"], *second["items"]]] == [6, 3, 1]
    assert first["items"][0]["after"]["at"] == "1.50"
    assert second["next_cursor"] is None
    assert future["items"] == []


# Dead letters


async def test_a_dead_letter_is_listed_shown_and_replayed_once(world: World) -> None:
    event_id = uuid.uuid4()
    order = validated("O-lost")
    await insert_dead_letter(world, event_id, order.model_dump_json().encode())
    async with world.http("credit", "admin", person="Root") as admin:
        (listed,) = (await admin.get("/dead-letters", params={"topic": "OrderValidated"})).json()["items"]
        shown = (await admin.get(f"/dead-letters/{event_id}")).json()
        assert (listed["event_id"], listed["reason"]) == (str(event_id), "the customer is not known")
        assert json.loads(shown["body"])["order_id"] == "O-lost"
        assert shown["headers"]["ce_type"] == "OrderValidated.v1"

        headers = key()
        replayed = await admin.post(f"/dead-letters/{event_id}/replay", headers=headers)
        repeated = await admin.post(f"/dead-letters/{event_id}/replay", headers=headers)
        again = await admin.post(f"/dead-letters/{event_id}/replay", headers=key())

        assert replayed.json() == {"event_id": str(event_id), "status": "applied"}, replayed.text
        assert repeated.content == replayed.content
        assert again.json()["status"] == "already_applied"
        assert (await admin.get("/dead-letters", params={"topic": "OrderValidated"})).json()["items"] == []
        assert_problem(await admin.get(f"/dead-letters/{uuid.uuid4()}"), 404, "GET /dead-letters")
        assert_problem(await admin.post(f"/dead-letters/{uuid.uuid4()}/replay", headers=key()), 404)
    async with world.http("credit", "controller") as controller:
        assert_problem(await controller.post(f"/dead-letters/{event_id}/replay", headers=key()), 403, "admin")


async def test_a_dead_letter_that_fails_again_stays_with_its_reason(world: World) -> None:
    event_id = uuid.uuid4()
    await insert_dead_letter(world, event_id, b"{}")
    async with world.http("credit", "admin") as admin:
        assert_problem(
            await admin.post(f"/dead-letters/{event_id}/replay", headers=key()), 409, "could not be handled", "order_id"
        )
        assert (await admin.get(f"/dead-letters/{event_id}")).json()["replayed_at"] is None


async def insert_dead_letter(world: World, event_id: uuid.UUID, body: bytes) -> None:
    headers = {"ce_id": str(event_id), "ce_source": "invoicing", "ce_type": "OrderValidated.v1"}
    await world.rows(
        "credit",
        """INSERT INTO dead_letter (event_id, topic, "partition", "offset", headers, body, error, reason, attempts)
           VALUES ($1, 'OrderValidated', 0, 0, $2, $3, 'EventRejected', 'the customer is not known', 1)""",
        event_id,
        json.dumps(headers),
        body,
    )


def test_settings_without_a_way_to_check_tokens_do_not_start() -> None:
    service: Service = importlib.import_module("tests.kit.stack.approve_all").service
    settings = ServiceSettings(database_url="postgresql://nowhere/none")
    with pytest.raises(Exception, match="O2C_TOKEN_SECRET"):
        ServiceRuntime(service, settings).app()
