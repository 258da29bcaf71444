"""The warehouse never promises what it does not have, and ships exactly what was picked."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.invoicing import AllocationReleased, PickListReleased, RequestedLine, StockRequested
from simulator.calendar import is_business_day
from simulator.catalogue import forty_items
from simulator.dice import Dice
from simulator.systems.warehouse import Warehouse

DAY = date(2026, 1, 5)
ITEMS = ("ITEM-031", "ITEM-034", "ITEM-036")


def _warehouse() -> Warehouse:
    return Warehouse({item_id: item for item_id, item in forty_items().items() if item_id in ITEMS}, Dice(1))


def _request(number: int, quantities: list[tuple[str, int]], *, ship_complete: bool = False) -> StockRequested:
    return StockRequested(
        request_id=f"O-{number}/R1",
        request_no=1,
        order_id=f"O-{number}",
        customer_id="C-001",
        company_id="US01",
        business_date=DAY,
        ship_complete=ship_complete,
        lines=tuple(
            RequestedLine(line_no=n, item_id=item_id, quantity=quantity)
            for n, (item_id, quantity) in enumerate(quantities, start=1)
        ),
    )


def _pick_list(number: int, quantities: list[int]) -> PickListReleased:
    return PickListReleased(
        pick_list_id=f"O-{number}/P1",
        order_id=f"O-{number}",
        customer_id="C-001",
        company_id="US01",
        released_on=DAY,
        lines=tuple(
            RequestedLine(line_no=n, item_id=ITEMS[0], quantity=quantity) for n, quantity in enumerate(quantities, 1)
        ),
    )


_lines = st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 80)), min_size=1, max_size=4)


@given(st.lists(st.tuples(_lines, st.booleans()), min_size=1, max_size=25))
def test_never_allocates_more_than_the_stock(requests):
    warehouse = _warehouse()
    opening, allocated = dict(warehouse.on_shelf), Counter()
    for number, (lines, ship_complete) in enumerate(requests):
        request = _request(number, lines, ship_complete=ship_complete)
        answer = warehouse.answer(request)
        for asked, line in zip(request.lines, answer.lines, strict=True):
            assert line.allocated + line.short == asked.quantity
            allocated[line.item_id] += line.allocated
        if ship_complete:
            given_all = not any(line.short for line in answer.lines)
            assert given_all or not any(line.allocated for line in answer.lines)
    for item_id in ITEMS:
        assert warehouse.on_shelf[item_id] == opening[item_id] - allocated[item_id] >= 0


def test_what_is_released_goes_back_on_the_shelf():
    warehouse = _warehouse()
    before = dict(warehouse.on_shelf)
    request = _request(1, [(ITEMS[0], 3), (ITEMS[1], 2)])
    warehouse.answer(request)
    warehouse.return_to_stock(
        AllocationReleased(
            request_id=request.request_id,
            order_id=request.order_id,
            customer_id=request.customer_id,
            company_id=request.company_id,
            business_date=DAY,
            lines=request.lines,
        )
    )
    assert warehouse.on_shelf == before


def test_what_runs_short_is_ordered_and_arrives():
    warehouse = _warehouse()
    stock = warehouse.on_shelf[ITEMS[0]]
    answer = warehouse.answer(_request(1, [(ITEMS[0], stock + 7)]))
    assert (answer.lines[0].allocated, answer.lines[0].short) == (stock, 7)
    arrived = []
    for offset in range(20):
        day = DAY + timedelta(days=offset)
        if is_business_day(day):
            arrived += [a for a in warehouse.arrivals(day) if a.item_id == ITEMS[0]]
    assert len(arrived) == 1
    assert arrived[0].quantity >= 7
    assert warehouse.on_shelf[ITEMS[0]] == arrived[0].quantity


def test_every_pick_list_leaves_in_full_and_some_in_two_parcels():
    warehouse = _warehouse()
    shipped: Counter[tuple[str, int]] = Counter()
    parcels: Counter[str] = Counter()
    days = [DAY + timedelta(days=offset) for offset in range(12) if is_business_day(DAY + timedelta(days=offset))]
    for number in range(60):
        warehouse.pick(_pick_list(number, [1 + number % 9, 1]), DAY)
    for day in days:
        for shipment in warehouse.shipments(day):
            parcels[shipment.order_id] += 1
            for line in shipment.lines:
                shipped[shipment.order_id, line.line_no] += line.quantity
    assert shipped == {(f"O-{n}", line): q for n in range(60) for line, q in ((1, 1 + n % 9), (2, 1))}
    assert set(parcels.values()) == {1, 2}


def test_an_order_that_ships_complete_leaves_in_one_parcel():
    warehouse = _warehouse()
    for number in range(40):
        warehouse.answer(_request(number, [(ITEMS[0], 1)], ship_complete=True))
        warehouse.pick(_pick_list(number, [4]), DAY)
    shipments = [s for offset in range(8) for s in warehouse.shipments(DAY + timedelta(days=offset))]
    assert Counter(s.order_id for s in shipments) == Counter({f"O-{n}": 1 for n in range(40)})


def test_a_later_run_ships_what_the_first_left_behind():
    first = _warehouse()
    pick_lists = [_pick_list(number, [9]) for number in range(40)]
    for pick_list in pick_lists:
        first.pick(pick_list, DAY)
    shipped = first.shipments(DAY)
    second = _warehouse()
    second.remember_picks(pick_lists, shipped, DAY + timedelta(days=1))
    rest = second.shipments(DAY + timedelta(days=1))
    total = Counter()
    for shipment in (*shipped, *rest):
        total[shipment.order_id] += sum(line.quantity for line in shipment.lines)
    assert set(total.values()) == {9}
    assert len({s.shipment_id for s in (*shipped, *rest)}) == len(shipped) + len(rest)
