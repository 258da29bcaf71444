"""Asking inventory control for stock, and what its answer means for an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.invoicing.domain.order_life import State
from services.invoicing.domain.order_lines import StockQuestion
from services.invoicing.domain.orders import AgainstTheOrder, Order
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import StockAnswered
from shared.contracts.invoicing import (
    AllocationReleased,
    OrderBackordered,
    PickListReleased,
    RequestedLine,
    StockRequested,
)

_ENDED = (State.CANCELLED, State.CLOSED)


def ask_for_all(order: Order, heard: Mapping[str, int], on: date) -> StockRequested:
    """The first request of an approved order: everything that was ordered."""
    return ask(order, {line.line_no: line.unasked for line in order.lines if line.unasked}, heard, on)


def ask_again(order: Order, quantities: Mapping[int, int], heard: Mapping[str, int], on: date) -> StockRequested:
    """Asks once more for units that wait on backorder."""
    for line_no, quantity in quantities.items():
        order.line(line_no).backordered -= quantity
    return ask(order, quantities, heard, on)


def ask(order: Order, quantities: Mapping[int, int], heard: Mapping[str, int], on: date) -> StockRequested:
    """A request for these quantities by line; `heard` counts the replenishments of each item so far."""
    order.questions_asked += 1
    request_id = f"{order.order_id}/R{order.questions_asked}"
    lines = []
    for line_no, quantity in sorted(quantities.items()):
        line = order.line(line_no)
        line.requested += quantity
        lines.append(line.wanted(quantity))
    order.questions[request_id] = StockQuestion(
        dict(quantities), {line.item_id: heard.get(line.item_id, 0) for line in lines}
    )
    return StockRequested(
        request_id=request_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        business_date=on,
        ship_complete=order.ship_complete,
        lines=tuple(lines),
    )


def take_answer(order: Order, answer: StockAnswered) -> list[Event]:
    """Available units go to a pick list, the others on backorder. A second answer to a request says nothing.

    An order to be shipped complete waits as a whole where anything is missing. Raises
    AgainstTheOrder where more was allocated than asked for, or where the order makes no such request.
    """
    question = order.questions.get(answer.request_id)
    if question is None:
        return _unasked(order, answer)
    allocated = _allocated(order, question, answer)
    del order.questions[answer.request_id]
    if question.withdrawn:
        return [_give_back(order, answer, allocated)] if any(allocated.values()) else []
    said: list[Event] = []
    if order.ship_complete and allocated != question.quantities:
        if any(allocated.values()):
            said.append(_give_back(order, answer, allocated))
        allocated = {}
    for line_no, asked in question.quantities.items():
        line = order.line(line_no)
        got = allocated.get(line_no, 0)
        line.requested -= asked
        line.picking += got
        line.backordered += asked - got
    picked = {line_no: quantity for line_no, quantity in allocated.items() if quantity}
    order.pick_lists += bool(picked)
    _go_on(order, answer, picked)
    if picked:
        said.append(_pick_list(order, picked, answer.business_date))
    if picked != question.quantities:
        said.append(_backordered(order, answer.business_date))
    return said


def is_yet_to_be_asked(order: Order, request_id: str) -> bool:
    """Whether the order may still make the request: its requests are numbered in turn while it is open."""
    number = _request_number(order, request_id)
    return number is not None and number > order.questions_asked and order.state not in _ENDED


def _unasked(order: Order, answer: StockAnswered) -> list[Event]:
    """What follows from an answer to no open request: nothing, or its units are given back."""
    number = _request_number(order, answer.request_id)
    if number is None or (number > order.questions_asked and order.state not in _ENDED):
        raise AgainstTheOrder(
            f"order {order.order_id} has not made the stock request {answer.request_id} (requests so far: "
            f"{order.questions_asked}, the order is {order.state}): ask inventory control what it answers"
        )
    allocated = {line.line_no: line.allocated for line in answer.lines if line.allocated}
    if number <= order.questions_asked or not allocated:
        return []
    return [_give_back(order, answer, allocated)]


def _request_number(order: Order, request_id: str) -> int | None:
    """Which of the order's requests it is, counted from 1; None for one that is not numbered like them."""
    prefix, _, number = request_id.rpartition("/R")
    return int(number) if prefix == order.order_id and number.isdecimal() and number[0] != "0" else None


def came_in_meanwhile(order: Order, question: StockQuestion, heard: Mapping[str, int]) -> dict[int, int]:
    """Backordered units whose item came in after the request was made and before its answer was heard.

    That replenishment found nothing waiting, so the order asks again at once instead of
    waiting for the next one. Empty where nothing came in.
    """
    fresh = {item_id for item_id, count in question.heard.items() if heard.get(item_id, 0) > count}
    waiting = {line.line_no: line.backordered for line in order.lines if line.backordered}
    if order.ship_complete:
        return waiting if fresh else {}
    return {line_no: n for line_no, n in waiting.items() if order.line(line_no).item_id in fresh}


def _allocated(order: Order, question: StockQuestion, answer: StockAnswered) -> dict[int, int]:
    allocated: dict[int, int] = {}
    for line in answer.lines:
        allocated[line.line_no] = allocated.get(line.line_no, 0) + line.allocated
    for line_no, quantity in allocated.items():
        asked = question.quantities.get(line_no, 0)
        if quantity > asked:
            raise AgainstTheOrder(
                f"{answer.request_id} asked for {asked} of line {line_no} of order {order.order_id}; "
                f"inventory control allocated {quantity}"
            )
    return allocated


def _go_on(order: Order, answer: StockAnswered, picked: Mapping[int, int]) -> None:
    """To the state that the quantities show."""
    on, waits = answer.business_date, sum(line.backordered + line.requested for line in order.lines)
    units = sum(picked.values())
    if not waits:
        order.enter(State.ALLOCATED, on, f"{units} unit(s) set aside for {answer.request_id}")
        order.enter(State.PICKING, on, f"pick list {_pick_list_id(order)} released")
        return
    state = State.PARTIALLY_ALLOCATED if any(line.picking for line in order.lines) else State.BACKORDERED
    why = f"{units} unit(s) set aside for {answer.request_id}, {waits} wait for stock"
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
        lines=_wanted(order, picked),
    )


def _backordered(order: Order, on: date) -> OrderBackordered:
    return OrderBackordered(
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        business_date=on,
        lines=_wanted(order, {line.line_no: line.backordered for line in order.lines if line.backordered}),
    )


def _give_back(order: Order, answer: StockAnswered, allocated: Mapping[int, int]) -> AllocationReleased:
    """By the items that were set aside: the order's own lines may have been amended since."""
    items = {line.line_no: line.item_id for line in answer.lines}
    return AllocationReleased(
        request_id=answer.request_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        business_date=answer.business_date,
        lines=tuple(
            RequestedLine(line_no=line_no, item_id=items[line_no], quantity=quantity)
            for line_no, quantity in sorted(allocated.items())
            if quantity
        ),
    )


def _wanted(order: Order, quantities: Mapping[int, int]) -> tuple[RequestedLine, ...]:
    return tuple(order.line(line_no).wanted(quantity) for line_no, quantity in sorted(quantities.items()))
