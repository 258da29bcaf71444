"""A later run continues where the one before ended, from published and consumed events alone."""

from __future__ import annotations

from shared.contracts.event import Event
from simulator.calendar import business_day, following_business_day
from simulator.dice import Dice
from simulator.systems.resume import REMEMBERED, last_business_day, resume
from simulator.systems.upstream import Upstream
from simulator.world import Simulation
from tests.unit.simulator.doubles import ServicesInMemory, simulation

SEED = 4


async def _played() -> tuple[Simulation, ServicesInMemory, list[Event]]:
    services = ServicesInMemory(SEED, shuffle=1)
    played = simulation(services, SEED)
    await played.play(1)
    published = [event for event in services.published if isinstance(event, REMEMBERED)]
    return played, services, published


async def test_stock_and_ledger_are_as_they_were_left():
    played, services, published = await _played()
    day = following_business_day(last_business_day(published))
    later = Upstream(Dice(SEED), day)
    resume(later, services.answers_published, published, day)
    assert later.warehouse.on_shelf == played.upstream.warehouse.on_shelf
    assert later.ledger.accounts == played.upstream.ledger.accounts
    assert later.prices == played.upstream.prices
    assert later.customers == played.upstream.customers


async def test_nothing_is_answered_or_announced_a_second_time():
    _, services, published = await _played()
    day = business_day(following_business_day(last_business_day(published)))
    later = Upstream(Dice(SEED), day.today)
    resume(later, services.answers_published, published, day.today)
    assert later.stock_answers(day) == []
    assert later.ledger_answers(day) == []
    assert later.master_data(day) == []
    assert later.opening_balances(day) == []


async def test_what_was_picked_and_not_shipped_leaves_on_the_first_day():
    played, services, published = await _played()
    day = following_business_day(last_business_day(published))
    later = Upstream(Dice(SEED), day)
    resume(later, services.answers_published, published, day)
    waiting = [
        (shipment.order_id, line.line_no, line.quantity)
        for offset in range(5)
        for shipment in played.upstream.warehouse.shipments(day.replace(day=day.day + offset))
        for line in shipment.lines
    ]
    leaving = [
        (event.event.order_id, line.line_no, line.quantity)
        for event in later.shipments(business_day(day))
        for line in event.event.lines
    ]
    assert sorted(leaving) == sorted(waiting) != []


def test_a_stack_without_business_has_no_last_day():
    assert last_business_day([]) is None
