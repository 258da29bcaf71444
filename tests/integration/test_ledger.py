"""The journal: each posting reaches the general ledger once, and what it answers is kept."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import APIRouter

from shared.chassis.declare.handlers import HandlerTable, on
from shared.chassis.declare.service import Service
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components import ledger
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.contracts.invoicing import InvoicePosted
from shared.contracts.journal import JournalBatchSubmitted, JournalTotal
from shared.kernel.journal import Account, Posting
from tests.kit import World
from tests.kit.events.sample import COMPANY, DAY, day, invoice

FIRST_BATCH = f"invoicing/{COMPANY}/USD/{DAY}/1"
NEXT = DAY + timedelta(days=1)


async def write_journal(invoices: list[InvoicePosted], uow: UnitOfWork) -> None:
    """Dr receivables / Cr revenue and tax."""
    for given in invoices:
        sides = ((Account.REVENUE, given.net), (Account.TAX_PAYABLE, given.tax))
        ledger.post(
            uow,
            (
                Posting(
                    given.invoice_id, given.company_id, given.invoice_date, Account.RECEIVABLES, credit, amount,
                    given.currency, given.customer_id, given.invoice_number,
                )
                for credit, amount in sides
                if amount
            ),
        )  # fmt: skip


handlers = HandlerTable(
    "invoicing",
    [
        on(InvoicePosted, write_journal),
        *ledger.subscriptions("invoicing"),
    ],
    daily=[
        ledger.SUBMIT_JOURNAL,
    ],
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root: Path = tmp_path_factory.mktemp("books")
    (root / "migrations").mkdir()
    return Service(
        name="invoicing",
        title="Keeps a journal",
        root=root,
        handlers=handlers,
        work=UnitOfWork,
        router=APIRouter(),
        components=(ledger.COMPONENT,),
    )


@pytest.fixture
async def world(kafka: Any, postgres: Any, books: Service) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=[books]) as world:
        yield world


def totals(batch: JournalBatchSubmitted) -> dict[str, tuple[str, str]]:
    return {total.account: (str(total.debit), str(total.credit)) for total in batch.totals}


def posted(batch: JournalBatchSubmitted, **changes: Any) -> JournalBatchPosted:
    return JournalBatchPosted(**{**batch.model_dump(), **changes})


def rejected(
    batch: JournalBatchSubmitted, reason: str = "period 2026-03 is closed", **changes: Any
) -> JournalBatchRejected:
    return JournalBatchRejected(**{**batch.model_dump(), "reason": reason, **changes})


async def submitted(world: World, *invoices: InvoicePosted, on: date = NEXT) -> list[JournalBatchSubmitted]:
    """The batches of these invoices' days, submitted on the morning of `on`."""
    await world.publish(*invoices)
    await world.settle()
    await world.publish(day(on))
    await world.settle()
    return world.published(JournalBatchSubmitted)


async def state_of(world: World, batch_id: str) -> tuple[Any, ...]:
    (row,) = await world.rows(
        "invoicing", "SELECT state, attempt, reason, disagreement FROM journal_batch WHERE batch_id = $1", batch_id
    )
    return row


async def test_a_days_postings_are_submitted_when_the_day_is_over(world: World) -> None:
    """Given two invoices of a day and one of the next, when that starts, then the first day's go out, summed."""
    invoices = [
        invoice("INV-1", net="100.00", tax="7.00", total="107.00"),
        invoice("INV-2", customer_id="C-2", net="50.00", tax="0.00", total="50.00"),
        invoice("INV-3", invoice_date=NEXT),
    ]
    (batch,) = await submitted(world, *invoices)

    assert (batch.batch_id, batch.source, batch.sequence, batch.attempt) == (FIRST_BATCH, "invoicing", 1, 1)
    assert totals(batch) == {"1200": ("157.00", "0.00"), "2200": ("0.00", "7.00"), "4000": ("0.00", "150.00")}
    assert batch.context.source == "invoicing"
    assert await world.rows("invoicing", "SELECT entry_id FROM journal_posting WHERE batch_id IS NULL") == [("INV-3",)]


async def test_a_day_without_postings_submits_nothing(world: World) -> None:
    assert await submitted(world) == []


async def test_the_same_day_published_twice_submits_once(world: World) -> None:
    await submitted(world, invoice())
    await world.publish(day(NEXT))
    await world.settle()

    assert len(world.published(JournalBatchSubmitted)) == 1


async def test_currencies_and_later_postings_of_a_day_get_batches_of_their_own(world: World) -> None:
    """A yen has no decimal places; what is posted late for a day goes out with its next sequence number."""
    await submitted(world, invoice("INV-1"), invoice("INV-2", currency="JPY", net="5000", tax="0", total="5000",
                                                     discount_amount="0"))  # fmt: skip
    batches = await submitted(world, invoice("INV-3", net="9.99", total="9.99"), on=NEXT + timedelta(days=1))

    assert [batch.batch_id for batch in batches] == [
        f"invoicing/{COMPANY}/JPY/{DAY}/1",
        FIRST_BATCH,
        f"invoicing/{COMPANY}/USD/{DAY}/2",
    ]
    assert totals(batches[0]) == {"1200": ("5000", "0"), "4000": ("0", "5000")}
    assert totals(batches[2]) == {"1200": ("9.99", "0.00"), "4000": ("0.00", "9.99")}


async def test_a_large_day_goes_out_in_bounded_batches_that_together_are_all_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seeded amounts over three days; each posting is in exactly one batch, and the sums agree with a plain one."""
    work = handlers.daily_work["journal"]
    monkeypatch.setitem(handlers.daily_work, "journal", type(work)(work.name, work.do, chunk=7))
    seeded = random.Random(20260302)
    invoices: list[InvoicePosted] = []
    plain: defaultdict[date, Decimal] = defaultdict(Decimal)
    for n in range(40):
        on, net = DAY + timedelta(days=seeded.randrange(3)), Decimal(seeded.randrange(1, 10**6)) / 100
        tax = Decimal(seeded.randrange(0, 2000)) / 100
        invoices.append(
            invoice(f"INV-{n:02}", f"C-{n % 5}", invoice_date=on, net=str(net), tax=str(tax), total=str(net + tax))
        )
        plain[on] += net + tax

    batches = await submitted(world, *invoices, on=DAY + timedelta(days=3))

    sums: defaultdict[date, Decimal] = defaultdict(Decimal)
    for batch in batches:
        assert sum(total.debit for total in batch.totals) == sum(total.credit for total in batch.totals)
        sums[batch.business_date] += sum(total.debit for total in batch.totals)
    assert sums == plain
    assert len(batches) > 3
    for on in plain:
        sequences = [batch.sequence for batch in batches if batch.business_date == on]
        assert sequences == list(range(1, len(sequences) + 1))
    assert await world.rows("invoicing", "SELECT count(*) FROM journal_posting WHERE batch_id IS NULL") == [(0,)]


async def test_the_ledgers_answers_are_kept(world: World) -> None:
    """Posted as sent; posted with other totals, which is reported; and another service's, which is not ours."""
    first, second = await submitted(world, invoice("INV-1"), invoice("INV-2", invoice_date=DAY - timedelta(days=1)))
    wrong = (JournalTotal(account="1200", debit=Decimal("1.00"), credit=Decimal(0)), second.totals[1])
    await world.publish(posted(first), posted(second, totals=wrong), posted(first, batch_id="X", source="cash_app"))
    await world.settle()

    assert await state_of(world, first.batch_id) == ("posted", 1, None, None)
    state, _, _, disagreement = await state_of(world, second.batch_id)
    assert state == "posted"
    assert disagreement == "account 1200: sent 100.00 Dr / 0.00 Cr, booked 1.00 Dr / 0 Cr"


async def test_an_answer_waits_for_the_batch_or_the_attempt_that_is_yet_to_be_submitted(world: World) -> None:
    """Given answers to a batch of tomorrow, when it is submitted, then they count as if they came after it."""
    sent = JournalBatchSubmitted(
        batch_id=FIRST_BATCH, source="invoicing", company_id=COMPANY, business_date=DAY, sequence=1, attempt=1,
        currency="USD", totals=[JournalTotal(account="1200", debit="1.00", credit="1.00")],
    )  # fmt: skip
    unknown = rejected(sent, batch_id="invoicing/never/submitted")
    await world.publish(rejected(sent, "again", attempt=2), rejected(sent), unknown, unknown)
    await world.settle()
    assert [(a["batch_id"], a["attempt"], a["kind"]) for a in await deferred_answers(world)] == [
        (FIRST_BATCH, 1, "rejected"), (FIRST_BATCH, 2, "rejected"), ("invoicing/never/submitted", 1, "rejected"),
    ]  # fmt: skip

    (batch,) = await submitted(world, invoice())
    assert await state_of(world, batch.batch_id) == ("rejected", 1, "period 2026-03 is closed", None)
    await world.command(
        "invoicing", "controller", f"/journal/batches/{batch.batch_id}/resubmit", {"reason": "opened again"}
    )
    assert await state_of(world, batch.batch_id) == ("rejected", 2, "again", None)
    assert [a["batch_id"] for a in await deferred_answers(world)] == ["invoicing/never/submitted"]
    assert await world.rows("invoicing", "SELECT reason FROM dead_letter") == []

    tomorrow = JournalBatchSubmitted(
        **{**batch.model_dump(), "batch_id": FIRST_BATCH.replace(str(DAY), str(NEXT)), "business_date": NEXT}
    )
    await world.publish(posted(tomorrow))
    await world.settle()
    await submitted(world, invoice("INV-2", invoice_date=NEXT), on=NEXT + timedelta(days=1))
    assert await state_of(world, tomorrow.batch_id) == ("posted", 1, None, None)


async def deferred_answers(world: World) -> list[dict[str, Any]]:
    async with world.http("invoicing", "controller") as client:
        items: list[dict[str, Any]] = (await client.get("/journal/deferred-answers")).json()["items"]
    return items


async def test_a_rejected_batch_waits_with_its_reason_and_is_sent_again_by_a_controller(world: World) -> None:
    (batch,) = await submitted(world, invoice())
    await world.publish(rejected(batch))
    await world.settle()
    assert await state_of(world, batch.batch_id) == ("rejected", 1, "period 2026-03 is closed", None)

    path, body = f"/journal/batches/{batch.batch_id}/resubmit", {"reason": "period opened again"}
    assert (await world.command("invoicing", "cash_clerk", path, body)).status_code == 403
    answers = [await world.command("invoicing", "controller", path, body, person="Con", key="again") for _ in range(2)]
    refused = await world.command("invoicing", "controller", path, body)
    await world.settle()

    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["state"], answers[0].json()["attempt"]) == ("submitted", 2)
    assert (refused.status_code, refused.json()["detail"]) == (
        409, f"batch {batch.batch_id} is submitted, and only a rejected batch can be submitted again",
    )  # fmt: skip
    again = [b for b in world.published(JournalBatchSubmitted) if b.attempt == 2]
    assert [totals(b) for b in again] == [totals(batch)]
    assert await world.rows("invoicing", "SELECT person, action, subject, after->>'why' FROM audit_entry") == [
        ("Con", "resubmit_journal_batch", batch.batch_id, "period opened again")
    ]
    await world.publish(rejected(batch, attempt=1), posted(batch))
    await world.settle()
    assert await state_of(world, batch.batch_id) == ("posted", 2, None, None)


async def test_two_controllers_resubmitting_at_once_send_one_attempt(world: World) -> None:
    """Also when postings of the same day arrive meanwhile: an attempt's totals are those of its batch, frozen."""
    (batch,) = await submitted(world, invoice("INV-1"))
    await world.publish(rejected(batch), invoice("INV-2"))
    await world.settle()
    path, body = f"/journal/batches/{batch.batch_id}/resubmit", {"reason": "released"}
    answers = await asyncio.gather(
        *(world.command("invoicing", "controller", path, body, person=f"Con-{n}") for n in range(3))
    )
    await world.publish(day(NEXT + timedelta(days=1)))
    await world.settle()

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    by_attempt: defaultdict[tuple[str, int], list[dict[str, tuple[str, str]]]] = defaultdict(list)
    for event in world.published(JournalBatchSubmitted):
        by_attempt[event.batch_id, event.attempt].append(totals(event))
    second = f"invoicing/{COMPANY}/USD/{DAY}/2"
    assert sorted(by_attempt) == [(batch.batch_id, 1), (batch.batch_id, 2), (second, 1)]
    assert all(len(sent) == 1 for sent in by_attempt.values())


async def test_a_controller_drills_from_batches_to_totals_to_documents(world: World) -> None:
    invoices = [
        invoice(
            f"INV-{n}", f"C-{n}", net="100.00", tax="1.00" if n == 2 else "0.00", total="101.00" if n == 2 else "100.00"
        )
        for n in range(1, 4)
    ]
    (batch,) = await submitted(world, *invoices)
    async with world.http("invoicing", "controller") as controller:
        listed = (await controller.get("/journal/batches", params={"state": "submitted", "from_date": str(DAY)})).json()
        nothing = (await controller.get("/journal/batches", params={"state": "rejected"})).json()
        first = (await controller.get(f"/journal/batches/{batch.batch_id}", params={"limit": 3})).json()
        cursor = first["postings"]["next_cursor"]
        second = (await controller.get(f"/journal/batches/{batch.batch_id}", params={"cursor": cursor})).json()
        tax = (await controller.get(f"/journal/batches/{batch.batch_id}", params={"account": "2200"})).json()
        unknown = await controller.get("/journal/batches/none/such")

    assert [b["batch_id"] for b in listed["items"]] == [batch.batch_id]
    assert nothing["items"] == []
    assert {t["account_name"]: (t["debit"], t["credit"]) for t in first["totals"]} == {
        "receivables": ("301.00", "0.00"), "tax payable": ("0.00", "1.00"), "revenue": ("0.00", "300.00"),
    }  # fmt: skip
    shown = [*first["postings"]["items"], *second["postings"]["items"]]
    assert [(p["document"], p["line"], p["amount"]) for p in shown] == [
        ("1000-1", 1, "100.00"), ("1000-2", 1, "100.00"), ("1000-2", 2, "1.00"), ("1000-3", 1, "100.00"),
    ]  # fmt: skip
    assert [p["document"] for p in tax["postings"]["items"]] == ["1000-2"]
    assert unknown.status_code == 404


async def test_batches_are_read_page_by_page_newest_first(world: World) -> None:
    invoices = [invoice(f"INV-{n}", invoice_date=DAY + timedelta(days=n)) for n in range(5)]
    await submitted(world, *invoices, on=DAY + timedelta(days=9))
    dates, params = [], {"limit": 2}
    async with world.http("invoicing", "auditor") as auditor:
        while True:
            page = (await auditor.get("/journal/batches", params=params)).json()
            dates += [batch["business_date"] for batch in page["items"]]
            if page["next_cursor"] is None:
                break
            params = {"limit": 2, "cursor": page["next_cursor"]}
    assert dates == [str(DAY + timedelta(days=n)) for n in (4, 3, 2, 1, 0)]


async def test_the_trial_balance_is_right_for_any_day_batched_or_not(world: World) -> None:
    await submitted(
        world, invoice("INV-1"), invoice("INV-2", invoice_date=NEXT, net="50.00", tax="4.00", total="54.00")
    )
    async with world.http("invoicing", "controller") as controller:

        async def balances(**params: str) -> dict[str, str]:
            answer = (await controller.get("/journal/trial-balance", params=params)).json()
            return {line["account_name"]: line["balance"] for line in answer["lines"]}

        assert await balances(as_of=str(DAY)) == {"receivables": "100.00", "revenue": "-100.00"}
        assert await balances() == {"receivables": "154.00", "tax payable": "-4.00", "revenue": "-150.00"}
        assert await balances(company_id="2000") == {}


async def test_what_is_posted_cannot_be_posted_again_nor_unbalanced(world: World) -> None:
    """The database itself refuses a repeated entry, an amount not positive, and a posting within one account."""
    columns = "(customer_id, entry_id, line, company_id, business_date, debit, credit, amount, currency, document)"

    async def insert(entry_id: str, debit: str, amount: str) -> None:
        row = f"('C-1', '{entry_id}', 1, '1000', '{DAY}', '{debit}', '4000', {amount}, 'USD', 'D')"
        await world.rows("invoicing", f"INSERT INTO journal_posting {columns} VALUES {row}")

    await insert("E-1", "1200", "1")
    with pytest.raises(asyncpg.UniqueViolationError):
        await insert("E-1", "1200", "1")
    with pytest.raises(asyncpg.CheckViolationError):
        await insert("E-2", "1200", "0")
    with pytest.raises(asyncpg.CheckViolationError):
        await insert("E-3", "4000", "1")


async def test_the_same_answer_under_new_event_ids_changes_nothing(world: World) -> None:
    (batch,) = await submitted(world, invoice())
    await world.publish(posted(batch), identity=uuid.uuid4())
    await world.publish(posted(batch, totals=()), rejected(batch))
    await world.settle()

    assert await state_of(world, batch.batch_id) == ("posted", 1, None, None)
