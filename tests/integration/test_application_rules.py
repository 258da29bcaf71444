"""Who paid and which invoices, on real Kafka and PostgreSQL: what is recognised, what is learnt, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg

from bench.matching_quality import as_shipped, live
from bench.matching_truth import Business
from shared.contracts.cash_app import DeductionOpened, OpenItemChanged, PaymentApplied, PaymentSuspended
from shared.contracts.erp import ExchangeRateSet
from shared.contracts.event import Event
from shared.contracts.invoicing import CreditMemoPosted, FinanceChargePosted
from tests.integration.test_cash_app import JOURNAL, named
from tests.kit.events import sample
from tests.kit.stack.world import World

NO_GUESSES = {"rules": ["single_open_item", "exact_amount"], "residual_handling": "unapplied"}
RULES = {
    "standard": {"tolerance": {"amount": "1", "percent": "5"}, "short_payment": {"shortfall": "deduction"}},
    "customers": {"C-4": {"rule_set": NO_GUESSES}},
    "parents": {"C-3": "C-2"},
}


async def lines(world: World) -> dict[str, list[tuple[str, Decimal, str]]]:
    """By payment: item, cash and rule."""
    found: dict[str, list[tuple[str, Decimal, str]]] = {}
    for applied in world.published(PaymentApplied):
        found.setdefault(applied.payment_id, []).extend((x.item_id, x.amount, x.rule) for x in applied.lines)
    return found


async def test_payers_are_recognised_learnt_and_forgotten(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        names = ("Alder Creek Foods Inc.", "Blue Harbor Hotels LLC", "Cedar Point Dairies", "Dry Fork Marine")
        await world.publish(
            *(sample.customer(f"C-{n}", name=name) for n, name in enumerate(names, start=1)),
            *(sample.invoice(f"INV-1000{n}{k}", f"C-{n}", f"{n}00.00") for n in range(1, 5) for k in range(4)),
            sample.invoice("INV-33333", "C-3", "433.33"),
            sample.day(date(2026, 3, 20)),
        )
        await world.settle()
        change = {"valid_from": "2026-03-20", "reason": "tests", "document": RULES}
        answer = await world.command("cash_app", "controller", "/policies/application_rules", change, method="PUT")
        assert answer.status_code == 200, answer.text
        day = {"value_date": date(2026, 3, 21)}
        await world.publish(
            sample.payment("P-NAME", None, payer_account="NEW", payer_name="Foods Alder Crek", **day),
            sample.payment("P-DOCS", None, "200.00", remittance=named("inv 100020", amount="200.00"), **day),
            sample.payment("P-NUMBER", None, "200.00", remittance=named("1000-100020", amount="200.00"), **day),
            sample.payment("P-KEY", None, "100.00", payer_account="acc/C.1", remittance=named("100011"), **day),
            sample.payment(
                "P-PARENT", None, "500.00", payer_account="ACC-C-2",
                remittance=[*named("1000-100021", amount="200.00"), *named("1000-100030", amount="300.00")], **day,
            ),
            sample.payment("P-SHORT", "C-2", "190.00", remittance=named("1000-100022", amount="190.00"), **day),
            sample.payment("P-CENTS", "C-2", "199.50", remittance=named("1000-100023", amount="199.50"), **day),
            sample.payment("P-ALIAS", None, "400.00", payer_account="ODD", payer_name="DFM Holdings", **day),
            sample.payment("P-NO", "C-4", "777.00", **day),
            sample.payment("P-FAMILY", "C-2", "433.33", **day),
            sample.payment(
                "P-TWO", None, "490.00", payer_account="NEVER",
                remittance=[*named("1000-100013", amount="90.00"), *named("1000-100043", amount="400.00")], **day,
            ),
        )  # fmt: skip
        await world.settle()
        by_payment = await lines(world)
        assert by_payment["P-NAME"][0][0] == "INV-100010"
        assert by_payment["P-NUMBER"] == [("INV-100020", 200, "remittance")]
        assert by_payment["P-KEY"] == [("INV-100011", 100, "remittance")]
        assert by_payment["P-PARENT"] == [("INV-100021", 200, "remittance")]
        assert by_payment["P-PARENT/2"] == [("INV-100030", 300, "remittance")]
        (deduction,) = world.published(DeductionOpened)
        assert (deduction.item_id, deduction.amount, deduction.reason) == ("INV-100022", 10, "unknown")
        causes = {(c.item_id, c.cause) for c in world.published(OpenItemChanged)}
        assert {("INV-100023", "tolerance"), ("INV-100022", "deduction"), (deduction.deduction_id, "posted")} <= causes
        assert {"P-DOCS", "P-ALIAS", "P-TWO"} == {s.payment_id for s in world.published(PaymentSuspended)}
        assert by_payment["P-FAMILY"] == [("INV-33333", Decimal("433.33"), "exact_amount")]
        states = dict(await world.rows("cash_app", "SELECT payment_id, state FROM payment"))
        assert states["P-NO"] == "unapplied"
        await _learned_and_revoked(world)
        await _assigned_and_split(world)
        await _by_hand_for_another_customer(world)
        journal = dict(await world.rows("cash_app", JOURNAL))
        assert journal["4910"] == Decimal("0.50")


async def _learned_and_revoked(world: World) -> None:
    async with world.http("cash_app", "cash_clerk") as client:
        waiting = {row["payment_id"]: row for row in (await client.get("/suspense")).json()["items"]}
        assert waiting["P-ALIAS"]["candidates"] == []
    body = {"customer_id": "C-4", "reason": "they called"}
    answer = await world.command("cash_app", "cash_clerk", "/suspense/P-ALIAS/assign", body, person="Cleo")
    assert answer.status_code == 200, answer.text
    async with world.http("cash_app", "auditor") as client:
        payer_aliases = (await client.get("/payer-aliases", params={"customer_id": "C-4"})).json()["items"]
    assert {(x["kind"], x["written"], x["learned_from"]) for x in payer_aliases} == {
        ("name", "DFM Holdings", "Cleo"), ("account", "ODD", "Cleo"),
    }  # fmt: skip
    world.forget()
    next_day = {"value_date": date(2026, 3, 22)}
    await world.publish(
        sample.payment("P-A2", None, "400.00", payer_account="OTHER", payer_name="DFM HOLDINGS LTD", **next_day),
        sample.payment("P-A3", None, "400.00", payer_account="odd", **next_day),
    )
    await world.settle()
    assert {p for p, (line,) in (await lines(world)).items() if line[0].startswith("INV-10004")} >= {"P-A2", "P-A3"}
    for alias in payer_aliases:
        path = f"/payer-aliases/{alias['alias_id']}"
        assert (await world.command("cash_app", "cash_clerk", path, {}, method="DELETE")).status_code == 200
        assert (await world.command("cash_app", "cash_clerk", path, {}, method="DELETE")).status_code == 404
    await world.publish(
        sample.payment("P-A4", None, "40.00", payer_name="DFM Holdings", payer_account="ODD", **next_day)
    )
    await world.settle()
    (suspended,) = world.published(PaymentSuspended)
    assert suspended.payment_id == "P-A4"


async def _assigned_and_split(world: World) -> None:
    """A clerk assigns the payer; what the remittance pays exactly of another customer's items still goes there."""
    world.forget()
    body = {"customer_id": "C-1", "reason": "they called"}
    answer = await world.command("cash_app", "cash_clerk", "/suspense/P-TWO/assign", body, person="Cleo")
    assert answer.status_code == 200, answer.text
    await world.settle()
    by_payment = await lines(world)
    assert by_payment == {"P-TWO": [("INV-100013", 90, "remittance")], "P-TWO/S1": [("INV-100043", 400, "remittance")]}
    async with world.http("cash_app", "auditor") as client:
        part = (await client.get("/payments/P-TWO/S1")).json()
    assert (part["customer_id"], part["identified_by"]) == (
        "C-4",
        "paid by C-1 (assigned by Cleo: they called) for customer C-4, whose 1000-100043 the remittance names",
    )


async def _by_hand_for_another_customer(world: World) -> None:
    """A parent's money settles a child's item in one step; a stranger's does not."""
    world.forget()
    undo = {"reason": "it was for the daughter"}
    assert (await world.command("cash_app", "cash_clerk", "/payments/P-SHORT/reverse", undo)).is_success
    body = {"reason": "as they asked", "lines": [{"item_id": "INV-100031", "amount": "190.00"}]}
    stranger = await world.command("cash_app", "cash_clerk", "/payments/P-NO/apply", body)
    assert stranger.status_code == 422 and "items_of_other_customers: payer_group" in stranger.json()["detail"], (
        stranger.text
    )
    answer = await world.command("cash_app", "cash_clerk", "/payments/P-SHORT/apply", body)
    assert answer.status_code == 200, answer.text
    await world.settle()
    assert await lines(world) == {"P-SHORT/S1": [("INV-100031", 190, "by_hand")]}
    parts = "SELECT payment_id, customer_id, state FROM payment WHERE payment_id LIKE 'P-SHORT%' ORDER BY 1"
    assert await world.rows("cash_app", parts) == [("P-SHORT", "C-2", "applied"), ("P-SHORT/S1", "C-3", "applied")]


async def test_charges_credit_memos_and_other_currencies(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        day = sample.DAY
        await world.publish(
            sample.customer(),
            sample.invoice("INV-1", total="110.00"),
            ExchangeRateSet(from_currency="EUR", to_currency="USD", rate="1.00", valid_from=date(2026, 3, 1)),
            ExchangeRateSet(from_currency="EUR", to_currency="USD", rate="1.10", valid_from=date(2026, 3, 9)),
        )
        await world.settle()
        await world.publish(sample.payment("P-EUR", amount="120.00", currency="EUR"))
        await world.settle()
        (applied,) = world.published(PaymentApplied)
        assert (applied.amount, applied.paid_amount, applied.exchange_rate) == (110, 100, Decimal("1.10"))
        await world.publish(
            FinanceChargePosted(
                charge_id="FC-1", charge_number="1000-F1", company_id=sample.COMPANY, customer_id="C-1",
                kind="interest", charge_date=day, due_date=day, currency="USD", amount="7.00", reason="overdue",
            ),
            sample.invoice("INV-2", total="50.00"),
        )  # fmt: skip
        await world.settle()
        await world.publish(
            CreditMemoPosted(
                credit_memo_id="CM-1", credit_memo_number="1000-C1", company_id=sample.COMPANY, customer_id="C-1",
                invoice_number="1000-2", credit_date=date(2026, 3, 11), currency="USD", net="60.00", tax="0.00",
                total="60.00", reason="returned",
            )
        )  # fmt: skip
        await world.settle()
        items = await world.rows("cash_app", "SELECT item_id, kind, open_amount FROM open_item ORDER BY item_id")
        assert items == [("FC-1", "interest", 7), ("INV-1", "invoice", 0), ("INV-2", "invoice", 0)]
        held = await world.rows(
            "cash_app", "SELECT payment_id, state, unapplied_amount FROM payment ORDER BY payment_id"
        )
        assert held == [("CM-1", "on_account", 10), ("P-EUR", "on_account", 20)]
        journal = """SELECT debit, credit, currency, sum(amount) FROM journal_posting
            WHERE '7000' IN (debit, credit) OR '1900' IN (debit, credit) OR debit = '1200'
            GROUP BY 1, 2, 3 ORDER BY 1"""
        assert await world.rows("cash_app", journal) == [
            ("1200", "2110", "USD", 60), ("1900", "1200", "USD", 110), ("2110", "1900", "EUR", 100),
            ("7000", "1900", "EUR", 10),
        ]  # fmt: skip
        await _named_in_another_currency(world)


async def _named_in_another_currency(world: World) -> None:
    """EUR for USD invoices that the remittance names: one is there, the other comes after its money."""
    world.forget()
    remittance = [*named("1000-3", amount="40.91"), *named("1000-4", amount="20.00")]
    await world.publish(sample.invoice("INV-3", total="55.00"))  # of which the credit memo's rest settles 10.00
    await world.settle()
    await world.publish(sample.payment("P-EUR2", amount="60.91", currency="EUR", remittance=remittance))
    await world.settle()
    await world.publish(sample.invoice("INV-4", total="22.00"))
    await world.settle()
    applied = [a for a in world.published(PaymentApplied) if a.payment_id == "P-EUR2"]
    assert [(a.amount, a.paid_amount, a.lines[0].rule) for a in applied] == [
        (45, Decimal("40.91"), "remittance"), (22, 20, "remittance"),
    ]  # fmt: skip
    assert applied[0].lines[0].why == "the remittance names 1000-3; paid at 1.1 USD for 1 EUR"
    realised = """SELECT debit, credit, amount FROM journal_posting
        WHERE '7000' IN (debit, credit) AND entry_id LIKE 'P-EUR2%' ORDER BY entry_id"""
    assert await world.rows("cash_app", realised) == [("7000", "1900", Decimal("4.09")), ("7000", "1900", 2)]
    await world.publish(sample.invoice("INV-5", total="22.00"))
    await world.settle()
    by_hand = {"reason": "their credit", "lines": [{"item_id": "INV-5", "amount": "20.00"}]}
    answer = await world.command("cash_app", "cash_clerk", "/payments/P-EUR/apply", by_hand)
    assert answer.status_code == 200, answer.text
    assert await world.rows("cash_app", "SELECT open_amount FROM open_item WHERE item_id = 'INV-5'") == [(0,)]
    assert await world.rows("cash_app", "SELECT state FROM payment WHERE payment_id = 'P-EUR'") == [("applied",)]


class Asked:
    """The service of a world, as the bench uses it."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def publish(self, events: Sequence[Event], mix: str) -> None:
        await self._world.publish(*events)
        await self.rest()

    async def rest(self) -> None:
        await self._world.at_rest.wait(120.0)

    async def rows(self, sql: str) -> list[Any]:
        connection = await asyncpg.connect(self._world.databases["cash_app"])
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def ask(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = await self._world.command("cash_app", "admin", path, body, method=method)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"


async def test_what_is_applied_without_a_person_is_right_and_most_is(kafka: Any, postgres: Any) -> None:
    """The bench's business, small, with the rules as shipped: 750 payments of 150 customers, with room for chance."""
    async with World(kafka, postgres, services=["cash_app"]) as world:
        business = Business(seed=11, customers=150)
        found = await live(Asked(world), business, 5, lambda what, done: None, as_shipped(business))
    assert found.wrong == []
    assert found.envelopes >= 730
    assert found.envelopes_percent >= 95 and found.lines_percent >= 93, found.left_to_people
    assert 0 < found.envelopes_by_round_sum < found.left_to_people["on account"] * 3, "learned after two by hand"
