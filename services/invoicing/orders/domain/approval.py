"""Credit's approval of an order: how long it is valid, and how credit is asked again after that."""

from __future__ import annotations

from datetime import date

from services.invoicing.orders.domain.order import Order
from shared.contracts.invoicing import CreditCheckRequested


def stop_fulfilment(order: Order) -> None:
    """Credit's approval is suspended: no unit is requested from stock. Units on a pick list are still shipped."""
    order.stopped = True
    order.withdraw_stock_requests()


def approval_expired(order: Order, on: date) -> bool:
    """Whether credit must approve the order again before stock is requested or a pick list is released."""
    return order.approved_until is not None and on > order.approved_until


def request_credit_check(order: Order, on: date) -> CreditCheckRequested:
    """Stops the order until credit has decided on it again."""
    stop_fulfilment(order)
    order.note(on, f"credit check requested: the approval was valid until {order.approved_until}")
    return CreditCheckRequested(
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        order_version=order.version,
        currency=order.currency,
        open_amount=order.open_amount,
        business_date=on,
    )
