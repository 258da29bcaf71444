"""Who asks for credit in the simulated world, what the bureau answers, and what the credit people make of it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from services.credit.credit_requests.domain.financial_statements import FinancialStatement
from shared.contracts.credit import CreditHeld, CreditLimitSet, CreditReportRequested
from simulator.calendar import business_day, business_days
from simulator.customers.annual_accounts import annual_accounts
from simulator.customers.credit_seekers import CreditSeekers
from simulator.customers.customers import sixty_customers
from simulator.dice import Dice
from simulator.people.credit_people import CreditAnalyst, HeadOfCredit
from simulator.systems.credit_bureau import CreditBureau
from simulator.transport.api_client import ApiClient

DICE = Dice(7)
CUSTOMERS = sixty_customers(DICE)
DAYS = [business_day(day) for day in business_days(date(2026, 1, 1), 6)]


def held(customer_id: str) -> CreditHeld:
    return CreditHeld(
        order_id=f"O-{customer_id}", customer_id=customer_id, decided_on=DAYS[0].today, currency="USD",
        order_amount=Decimal(1), exposure=Decimal(1), credit_limit=Decimal(1), policy_version=0,
        reasons=[{"code": "over-limit", "text": "too much"}],
    )  # fmt: skip


def asked_of_the_bureau(report_id: str, customer_id: str) -> CreditReportRequested:
    return CreditReportRequested(
        report_id=report_id, request_id=report_id, customer_id=customer_id, company_id="1000", customer_name="A",
        currency="USD", amount=Decimal(1), requested_on=DAYS[2].today, answer_business_days=3,
    )  # fmt: skip


def test_customers_ask_once_at_a_time_and_again_when_their_orders_are_held():
    seekers = CreditSeekers(DICE)
    first = [request for day in DAYS for request in seekers.requests(day, CUSTOMERS)]
    assert {request.kind for request in first} == {"new"}
    assert {request.requested_on.weekday() for request in first} == {1}
    assert len(first) == len({request.customer_id for request in first}) > 30
    some = first[0]
    for _ in DAYS:
        seekers.order_held(held(some.customer_id))
    assert not [r for day in DAYS for r in seekers.requests(day, CUSTOMERS) if r.customer_id == some.customer_id]
    answer = CreditLimitSet(
        customer_id=some.customer_id, limit_version=1, currency=some.currency, credit_limit=Decimal(9_000),
        previous_limit=Decimal(0), valid_from=some.requested_on, set_by="system", reason="", request_id=some.request_id,
    )  # fmt: skip
    seekers.limit_set(answer)
    again = []
    for day in DAYS:
        seekers.order_held(held(some.customer_id))
        again += [r for r in seekers.requests(day, CUSTOMERS) if r.customer_id == some.customer_id]
    assert [request.kind for request in again] == ["increase"]
    assert again[0].amount > 9_000


def test_the_bureau_is_slow_at_times_and_at_times_silent():
    bureau = CreditBureau(DICE)
    customers = sorted(CUSTOMERS)
    for n in range(300):
        bureau.asked(asked_of_the_bureau(f"R-{n:03}", customers[n % 60]))
    answered = Counter({n: len(bureau.answers(day, CUSTOMERS)) for n, day in enumerate(DAYS[2:12])})
    in_time, late = answered[2], answered[5]
    assert in_time > late > 10
    assert 300 - in_time - late > 10
    assert sum(answered.values()) == in_time + late


def test_annual_accounts_balance_and_are_of_years_that_are_over():
    for n in range(200):
        today = date(2026, 1 + n % 12, 15)
        accounts = annual_accounts(DICE, f"R-{n}", "EUR", Decimal(500 + n * 977), today)
        years = [FinancialStatement.model_validate(year) for year in accounts]
        assert years[0].fiscal_year + 1 == years[1].fiscal_year
        assert years[1].ends_on < today


class CreditService:
    """Answers every list with its rows and keeps what was commanded."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self.lists = lists
        self.commands: list[str] = []

    def api(self) -> ApiClient:
        return ApiClient(httpx.AsyncClient(transport=httpx.MockTransport(self._answer)), "http://credit", "token")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.removeprefix("/")
        if request.method == "POST":
            self.commands.append(f"{name} {json.loads(request.content).get('credit_limit', '')}".strip())
            return httpx.Response(200, json={})
        if name.startswith("requests/"):
            return httpx.Response(200, json={"analysis": {"suggested_limit": {"amount": "700"}}})
        state = request.url.params.get("state")
        rows = [row for row in self.lists.get(name, []) if state in (None, row.get("state"))]
        return httpx.Response(200, json={"items": rows, "next_cursor": None})


def waiting(n: int, state: str, amount: str = "1000") -> dict[str, Any]:
    return {"request_id": f"{state}-{n:02}", "state": state, "amount": amount, "currency": "USD",
            "granted_limit": amount, "first_approver": "Ann"}  # fmt: skip


async def test_the_analyst_asks_enters_and_decides():
    requests = [waiting(n, state) for n in range(20) for state in ("ManualReview", "AwaitingStatements", "Analysed")]
    requests.append(waiting(99, "Analysed", "2000"))
    due = [{"customer_id": "C-1", "open_request": None, "credit_limit": "500", "currency": "USD"}]
    service = CreditService(requests=requests, reviews=due)
    analyst = CreditAnalyst(service.api(), DICE)
    thursday, wednesday = business_day(date(2026, 1, 8)), business_day(date(2026, 1, 7))
    assert await analyst.act(thursday) == 0
    assert await analyst.act(wednesday) == len(service.commands)
    did = Counter(command.partition("/")[2].partition("/")[2].partition(" ")[0] for command in service.commands)
    assert min(did["request-statements"], did["statements"], did["approve"], did["decline"]) > 0
    assert "requests/Analysed-00/approve 700" in service.commands
    assert "requests/Analysed-99/decline" in service.commands
    assert service.commands[-1] == "requests"


async def test_the_head_of_credit_is_the_second_person_and_resolves():
    suspended = [{"customer_id": f"C-{n}", "state": "Suspended"} for n in range(20)]
    service = CreditService(requests=[waiting(1, "AwaitingSecondApproval"), waiting(2, "Analysed")], accounts=suspended)
    done = await HeadOfCredit(service.api(), DICE).act(business_day(date(2026, 1, 8)))
    assert service.commands[0] == "requests/AwaitingSecondApproval-01/approve 1000"
    assert 2 < done == len(service.commands) < 20
