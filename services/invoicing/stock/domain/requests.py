"""Stock requests to inventory control, and how its answer is applied to an order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from services.invoicing.orders.domain.approval import approval_expired, request_credit_check
from services.invoicing.orders.domain.events import OrderEventRule, Outcome, ReplenishmentCounts
from services.invoicing.orders.domain.life import ENDED, State
from services.invoicing.orders.domain.lines import StockRequestState
from services.invoicing.orders.domain.order import Order, OrderConflict
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import StockAnswered
from shared.contracts.invoicing import (
    AllocationReleased,
    OrderBackordered,
    PickListReleased,
    RequestedLine,
    StockRequested,
)


def request_all(order: Order, counts: ReplenishmentCounts, on: date) -> StockRequested:
    """Requests every unit of an approved order that was not requested yet."""
    return request_stock(
        order, {line.line_no: line.unrequested for line in order.lines if line.unrequested}, counts, on
    )


def request_again(order: Order, quantities: Mapping[int, int], counts: ReplenishmentCounts, on: date) -> StockRequested:
    """Requests units that are on backorder once more."""
    for line_no, quantity in quantities.items():
        order.line(line_no).backordered -= quantity
    return request_stock(order, quantities, counts, on)


def request_stock(order: Order, quantities: Mapping[int, int], counts: ReplenishmentCounts, on: date) -> StockRequested:
    """A request for these quantities by line number."""
    order.stock_requests_made += 1
    request_id = stock_request_id(order, order.stock_requests_made)
    lines = []
    for line_no, quantity in sorted(quantities.items()):
        line = order.line(line_no)
        line.requested += quantity
        lines.append(line.requested_line(quantity))
    order.stock_requests[request_id] = StockRequestState(
        dict(quantities), {line.item_id: counts.get(line.item_id, 0) for line in lines}
    )
    return StockRequested(
        request_id=request_id,
        request_no=order.stock_requests_made,
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        business_date=on,
        ship_complete=order.ship_complete,
        lines=tuple(lines),
    )


def stock_request_id(order: Order, request_no: int) -> str:
    """The id of an order's first, second ... stock request."""
    return f"{order.order_id}/R{request_no}"


def apply_stock_answer(order: Order, answer: StockAnswered, counts: ReplenishmentCounts) -> Outcome[object]:
    """Applies the answer; where a replenishment came between request and answer, requests the units once more."""
    request = order.stock_requests.get(answer.request_id)
    events = apply_answer(order, answer)
    pick_lists = tuple(event for event in events if isinstance(event, PickListReleased))
    missed = replenished_meanwhile(order, request, counts) if request else {}
    if missed:
        events.append(request_again(order, missed, counts, answer.business_date))
    return Outcome(tuple(events), pick_lists)


def apply_answer(order: Order, answer: StockAnswered) -> list[Event]:
    """Allocated units go to a pick list, the others on backorder. A second answer to a request changes nothing.

    An order to be shipped complete waits as a whole where a unit is missing. Where credit's approval expired between
    request and answer, the allocation is released and credit is asked again. Raises OrderConflict where more was
    allocated than requested, or where the order makes no such request.
    """
    request = order.stock_requests.get(answer.request_id)
    if request is None:
        return _answer_without_request(order, answer)
    allocated = _allocated(order, request, answer)
    events: list[Event] = []
    if not request.withdrawn and any(allocated.values()) and approval_expired(order, answer.business_date):
        events.append(request_credit_check(order, answer.business_date))
    del order.stock_requests[answer.request_id]
    if request.withdrawn:
        return [*events, *_released(order, answer, allocated)]
    if order.ship_complete and allocated != request.quantities:
        events += _released(order, answer, allocated)
        allocated = {}
    for line_no, requested in request.quantities.items():
        line = order.line(line_no)
        picked = allocated.get(line_no, 0)
        line.requested -= requested
        line.picking += picked
        line.backordered += requested - picked
    return events + _picked_and_backordered(order, request, answer, allocated)


def _picked_and_backordered(
    order: Order, request: StockRequestState, answer: StockAnswered, allocated: Mapping[int, int]
) -> list[Event]:
    events: list[Event] = []
    picked = {line_no: quantity for line_no, quantity in allocated.items() if quantity}
    order.pick_lists += bool(picked)
    _enter_after_answer(order, answer, picked)
    if picked:
        events.append(_pick_list(order, picked, answer.business_date))
    if picked != request.quantities:
        events.append(_backordered(order, answer.business_date))
    return events


def is_premature(order: Order, answer: StockAnswered) -> bool:
    """Whether the order may still make the request that is answered: its requests are numbered in turn."""
    return _is_request_of(order, answer) and _not_made_yet(order, answer)


def replenished_meanwhile(order: Order, request: StockRequestState, counts: ReplenishmentCounts) -> dict[int, int]:
    """Backordered units, by line number, whose item was replenished after the request and before its answer.

    That replenishment found no backorder, so the order requests the units again at once and does not wait for the
    next one. Empty where no item was replenished.
    """
    replenished = {item_id for item_id, count in request.replenishments.items() if counts.get(item_id, 0) > count}
    backordered = {line.line_no: line.backordered for line in order.lines if line.backordered}
    if order.ship_complete:
        return backordered if replenished else {}
    return {line_no: n for line_no, n in backordered.items() if order.line(line_no).item_id in replenished}


def _items_of_short_answer(order: Order, answer: StockAnswered) -> Collection[str]:
    return {line.item_id for line in answer.lines} if any(line.short for line in answer.lines) else ()


def _is_request_of(order: Order, answer: StockAnswered) -> bool:
    return answer.request_id == stock_request_id(order, answer.request_no)


def _not_made_yet(order: Order, answer: StockAnswered) -> bool:
    return answer.request_no > order.stock_requests_made and order.state not in ENDED


def _answer_without_request(order: Order, answer: StockAnswered) -> list[Event]:
    """Nothing for a request that was answered before; units for a request that will not be made are released."""
    if not _is_request_of(order, answer) or _not_made_yet(order, answer):
        raise OrderConflict(
            f"order {order.order_id} has not made the stock request {answer.request_id} (requests so far: "
            f"{order.stock_requests_made}, the order is {order.state}): ask inventory control what it answers"
        )
    if answer.request_no <= order.stock_requests_made:
        return []
    return _released(order, answer, {line.line_no: line.allocated for line in answer.lines})


def _allocated(order: Order, request: StockRequestState, answer: StockAnswered) -> dict[int, int]:
    allocated: dict[int, int] = {}
    for line in answer.lines:
        allocated[line.line_no] = allocated.get(line.line_no, 0) + line.allocated
    for line_no, quantity in allocated.items():
        requested = request.quantities.get(line_no, 0)
        if quantity > requested:
            raise OrderConflict(
                f"{answer.request_id} asked for {requested} of line {line_no} of order {order.order_id}; "
                f"inventory control allocated {quantity}"
            )
    return allocated


def _enter_after_answer(order: Order, answer: StockAnswered, picked: Mapping[int, int]) -> None:
    """Changes to the state that the quantities show."""
    on, waiting = answer.business_date, sum(line.backordered + line.requested for line in order.lines)
    units = sum(picked.values())
    if not waiting:
        order.enter(State.ALLOCATED, on, f"{units} unit(s) allocated for {answer.request_id}")
        order.enter(State.PICKING, on, f"pick list {_pick_list_id(order)} released")
        return
    state = State.PARTIALLY_ALLOCATED if any(line.picking for line in order.lines) else State.BACKORDERED
    why = f"{units} unit(s) allocated for {answer.request_id}, {waiting} wait for stock"
    if state is not order.state:
        order.enter(state, on, why)
    elif units:
        order.note(on, why)


def _pick_list_id(order: Order) -> str:
    return f"{order.order_id}/P{order.pick_lists}"


def _pick_list(order: Order, picked: Mapping[int, int], on: date) -> PickListReleased:
    return PickListReleased(
        pick_list_id=_pick_list_id(order),
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        released_on=on,
        ship_to_id=order.ship_to_id,
        lines=_requested_lines(order, picked),
    )


def _backordered(order: Order, on: date) -> OrderBackordered:
    return OrderBackordered(
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        business_date=on,
        lines=_requested_lines(order, {line.line_no: line.backordered for line in order.lines if line.backordered}),
    )


def _released(order: Order, answer: StockAnswered, allocated: Mapping[int, int]) -> list[Event]:
    """Releases the allocated units, if any. Items are those of the answer: an amendment may have changed the lines."""
    items = {line.line_no: line.item_id for line in answer.lines}
    lines = tuple(
        RequestedLine(line_no=line_no, item_id=items[line_no], quantity=quantity)
        for line_no, quantity in sorted(allocated.items())
        if quantity
    )
    if not lines:
        return []
    return [
        AllocationReleased(
            request_id=answer.request_id,
            order_id=order.order_id,
            customer_id=order.customer_id,
            company_id=order.company_id,
            business_date=answer.business_date,
            lines=lines,
        )
    ]


def _requested_lines(order: Order, quantities: Mapping[int, int]) -> tuple[RequestedLine, ...]:
    return tuple(order.line(line_no).requested_line(quantity) for line_no, quantity in sorted(quantities.items()))


ANSWERED: Final = OrderEventRule(
    StockAnswered, "StockAnswered", apply_stock_answer, is_premature, items_locked=_items_of_short_answer
)
