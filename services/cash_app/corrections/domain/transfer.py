"""Transfer: money booked under the wrong customer goes to the right one, by way of suspense."""

from __future__ import annotations

from services.cash_app.corrections.domain.reversal import Correction, PaymentHistory, reverse_all
from services.cash_app.payments.domain.payment import Payment, WrongState
from shared.contracts.cash_app import PaymentTransferred


def return_to_suspense(payment: Payment, history: PaymentHistory, correction: Correction) -> None:
    """The payment is not this customer's: all that it settled is reversed, and it is in suspense again.

    Raises NotReversible; WrongState where part of it was refunded or split off.
    """
    reverse_all(payment, history, correction)
    on = max(correction.not_before, payment.held_since)
    if correction.book is not None:
        correction.book.credit_withdrawn(payment)
    payment.hold(on, correction.bookings)
    payment.suspend(on, correction.reason, correction.bookings)


def transfer(payment: Payment, history: PaymentHistory, to_customer_id: str, correction: Correction) -> None:
    """Moves all of the payment from one customer to another; it is unapplied there.

    Raises WrongState, NotReversible.
    """
    from_customer_id = payment.customer_id
    if from_customer_id is None or to_customer_id == from_customer_id:
        raise WrongState(f"payment {payment.payment_id} belongs to customer {from_customer_id} already")
    return_to_suspense(payment, history, correction)
    transferred_on = payment.held_since
    payment.assign(to_customer_id, transferred_on, correction.reason, correction.bookings)
    correction.bookings.events.append(
        PaymentTransferred(
            transfer_id=f"{payment.payment_id}/T{payment.movements}",
            payment_id=payment.payment_id,
            from_customer_id=from_customer_id,
            to_customer_id=to_customer_id,
            company_id=payment.company_id,
            transferred_on=transferred_on,
            currency=payment.currency,
            amount=payment.unapplied_amount,
            reason=correction.reason[:500],
        )
    )
