"""Poison among the real services' events: the neighbours are applied, the culprits are named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.kit import World
from tests.kit.faults.flood import Flood, brought_forward

POISONOUS = 40


async def test_a_database_error_of_one_event_in_500_hits_that_event_alone(kafka: Any, postgres: Any) -> None:
    """The database refuses one certain payment; once it no longer does, its replay completes the books."""
    async with World(kafka, postgres) as world:
        flood = Flood(world, size=170)
        await flood.begin()
        refuse = "ALTER TABLE payment ADD CONSTRAINT unlucky CHECK (payment_id <> 'P-00077')"
        await world.rows("cash_app", refuse)
        await flood.wave()
        await world.settle()
        letters = (
            "SELECT event_id, topic, error, reason, convert_from(body, 'UTF8')::jsonb ->> 'payment_id' FROM dead_letter"
        )
        ((event_id, *reported, culprit),) = await world.rows("cash_app", letters)
        assert (reported[:2], culprit) == (["PaymentReceived", "CheckViolationError"], "P-00077")
        assert "unlucky" in reported[2]
        assert await world.rows("cash_app", "SELECT count(*) FROM payment") == [(flood.size - 1,)]

        await world.rows("cash_app", "ALTER TABLE payment DROP CONSTRAINT unlucky")
        answer = await world.command("cash_app", "admin", f"/dead-letters/{event_id}/replay", {})
        assert answer.json()["status"] == "applied", answer.text
        await flood.ended()


async def test_a_batch_of_nothing_but_poison_is_named_one_by_one(kafka: Any, postgres: Any) -> None:
    """Invoices brought forward again over another amount: each is refused alone, and business behind them continues."""
    async with World(kafka, postgres) as world:
        flood = Flood(world, size=60)
        await flood.begin()
        await flood.wave()
        await world.settle()
        await world.publish(*(brought_forward(n, Decimal("51.00")) for n in range(POISONOUS)))
        await flood.wave()
        await flood.ended(dead_letters={"invoicing": POISONOUS})
        letters = "SELECT topic, error, reason FROM dead_letter ORDER BY reason"
        for n, (topic, error, reason) in enumerate(await world.rows("invoicing", letters)):
            assert (topic, error) == ("InvoiceBroughtForward", "EventRejected")
            assert f"OLD-{n:05}" in reason and "50.00" in reason
