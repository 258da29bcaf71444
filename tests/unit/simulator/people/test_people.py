"""What the AR department's people decide, against services that only record the requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from simulator.calendar import business_day
from simulator.customers.customers import sixty_customers
from simulator.dice import Dice
from simulator.people.clerks import CashClerk, Collector, Controller
from simulator.people.credit_people import CreditManager
from simulator.transport.api_client import ApiClient

DICE = Dice(1)
CUSTOMERS = sixty_customers(DICE)
MONDAY, TUESDAY = business_day(date(2026, 2, 2)), business_day(date(2026, 2, 3))


class Service:
    """Answers lists from `pages`, or those of a path from `at`, and notes commands."""

    def __init__(
        self,
        *pages: list[dict[str, Any]],
        refuse: Callable[[int], int] = lambda n: 200,
        at: dict[str, list[dict[str, Any]]] | None = None,
    ) -> None:
        self._pages = pages
        self._at = at or {}
        self._refuse = refuse
        self.commands: list[tuple[str, str, str]] = []
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        status = self._refuse(self.asked)
        if status != 200:
            return httpx.Response(status, text="no")
        if request.method == "POST":
            self.commands.append((request.url.path, request.content.decode(), request.headers["Idempotency-Key"]))
            return httpx.Response(200, json={})
        if request.url.path in self._at:
            return httpx.Response(200, json={"items": self._at[request.url.path], "next_cursor": None})
        page = int(request.url.params.get("cursor", 0))
        more = str(page + 1) if page + 1 < len(self._pages) else None
        return httpx.Response(200, json={"items": self._pages[page], "next_cursor": more})

    def api(self) -> ApiClient:
        return ApiClient(httpx.AsyncClient(transport=httpx.MockTransport(self)), "http://service", "token")


def _suspended(payment_id: str, payer_name: str, value_date: str = "2026-02-02") -> dict[str, Any]:
    return {"payment_id": payment_id, "payer_name": payer_name, "value_date": value_date}


async def test_the_clerk_assigns_by_the_payers_name_a_day_later():
    customer = CUSTOMERS["C-003"]
    service = Service(
        [_suspended("PAY-2", f"{customer.name.upper()} TREASURY"), _suspended("PAY-3", "Nobody we know")],
        [_suspended("PAY-1", customer.name, value_date="2026-02-03")],
        at={"/work-queues/unmatched": []},
    )
    assert await CashClerk(service.api(), CUSTOMERS).act(TUESDAY) == 1
    [(path, body, _)] = service.commands
    assert path == "/suspense/PAY-2/assign"
    assert '"C-003"' in body


def _unmatched(payment_id: str, amount: str, evidence: str = "no rule of the rule set", **changes: Any) -> Any:
    given = {"customer_id": "C-1", "company_id": "1000", "currency": "USD", "since": "2026-02-02"}
    return {**given, "entry_id": payment_id, "amount": amount, "evidence": evidence, **changes}


def _owed(item_id: str, due_date: str, amount: str, currency: str = "USD") -> dict[str, Any]:
    return {
        "item_id": item_id, "document_number": item_id, "due_date": due_date, "open_amount": amount,
        "currency": currency, "company_id": "1000",
    }  # fmt: skip


async def test_the_clerk_applies_round_sums_to_the_oldest_items_a_day_later():
    unmatched = [
        _unmatched("P-1", "500.00"),
        _unmatched("P-2", "512.30"),
        _unmatched("P-3", "100.00", since="2026-02-03"),
        _unmatched("P-4", "100.00", evidence="1000-9 is not known yet"),
    ]
    items = [
        _owed("I-2", "2026-03-02", "50.00"), _owed("I-1", "2026-02-20", "300.10"),
        _owed("I-0", "2026-01-20", "70.00", currency="EUR"),
    ]  # fmt: skip
    service = Service(at={"/suspense": [], "/work-queues/unmatched": unmatched, "/customers/C-1/open-items": items})
    assert await CashClerk(service.api(), CUSTOMERS).act(TUESDAY) == 2
    (applied, body, _), (on_account, _, _) = service.commands
    assert (applied, on_account) == ("/payments/P-1/apply", "/payments/P-1/put-on-account")
    assert json.loads(body)["lines"] == [
        {"item_id": "I-1", "amount": "300.10"}, {"item_id": "I-2", "amount": "50.00"},
    ]  # fmt: skip


async def test_the_controller_sends_every_refused_batch_again():
    service = Service([{"batch_id": "B-2", "attempt": 1}, {"batch_id": "B-1", "attempt": 2}])
    assert await Controller([service.api()]).act(MONDAY) == 2
    assert [path for path, _, _ in service.commands] == [
        "/journal/batches/B-1/resubmit",
        "/journal/batches/B-2/resubmit",
    ]


async def test_the_credit_manager_releases_only_what_is_merely_over_the_limit():
    held = [{"order_id": f"O-{n:02}", "reasons": [{"code": "over-limit"}]} for n in range(40)]
    on_hold = [{"order_id": f"H-{n:02}", "reasons": [{"code": "account-held"}]} for n in range(40)]
    service = Service(held + on_hold)
    manager = CreditManager(service.api(), DICE)
    assert await manager.act(MONDAY) == 0
    released = await manager.act(TUESDAY)
    assert 5 < released < 30
    assert all("/O-" in path for path, _, _ in service.commands)


async def test_the_collector_takes_promises_for_all_that_is_overdue():
    worklist = [
        {"customer_id": f"C-{n:03}", "currency": "USD", "overdue_amount": "12.50", "on_hold": n == 1}
        for n in range(1, 13)
    ]
    service = Service(worklist)
    assert await Collector(service.api(), DICE).act(MONDAY) == 8
    promises = [body for path, body, _ in service.commands if path.endswith("/promises")]
    calls = [path for path, _, _ in service.commands if path.endswith("/activities")]
    assert len(promises) + len(calls) == 8
    assert promises
    assert all('"12.50"' in body for body in promises)
    assert "/customers/C-001/activities" in calls


async def test_the_same_day_gives_the_same_commands_with_the_same_keys():
    worklist = [{"customer_id": "C-007", "currency": "USD", "overdue_amount": "5.00", "on_hold": False}]
    first, second = Service(worklist), Service(worklist)
    await Collector(first.api(), DICE).act(MONDAY)
    await Collector(second.api(), DICE).act(MONDAY)
    assert first.commands == second.commands != []


async def test_a_service_that_is_busy_is_asked_again():
    service = Service([], refuse=lambda n: 503 if n == 1 else 200)
    assert await service.api().rows("/worklist") == []
    assert service.asked == 2


async def test_a_refusal_shows_the_services_own_words():
    with pytest.raises(RuntimeError, match="409: no"):
        await Service([], refuse=lambda n: 409).api().command("/x", {}, "key")
