"""Credit requests from the question to the answer, and the life of an account: every branch, over events and HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.credit.accounts.domain.account_state import TRANSITIONS
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested, PromiseBroken
from shared.contracts.credit import (
    CreditApproved,
    CreditHeld,
    CreditLimitSet,
    CreditReleased,
    CreditReportRequested,
    CreditRequestDeclined,
    CreditStateChanged,
    FinancialStatementsRequested,
)
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import BusinessDayStarted, CreditRequested
from shared.contracts.event import Event
from tests.kit import World
from tests.unit.credit.events import DAY, customer, item, order

SMITH = {
    "fiscal_year": 2023, "ends_on": "2023-12-31", "currency": "USD", "cash": "21860", "receivables": "11316",
    "inventory": "23084", "other_current_assets": "0", "fixed_assets": "234068", "payables": "18000",
    "other_current_liabilities": "20963", "long_term_liabilities": "75000", "equity": "176365",
    "retained_earnings": "90000", "sales": "305830", "cost_of_sales": "210935", "ebit": "68045", "interest": "11930",
    "net_income": "36475",
}  # fmt: skip


class Office:
    """The credit department: the events it consumes, what its people do, and the results."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def day(self, on: date) -> None:
        await self.world.publish(BusinessDayStarted(company_id="US01", business_date=on))
        await self.world.settle()

    async def publish(self, *events: Event) -> None:
        await self.world.publish(*events)
        await self.world.settle()

    async def ask(self, path: str, role: str = "auditor") -> Any:
        async with self.world.http("credit", role) as client:
            answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, path: str, body: dict[str, Any], person: str = "Ann", method: str = "POST") -> Any:
        """Ann is an analyst, Mo and Max are managers, Sal is a collector."""
        role = {"Ann": "credit_analyst", "Sal": "collector"}.get(person, "credit_manager")
        return await self.world.command("credit", role, path, body, person=person, method=method)

    async def done(self, path: str, body: dict[str, Any], person: str = "Ann", method: str = "POST") -> Any:
        answer = await self.do(path, body, person, method)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def refused(self, status: int, words: str, path: str, body: dict[str, Any], person: str = "Ann") -> None:
        answer = await self.do(path, body, person, "PUT" if path.endswith("/limit") else "POST")
        assert answer.status_code == status, answer.text
        assert words in answer.json()["detail"]

    async def request(self, request_id: str) -> dict[str, Any]:
        view: dict[str, Any] = (await self.ask(f"/requests/{request_id}"))["request"]
        return view

    async def way(self, request_id: str) -> list[str]:
        return [step["new_state"] for step in (await self.ask(f"/requests/{request_id}"))["steps"]]

    def limits(self, customer_id: str) -> list[tuple[str, str, str]]:
        events = [e for e in self.world.published(CreditLimitSet) if e.customer_id == customer_id]
        return [(str(e.credit_limit), e.set_by, str(e.valid_until or "")) for e in events]

    def moves(self, customer_id: str) -> list[str]:
        return [e.new_state for e in self.world.published(CreditStateChanged) if e.customer_id == customer_id]


@pytest.fixture
async def office(kafka: Any, postgres: Any) -> AsyncIterator[Office]:
    async with World(kafka, postgres, services=["credit"]) as world:
        yield Office(world)


def wanted(customer_id: str, amount: str, on: date = DAY, **given: Any) -> CreditRequested:
    facts: dict[str, Any] = {
        "request_id": f"R-{customer_id}", "customer_id": customer_id, "kind": "new", "currency": "USD",
        "amount": Decimal(amount), "requested_on": on, "requested_by": "Sal",
    }  # fmt: skip
    return CreditRequested(**(facts | given))


def score(customer_id: str, points: int | None, on: date = DAY) -> CreditReportReceived:
    return CreditReportReceived(
        report_id=f"R-{customer_id}", customer_id=customer_id, bureau="Bureau", report_date=on, score=points
    )


def paid(customer_id: str, n: int, days_late: int, amount: str = "1000", **given: Any) -> list[Event]:
    """An invoice of some months ago, and the money for it."""
    due = DAY - timedelta(days=30 * n + 90)
    facts: dict[str, Any] = {
        "customer_id": customer_id, "document_date": due - timedelta(days=30), "due_date": due, **given,
    }  # fmt: skip
    identity = f"{customer_id}-I{n}"
    paid_on = due + timedelta(days=days_late)
    return [
        item(identity, amount, amount, 1, facts["document_date"], **facts),
        item(identity, amount, "0", 2, paid_on, **facts),
    ]


def good(customer_id: str) -> list[Event]:
    return [event for n in range(4) for event in paid(customer_id, n, 0)]


def undone(customer_id: str) -> list[Event]:
    """Paid 45 days late, as it seemed, until the application was undone."""
    posted, applied = paid(customer_id, 6, 45)
    assert isinstance(applied, OpenItemChanged)
    back = {"item_version": 3, "open_amount": Decimal(1000), "change": Decimal(1000), "cause": "unapplied"}
    reversal = {
        "cause_id": f"{applied.cause_id}/R",
        "reverses": applied.cause_id,
        "business_date": DAY - timedelta(days=3),
    }
    return [posted, applied, applied.model_copy(update=back | reversal)]


def poor(customer_id: str) -> list[Event]:
    broken = PromiseBroken(
        promise_id=f"{customer_id}/P1", customer_id=customer_id, judged_on=DAY - timedelta(days=20), currency="USD",
        amount=Decimal(1000), applied=Decimal(0),
    )  # fmt: skip
    return [broken, *(event for n in range(4) for event in paid(customer_id, n, 45))]


async def test_every_way_a_request_can_go(office: Office) -> None:
    await office.day(DAY)
    known = ("GOOD", "LARGE", "POOR", "HIGH", "LOW", "MEDIUM", "SILENT", "NOFILE", "BIGSCORE", "DISPUTED", "UNDONE")
    disputed = [event for n in range(4) for event in paid("DISPUTED", n, 60 if n < 2 else 0, disputed=n < 2)]
    more = paid("DISPUTED", 5, 0)
    await office.publish(
        *(customer("1000", customer_id=name) for name in known), *good("GOOD"), *good("LARGE"), *poor("POOR"),
        *disputed, *more, *good("UNDONE"), *undone("UNDONE"),
    )  # fmt: skip
    await office.publish(
        wanted("GOOD", "20000"), wanted("LARGE", "300000"), wanted("POOR", "5000"), wanted("HIGH", "8000"),
        wanted("LOW", "8000"), wanted("MEDIUM", "8000"), wanted("SILENT", "8000"), wanted("NOFILE", "8000"),
        wanted("BIGSCORE", "80000"), wanted("LATER", "8000"), wanted("DISPUTED", "20000"),
        wanted("GOOD", "9", request_id="R-EUR", currency="EUR"),
    )  # fmt: skip
    await _by_history(office)
    await _by_the_bureau(office)
    await _by_people(office)
    await _by_the_customer_failing_to_answer(office)


async def _by_history(office: Office) -> None:
    assert await office.way("R-GOOD") == ["Approved"]
    assert office.limits("GOOD") == [("20000.00", "system", "")]
    # The first customer paid late, but those applications were undone: they are no part of its history.
    points = await office.ask("/accounts/UNDONE/scorecard")
    assert (points["facts"]["payments"], points["facts"]["weighted_days_late"]) == (4, "0.0")
    detail = await office.ask("/requests/R-GOOD")
    assert "average 0 days beyond terms, weighted by amount: 25 of 25" in detail["assessment"]["lines"]
    assert detail["request"]["risk_class"] == "low"
    assert await office.way("R-LARGE") == ["ManualReview"]
    assert await office.way("R-POOR") == ["ManualReview"]
    points = await office.ask("/accounts/POOR/scorecard")
    assert "average 45 days beyond terms, weighted by amount: 0 of 25" in points["lines"]
    assert "1 broken promises: 8 of 20" in points["lines"]
    # Money for disputed items came late; that is not held against the customer.
    disputed = await office.ask("/requests/R-DISPUTED")
    assert disputed["request"]["state"] == "Approved"
    assert Decimal(disputed["assessment"]["facts"]["disputed_amount"]) == 2000
    assert await office.way("R-EUR") == ["Declined"]
    # No master data yet: the request waits for the master data.
    assert await office.way("R-LATER") == []
    await office.publish(customer("1000", customer_id="LATER"))
    assert await office.way("R-LATER") == ["AwaitingReport"]


async def _by_the_bureau(office: Office) -> None:
    asked = {event.customer_id for event in office.world.published(CreditReportRequested)}
    assert asked == {"HIGH", "LOW", "MEDIUM", "SILENT", "NOFILE", "BIGSCORE", "LATER"}
    await office.publish(wanted("HIGH", "9000", request_id="R-TWICE"))
    (twice,) = (await office.request("R-TWICE"))["reasons"]
    assert twice["code"] == "request-under-way"
    await office.publish(
        score("HIGH", 85), score("LOW", 20), score("MEDIUM", 50), score("NOFILE", None), score("BIGSCORE", 90)
    )
    assert await office.way("R-HIGH") == ["AwaitingReport", "Approved"]
    assert office.limits("HIGH") == [("8000.00", "system", "")]
    assert await office.way("R-LOW") == ["AwaitingReport", "Declined"]
    declined = {event.request_id: event for event in office.world.published(CreditRequestDeclined)}
    assert declined["R-LOW"].reasons[0].text == "Bureau scored 20 of 100 on 2024-03-01; above 30 is needed."
    for request_id in ("R-MEDIUM", "R-NOFILE", "R-BIGSCORE"):
        assert await office.way(request_id) == ["AwaitingReport", "ManualReview"]
    # A report that has not expired is used again without asking.
    await office.publish(wanted("HIGH", "9000", request_id="R-AGAIN", kind="increase"))
    assert await office.way("R-AGAIN") == ["Approved"]
    for n in range(1, 4):
        await office.day(DAY + timedelta(days=n))
    assert await office.way("R-SILENT") == ["AwaitingReport"]
    await office.day(DAY + timedelta(days=4))
    assert await office.way("R-SILENT") == ["AwaitingReport", "ManualReview"]
    # Its answer after all is kept and changes nothing.
    await office.publish(score("SILENT", 99))
    assert await office.way("R-SILENT") == ["AwaitingReport", "ManualReview"]
    assert (await office.ask("/requests/R-SILENT"))["reports"][0]["score"] == 99


async def _by_people(office: Office) -> None:
    path, grant = "/requests/R-MEDIUM", {"credit_limit": "8000", "currency": "USD", "reason": "sound statements"}
    await office.done(f"{path}/request-statements", {"reason": "score of 50"})
    await office.world.settle()
    letters = office.world.published(FinancialStatementsRequested)
    assert [(e.request_id, e.reminder, e.due_on) for e in letters] == [("R-MEDIUM", False, date(2024, 4, 4))]
    await office.refused(409, "does not allow the step 'approved by a person with authority'", f"{path}/approve", grant)
    await _statements_that_cannot_be_used(office, f"{path}/statements")
    analysed = await office.done(f"{path}/statements", {"statements": [SMITH]})
    (year,) = analysed["analysis"]["ratios"]
    assert (year["current_ratio"], year["quick_ratio"], year["interest_cover"]) == ("1.44", "0.85", "5.70")
    assert analysed["analysis"]["suggested_limit"]["binding"] == "purchases"
    await office.refused(
        422, "more than the 8,000.00 USD requested", f"{path}/approve", grant | {"credit_limit": "9000"}
    )
    await office.done(f"{path}/approve", grant)
    await office.refused(409, "is Approved", f"{path}/decline", {"reasons": [{"code": "x", "text": "too late"}]})

    large, grant = "/requests/R-LARGE", grant | {"credit_limit": "300000"}
    await office.refused(403, "this needs the role credit_analyst or credit_manager", f"{large}/approve", grant, "Sal")
    assert await office.way("R-LARGE") == ["ManualReview"]
    # What LARGE itself bought in a year counts, not what all of the company's customers did.
    suggested = (await office.done(f"{large}/statements", {"statements": [SMITH]}))["analysis"]["suggested_limit"]
    texts = {cap["name"]: cap["text"] for cap in suggested["caps"]}
    assert (suggested["binding"], texts["our_sales"]) == (
        "our_sales", "20 % of a year's sales to the customer of 4,000.00 USD: 800.00 USD",
    )  # fmt: skip
    await office.done(f"{large}/approve", grant, "Ann")
    await office.refused(403, "Ann has already approved it", f"{large}/approve", grant, "Ann")
    await office.refused(403, "ann has already approved it", f"{large}/approve", grant, "ann")
    await office.refused(
        422, "Ann approved 300,000.00 USD", f"{large}/approve", grant | {"credit_limit": "200000"}, "Mo"
    )
    await office.done(f"{large}/approve", grant, "Mo")
    assert await office.way("R-LARGE") == ["ManualReview", "Analysed", "AwaitingSecondApproval", "Approved"]

    reasons = {"reasons": [{"code": "no-file", "text": "No bureau knows the company."}]}
    await office.done("/requests/R-NOFILE/decline", reasons, "Mo")
    await office.done("/requests/R-BIGSCORE/approve", grant | {"credit_limit": "80000"}, "Ann")
    await office.done("/requests/R-BIGSCORE/decline", reasons, "Mo")
    await office.world.settle()
    assert office.limits("LARGE") == [("300000.00", "Mo", "")]
    assert office.limits("MEDIUM") == [("8000.00", "Ann", "")]
    assert await office.way("R-MEDIUM") == [
        "AwaitingReport", "ManualReview", "AwaitingStatements", "Analysed", "Approved",
    ]  # fmt: skip
    assert await office.way("R-BIGSCORE") == ["AwaitingReport", "ManualReview", "AwaitingSecondApproval", "Declined"]
    audited = await office.world.rows(
        "credit",
        "SELECT person, action, before::text, after::text FROM audit_entry "
        "WHERE subject = 'R-LARGE' AND action LIKE '%approval' ORDER BY 2",
    )
    assert audited == [
        ("Ann", "first_approval", '"Analysed"', '"AwaitingSecondApproval"'),
        ("Mo", "second_approval", '"AwaitingSecondApproval"', '"Approved"'),
    ]
    still_open = await office.ask("/requests?open=true&limit=2")
    assert still_open["next_cursor"] and len(still_open["items"]) == 2
    rest = await office.ask(f"/requests?open=true&limit=2&cursor={still_open['next_cursor']}")
    ids = [r["request_id"] for r in [*still_open["items"], *rest["items"]]]
    assert ids == ["R-LATER", "R-POOR", "R-SILENT"]


async def _statements_that_cannot_be_used(office: Office, path: str) -> None:
    async def refused(words: str, *changed: dict[str, Any]) -> None:
        answer = await office.do(path, {"statements": [SMITH | change for change in changed]})
        assert answer.status_code == 422, answer.text
        assert words in answer.text

    await refused(
        "does not balance: assets 290,328.00 less liabilities 113,963.00 and equity 176,364.00 leaves 1.00",
        {"equity": "176364"},
    )
    await refused("fiscal year 2023 does not end on 2022-12-31", {"ends_on": "2022-12-31"})
    await refused("consecutive years", {}, {"fiscal_year": 2021, "ends_on": "2021-12-31"})
    await refused("after 2024-03-05", {"fiscal_year": 2024, "ends_on": "2024-12-31"})
    await refused("26 months old", {"fiscal_year": 2021, "ends_on": "2021-12-31"})
    await refused("kept in USD: convert it", {"currency": "EUR"})


async def _by_the_customer_failing_to_answer(office: Office) -> None:
    await office.done("/requests/R-POOR/request-statements", {"reason": "paid 45 days late"})
    await office.day(date(2024, 3, 28))
    letters = [e for e in office.world.published(FinancialStatementsRequested) if e.request_id == "R-POOR"]
    assert [(e.reminder, e.sent_on) for e in letters] == [(False, date(2024, 3, 5)), (True, date(2024, 3, 28))]
    await office.day(date(2024, 4, 18))
    assert (await office.request("R-POOR"))["state"] == "AwaitingStatements"
    await office.day(date(2024, 4, 19))
    (declined,) = [e for e in office.world.published(CreditRequestDeclined) if e.request_id == "R-POOR"]
    assert (declined.declined_by, declined.reasons[0].code) == ("system", "statements-not-received")
    assert office.limits("POOR") == []


async def test_an_accounts_life_from_hold_to_closed_and_back(office: Office) -> None:
    await office.day(DAY)
    await office.publish(customer("1000"), *good("C-1"))
    await office.publish(item("OPEN", "1000", "1000"), order("O-1", "300"))
    assert office.moves("C-1") == ["AtLimit", "Hold"]
    ask = {"customer_id": "C-1", "kind": "increase", "amount": "60000", "currency": "USD"}
    await _requests_that_are_refused(office, ask)

    once, again = [
        await office.world.command("credit", "collector", "/requests", ask, person="Sal", key="once") for _ in range(2)
    ]
    asked = once.json()
    assert (once.status_code, again.json()) == (201, asked)
    assert (asked["request_id"], asked["state"]) == ("C-1-CR1", "ManualReview")
    await office.refused(409, "C-1-CR1 is still under way", "/requests", ask)
    await office.publish(order("O-2", "10"))
    assert office.moves("C-1")[2:] == ["Review"]
    came_there = (await office.ask("/accounts/C-1"))["state_history"]
    assert [(move["new_state"], move["reasons"][0]["code"]) for move in came_there] == [
        ("Review", "increase-requested"), ("Hold", "exposure"), ("AtLimit", "exposure"),
    ]  # fmt: skip
    (worklist,) = (await office.ask("/reviews"))["items"]
    assert (worklist["state"], worklist["open_request"]) == ("Review", "C-1-CR1")
    reasons = {"reasons": [{"code": "overdrawn", "text": "The account is at its limit for weeks."}]}
    await office.done("/requests/C-1-CR1/decline", reasons, "Mo")
    await office.world.settle()
    assert office.moves("C-1")[3:] == ["Suspended"]

    await office.done("/accounts/C-1/resolve", {"reason": "paid the oldest"}, "Mo")
    await office.refused(409, "account C-1 is Review: this state does not allow the change", "/accounts/C-1/close",
                         {"reason": "gone"}, "Mo")  # fmt: skip
    again = await office.done("/requests", ask | {"amount": "5000"}, "Sal")
    assert again["state"] == "Approved"
    await office.world.settle()
    assert office.moves("C-1")[4:] == ["Review", "Active"]
    released = [(e.order_id, e.released_by) for e in office.world.published(CreditReleased)]
    assert released == [("O-1", "system"), ("O-2", "system")]

    await office.done("/accounts/C-1/suspend", {"reason": "insolvent"}, "Mo")
    await office.done("/accounts/C-1/close", {"reason": "written off"}, "Max")
    await office.publish(order("O-3", "1"))
    assert office.moves("C-1")[6:] == ["Suspended", "Closed"]
    held = {e.order_id: [reason.code for reason in e.reasons] for e in office.world.published(CreditHeld)}
    assert "account-closed" in held["O-3"]
    await _back_only_by_a_new_request(office, ask)
    await _every_other_transition_of_the_table(office)
    published = {(event.old_state, event.cause) for event in office.world.published(CreditStateChanged)}
    assert published == {(state, str(cause)) for state, cause in TRANSITIONS}


async def _every_other_transition_of_the_table(office: Office) -> None:
    """T-1 to T-14 owe so much of a limit of 1,000, and then something happens to each."""
    owed = {1: 800, 2: 1000, 4: 800, 5: 800, 6: 800, 7: 800, 8: 1000, 9: 1000, 10: 1000, 11: 1000, 12: 1000, 13: 1000}
    everyone = [f"T-{n}" for n in range(1, 15)]
    await office.publish(*(customer("1000", customer_id=name) for name in everyone))
    await office.publish(
        *(item(f"T-{n}/I", str(amount), str(amount), customer_id=f"T-{n}") for n, amount in owed.items())
    )

    def paid_down(n: int, left: str) -> Event:
        return item(f"T-{n}/I", str(owed[n]), left, 2, customer_id=f"T-{n}")

    def held(n: int) -> CreditHoldRequested:
        return CreditHoldRequested(hold_id=f"T-{n}/H", customer_id=f"T-{n}", requested_on=DAY, reason="it was broken")

    await office.publish(
        held(3), paid_down(4, "0"), item("T-5/I2", "200", "200", customer_id="T-5"), held(6), paid_down(8, "0"),
        paid_down(9, "800"), held(11), *(order(f"T-{n}/O", "50", customer_id=f"T-{n}") for n in (10, 13)),
    )  # fmt: skip
    gone = {"reason": "insolvent"}
    for n in (3, 7, 12, 14):
        await office.done(f"/accounts/T-{n}/suspend", gone, "Mo")
    lifted = CreditHoldLifted(hold_id="T-11/H", customer_id="T-11", lifted_on=DAY, lifted_by="Ann", reason="paid")
    asked = [wanted(f"T-{n}", "2000", kind="increase") for n in (6, 13)]
    await office.publish(paid_down(10, "0"), lifted, *asked)
    await office.publish(score("T-6", 20), score("T-13", 85))
    assert office.moves("T-6") == ["Warning", "Hold", "Review", "Suspended"]
    assert office.moves("T-13") == ["AtLimit", "Hold", "Review", "Active"]
    await _at_the_limit_and_half_way_back(office)
    await _closed_by_a_write_off(office)


async def _at_the_limit_and_half_way_back(office: Office) -> None:
    """An order at the limit holds T-2; what is paid then brings it to the warning mark."""
    await office.publish(order("T-2/O", "50", customer_id="T-2"))
    await office.publish(item("T-2/I", "1000", "800", 2, customer_id="T-2"))
    assert office.moves("T-2") == ["AtLimit", "Hold", "Warning"]


async def _closed_by_a_write_off(office: Office) -> None:
    """T-6 is resolved, suspended again out of the review, and closed by itself when its debt is written off."""
    await office.done("/accounts/T-6/resolve", {"reason": "spoke with the owner"}, "Mo")
    await office.done("/accounts/T-6/suspend", {"reason": "insolvent"}, "Mo")
    given_up = item("T-6/I", "800", "0.00", 2, customer_id="T-6", cause="write_off", change=Decimal("-800.00"))
    await office.publish(given_up)
    assert office.moves("T-6")[4:] == ["Review", "Suspended", "Closed"]
    closed = (await office.ask("/accounts/T-6"))["state_history"][0]
    assert closed["reasons"][0]["text"] == "800.00 USD of T-6/I was written off on 2024-03-01."
    assert office.limits("T-6") == [("0.00", "system", "")]


async def _requests_that_are_refused(office: Office, ask: dict[str, Any]) -> None:
    await office.refused(404, "it opens when the ERP publishes", "/requests", ask | {"customer_id": "NO"})
    await office.refused(422, "the account is kept in USD", "/requests", ask | {"currency": "EUR"})
    await office.refused(422, "more decimal places", "/requests", ask | {"amount": "1.001"})
    await office.refused(422, "before 2024-03-01: give a later day", "/requests", ask | {"valid_until": "2024-02-01"})
    for answer in (await office.do("/requests", ask | {"amount": "-1"}), await office.do("/requests/X/decline", {})):
        assert answer.status_code == 422
    limit = {"credit_limit": "2000", "currency": "USD", "reason": "season"}
    backwards = {"valid_from": "2024-05-01", "valid_until": "2024-04-01"}
    await office.refused(422, "before it begins on 2024-05-01", "/accounts/C-1/limit", limit | backwards, "Mo")
    await office.refused(422, "leave valid_from out", "/accounts/C-1/limit", limit | {"valid_from": "2024-01-01"}, "Mo")
    await office.refused(404, "it opens when the ERP publishes", "/accounts/NO/limit", limit, "Mo")
    negative = await office.do("/accounts/C-1/limit", limit | {"credit_limit": "-1"}, "Mo", "PUT")
    assert (negative.status_code, "greater than or equal to 0" in negative.text) == (422, True)
    unrated = await office.ask("/accounts/C-1/what-if?amount=10&currency=CHF")
    assert (unrated["decision"], unrated["reasons"][-1]["code"]) == ("held", "other-currency")
    assert unrated["reasons"][-1]["text"].endswith("the order cannot be compared with the limit.")
    await office.refused(403, "may grant alone", "/accounts/C-1/limit", limit | {"credit_limit": "250001"}, "Mo")
    assert office.limits("C-1") == [] and (await office.ask("/requests"))["items"] == []
    assert (await office.ask("/accounts/C-1"))["account"]["credit_limit"] == "1000.00"
    assert await office.world.rows("credit", "SELECT action FROM audit_entry") == []


async def _back_only_by_a_new_request(office: Office, ask: dict[str, Any]) -> None:
    limit = {"credit_limit": "2000", "currency": "USD", "reason": "back"}
    await office.refused(409, "only a new credit request", "/accounts/C-1/limit", limit, "Mo")
    await office.refused(422, "request a new credit", "/requests", ask)
    new = await office.done("/requests", ask | {"kind": "new", "amount": "4000"}, "Mo")
    assert new["state"] == "ManualReview"
    grant = {"credit_limit": "4000", "currency": "USD", "reason": "new owners"}
    path = f"/requests/{new['request_id']}/approve"
    await office.refused(403, "Mo requested this: the requester cannot approve", path, grant, "Mo")
    await office.done(path, grant, "Ann")
    await office.world.settle()
    assert office.moves("C-1")[8:] == ["Active"]
    assert [limit[0] for limit in office.limits("C-1")] == ["5000.00", "0.00", "4000.00"]
    history = await office.ask("/accounts/C-1/history")
    assert [state["new_state"] for state in reversed(history["states"])] == office.moves("C-1")
    assert history["states"][-1]["reasons"][0]["text"].endswith("100 % of the limit of 1,000.00 USD.")
    assert len(history["requests"]) == 3


async def test_limits_with_dates_fall_back_by_themselves_and_reviews_come_due(office: Office) -> None:
    await office.day(DAY)
    await office.publish(customer("1000"), customer("90000", customer_id="C-2"), *good("C-1"))
    asked = wanted("C-1", "3000", kind="increase", valid_until=date(2024, 3, 31))
    await office.publish(asked)
    await office.publish(order("O-1", "2500"))
    assert office.limits("C-1") == [("3000.00", "system", "2024-03-31")]
    later = {"credit_limit": "2000", "currency": "USD", "reason": "from April", "valid_from": "2024-03-20"}
    planned = await office.ask("/accounts/C-1/history")
    assert [(p["takes_effect_on"], p["credit_limit"]) for p in planned["planned_limits"]] == [("2024-04-01", "1000.00")]
    await office.done("/accounts/C-2/limit", later, "Mo", "PUT")

    await office.day(date(2024, 3, 31))
    await office.publish(order("O-2", "100", date(2024, 3, 31)))
    assert office.limits("C-2") == [("2000.00", "Mo", "")]
    await office.day(date(2024, 4, 1))
    await office.publish(order("O-3", "100", date(2024, 4, 1)))
    assert office.limits("C-1")[1:] == [("1000.00", "system", "")]
    assert [e.order_id for e in office.world.published(CreditApproved)] == ["O-1", "O-2"]
    assert [e.order_id for e in office.world.published(CreditHeld)] == ["O-3"]
    assert office.moves("C-1") == ["Warning", "AtLimit", "Hold"]

    await _policies_that_contradict_themselves(office)
    assert (await office.ask("/reviews"))["items"] == []
    await office.day(date(2025, 3, 3))
    due = (await office.ask("/reviews"))["items"]
    assert [(r["customer_id"], r["risk_class"], r["review_due_on"]) for r in due] == [("C-2", "unrated", "2025-03-01")]
    review = {"customer_id": "C-2", "kind": "review", "amount": "2000", "currency": "USD"}
    request = await office.done("/requests", review, "Sal")
    await office.publish(
        CreditReportReceived(
            report_id=request["request_id"], customer_id="C-2", bureau="B", report_date=date(2025, 3, 3), score=80
        )
    )
    assert (await office.ask("/reviews"))["items"] == []
    assert (await office.ask("/accounts/C-2/history"))["review_due_on"] == "2027-03-03"

    # The bureau's report holds for 180 days; after that it is asked again.
    for on, way in ((date(2025, 8, 30), ["Approved"]), (date(2025, 8, 31), ["AwaitingReport"])):
        await office.publish(wanted("C-2", "3000", on, request_id=f"R-{on}", kind="increase"))
        assert await office.way(f"R-{on}") == way


async def _policies_that_contradict_themselves(office: Office) -> None:
    for name, part, change, words in (
        ("credit_requests", "bureau", {"low_score": 90}, "low_score 90 must be below high_score 70"),
        ("credit_scorecard", "characteristics", None, "at least 1 item"),
    ):
        path = f"/policies/{name}"
        document = (await office.ask(path))["in_force"]["document"]
        document[part] = [] if change is None else document[part] | change
        body = {"valid_from": "2024-05-01", "reason": "a slip of the pen", "document": document}
        answer = await office.do(path, body, "Mo", "PUT")
        assert answer.status_code == 422 and words in answer.text
        assert len((await office.ask(path))["versions"]) == 1
