"""Validation of an order: it is priced and taxed, or rejected with every reason, each a code and a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from services.invoicing.master_data.domain import Customer, Item
from services.invoicing.orders.domain.pricing import PricedItem, PricedOrder
from services.invoicing.orders.domain.rules import OrderRules
from services.invoicing.pricing.domain import Price, PriceBook, charge
from services.invoicing.tax.domain import NO_TAX, TaxRates, tax_percent
from shared.contracts.erp import OrderedLine, OrderPlaced
from shared.contracts.event import AMOUNT_MAX
from shared.contracts.invoicing import Reason
from shared.kernel.business_days import BusinessDays
from shared.kernel.money import Money

ORDER_NUMBER_CHARACTERS_MAX: Final = 70
"""Ids of stock requests and pick lists are made of the order number, and must be identifiers themselves."""

_TEXT_CHARACTERS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that an order is validated with: master data, prices, and the policies in force on the order's date."""

    customers: Mapping[str, Customer]
    items: Mapping[str, Item]
    prices: PriceBook
    taxes: TaxRates
    rules: OrderRules
    days: BusinessDays
    """The business day of each company; before its first one no date is too far ahead."""


class ValidationResult(NamedTuple):
    """Either the reasons for which the order is not valid, or the order with its prices and taxes."""

    reasons: tuple[Reason, ...]
    priced: PricedOrder | None = None


def reason(code: str, text: str) -> Reason:
    """A reason, shortened to the length that may be published; a quantity alone may have hundreds of digits."""
    return Reason(
        code=code, text=text if len(text) <= _TEXT_CHARACTERS_MAX else f"{text[: _TEXT_CHARACTERS_MAX - 3]}..."
    )


def validate(order: OrderPlaced, catalogue: Catalogue) -> ValidationResult:
    """Prices and taxes the order, or returns every reason for which it is not valid."""
    customer = catalogue.customers.get(order.customer_id)
    ship_to = catalogue.customers.get(order.ship_to_id) if order.ship_to_id else customer
    reasons = [*_head_errors(order, customer, catalogue), *_ship_to_errors(order, ship_to)]
    wrong_size = _size_error(order, catalogue.rules.lines_max)
    if wrong_size is not None:  # its lines are not validated: thousands of reasons help no person
        return ValidationResult((*reasons, wrong_size))
    reasons.extend(_line_errors(order, catalogue))
    if customer is None or ship_to is None:
        return ValidationResult(tuple(reasons))
    jurisdiction = order.jurisdiction or ship_to.jurisdiction
    rate = catalogue.taxes.rate_on(jurisdiction, order.order_date)
    if rate is None:
        reasons.append(_no_rate(order, jurisdiction))
    lines, unpriced = _priced(order, customer, rate or NO_TAX, catalogue)
    reasons.extend([*unpriced, *_amount_errors(order, lines)])
    if reasons:
        return ValidationResult(tuple(reasons))
    return ValidationResult((), PricedOrder(jurisdiction, customer.terms, tuple(lines)))


def _priced(
    order: OrderPlaced, customer: Customer, rate: Decimal, catalogue: Catalogue
) -> tuple[list[PricedItem], list[Reason]]:
    """The lines that have a price, and a reason for each line that has none."""
    lines, reasons = [], []
    for line in order.lines:
        item = catalogue.items.get(line.item_id)
        if item is None or not 0 < line.quantity <= catalogue.rules.line_quantity_max:
            continue  # has a reason of its own already
        price = catalogue.prices.on(customer.price_list_id, line.item_id, order.order_date)
        unit_price = price.unit_price(line.quantity) if price and price.currency == order.currency else None
        if unit_price is None:
            reasons.append(_no_price(order, line, customer, price))
        else:
            percent = tax_percent(customer, item, rate)
            whole = charge(unit_price, percent, 0, line.quantity, order.currency)
            lines.append(PricedItem(line, item, unit_price, percent, whole))
    return lines, reasons


def _head_errors(order: OrderPlaced, customer: Customer | None, catalogue: Catalogue) -> Iterator[Reason]:
    if customer is None:
        yield reason(code="unknown_customer", text=f"Customer {order.customer_id} is not known.")
    else:
        if not customer.active:
            yield reason(
                code="inactive_customer", text=f"Customer {customer.customer_id} ({customer.name}) is not active."
            )
        if customer.company_id != order.company_id:
            yield reason(
                code="other_company",
                text=f"Customer {customer.customer_id} belongs to company {customer.company_id}, "
                f"the order is for {order.company_id}.",
            )
        if customer.currency != order.currency:
            yield reason(
                code="other_currency",
                text=f"Customer {customer.customer_id} is invoiced in {customer.currency}, "
                f"the order is in {order.currency}.",
            )
        if customer.bill_to_id is not None:
            yield reason(
                code="billed_to_another_customer",
                text=f"Customer {customer.customer_id} is billed to customer {customer.bill_to_id}: place the order "
                f"for {customer.bill_to_id}, with ship-to {customer.customer_id}.",
            )
    if len(order.order_id) > ORDER_NUMBER_CHARACTERS_MAX:
        yield reason(
            code="order_number_too_long",
            text=f"The order number has {len(order.order_id)} characters; use at most {ORDER_NUMBER_CHARACTERS_MAX}.",
        )
    today = catalogue.days.of(order.company_id)
    latest = today + timedelta(days=catalogue.rules.days_ahead_max) if today else None
    if latest is not None and order.order_date > latest:
        yield reason(
            code="date_too_far_ahead",
            text=f"The order is dated {order.order_date}; on {today} orders are accepted up to {latest}.",
        )


def _ship_to_errors(order: OrderPlaced, ship_to: Customer | None) -> Iterator[Reason]:
    if order.ship_to_id is None or order.ship_to_id == order.customer_id:
        return
    if ship_to is None:
        yield reason(code="unknown_ship_to", text=f"Ship-to customer {order.ship_to_id} is not known.")
        return
    if not ship_to.active:
        yield reason(
            code="inactive_ship_to",
            text=f"Ship-to customer {ship_to.customer_id} ({ship_to.name}) is not active.",
        )
    if ship_to.company_id != order.company_id:
        yield reason(
            code="ship_to_of_other_company",
            text=f"Ship-to customer {ship_to.customer_id} belongs to company {ship_to.company_id}, "
            f"the order is for {order.company_id}.",
        )


def _size_error(order: OrderPlaced, lines_max: int) -> Reason | None:
    """The reason for rejecting an order that has no lines, or more than are accepted."""
    if not order.lines:
        return reason(code="no_lines", text="The order has no lines; it needs at least one.")
    if len(order.lines) > lines_max:
        return reason(
            code="too_many_lines",
            text=f"The order has {len(order.lines):,} lines; at most {lines_max:,} are accepted: split the order.",
        )
    return None


def _line_errors(order: OrderPlaced, catalogue: Catalogue) -> Iterator[Reason]:
    maximum = catalogue.rules.line_quantity_max
    numbers = [line.line_no for line in order.lines]
    if len(set(numbers)) < len(numbers):
        for line_no, times in sorted(Counter(numbers).items()):
            if times > 1:
                yield reason(code="duplicate_line", text=f"Line number {line_no} is used {times} times; use each once.")
    for line in order.lines:
        if line.quantity <= 0:
            yield reason(
                code="quantity_not_positive",
                text=f"Line {line.line_no}: the quantity is {line.quantity}; it must be at least 1.",
            )
        elif line.quantity > maximum:
            yield reason(
                code="quantity_too_large",
                text=f"Line {line.line_no}: the quantity is {line.quantity}; use at most {maximum}.",
            )
        item = catalogue.items.get(line.item_id)
        if item is None:
            yield reason(code="unknown_item", text=f"Line {line.line_no}: item {line.item_id} is not known.")
        elif not item.active:
            yield reason(
                code="inactive_item",
                text=f"Line {line.line_no}: item {item.item_id} ({item.description}) is not sold any more.",
            )


def _no_rate(order: OrderPlaced, jurisdiction: str) -> Reason:
    return reason(
        code="unknown_jurisdiction",
        text=f"No tax rate of jurisdiction {jurisdiction!r} is known for {order.order_date}; "
        "add it to the policy tax_rates.",
    )


def _no_price(order: OrderPlaced, line: OrderedLine, customer: Customer, price: Price | None) -> Reason:
    if price is None:
        text = f"price list {customer.price_list_id} has no price for item {line.item_id} on {order.order_date}"
    elif price.currency != order.currency:
        text = f"price list {customer.price_list_id} has item {line.item_id} in {price.currency}, not {order.currency}"
    else:
        text = (
            f"item {line.item_id} is sold from a quantity of {price.minimum_quantity} on; {line.quantity} were ordered"
        )
    return reason(code="no_price", text=f"Line {line.line_no}: {text}.")


def _amount_errors(order: OrderPlaced, lines: list[PricedItem]) -> Iterator[Reason]:
    total = sum((priced.charge.net + priced.charge.tax for priced in lines), NO_TAX)
    if total > AMOUNT_MAX:
        yield reason(
            code="amount_too_large",
            text=f"The order amounts to {Money(total, order.currency)}; "
            f"amounts above {Money(AMOUNT_MAX, order.currency)} are not accepted.",
        )


def order_number_taken(order: OrderPlaced) -> Reason:
    """The reason for rejecting an order whose number is used by another customer."""
    return reason(
        code="order_number_taken",
        text=f"Order number {order.order_id} belongs to an order of another customer; use a number of your own.",
    )
