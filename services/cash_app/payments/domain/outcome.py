"""What a person's request did: the payments it changed, and all that was booked."""

from __future__ import annotations

from dataclasses import dataclass

from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Outcome:
    """The payments as they are now, and the bookings, from which the answer to the person is made."""

    payments: tuple[Payment, ...]
    bookings: Bookings
