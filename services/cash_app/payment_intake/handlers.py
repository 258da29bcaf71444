"""A received payment on its way: new or a repeat, its remittance, its customer, what it settles, returns that wait."""

from __future__ import annotations

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.duplicates.handlers import find_duplicate_candidates, hold, hold_if_duplicate
from services.cash_app.duplicates.repeats import without_repeats
from services.cash_app.identification.domain.payer_split import shares, split
from services.cash_app.identification.payer_groups import load_payer_groups
from services.cash_app.identification.store import identify_payers, payer_details_of, store_payer_candidates
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, payment_of
from services.cash_app.remittance_advice.store import with_advised_remittance
from services.cash_app.returns.handlers import match_waiting_returns
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived


async def receive_payments(received: list[PaymentReceived], uow: CashWork) -> None:
    """Each payment once: its customer, what it settles and why; without a customer it goes to suspense."""
    fresh = await without_repeats(received, uow)
    new = await with_advised_remittance(fresh.payments, uow)
    payments = await _identified(new, uow)
    books = await uow.subledgers(payment.customer_id for _, payment in payments)
    await uow.load_items_for(payment for _, payment in payments)
    candidates = await find_duplicate_candidates([payment for _, payment in payments], uow)
    for event, payment in payments:
        bookings = Bookings()
        payment.receive(bookings)
        doubt = fresh.doubts.get(event.payment_id)
        if doubt is not None:
            hold(payment, doubt, uow)
        elif payment.customer_id is not None:
            book = books[payment.customer_id]
            if not hold_if_duplicate(payment, event, candidates, book, uow):
                apply_payment(payment, book, bookings)
        uow.post(bookings, cause=event)
    await match_waiting_returns(new, uow)


async def _identified(new: list[PaymentReceived], uow: CashWork) -> list[tuple[PaymentReceived, Payment]]:
    """The payments of identified customers, split where they are for several, and those in suspense."""
    payers = [payer_details_of(event) for event in new]
    dated = [(payer, event.value_date) for payer, event in zip(payers, new, strict=True)]
    identified, known, rules = await identify_payers(dated, uow)
    groups = await load_payer_groups(zip(payers, identified, rules, strict=True), uow)
    payments: list[tuple[PaymentReceived, Payment]] = []
    for event, payer, found, policy in zip(new, payers, identified, rules, strict=True):
        others = shares(payer, event.amount, found, known, policy, group=groups.of(found))
        for part, of_part in split(event, found, groups.reserve(found, others)):
            whole = None if part.payment_id == event.payment_id else event.payment_id
            payment = payment_of(part, of_part.customer_id, of_part.why, received_with=whole)
            payments.append((event, uow.payments.put(payment)))
    unidentified = [(e.payment_id, one) for e, one in zip(new, identified, strict=True) if one.customer_id is None]
    await store_payer_candidates(unidentified, uow)
    return payments
