"""Items that are owed again meet at once the credit that stands beside them: a new invoice would use it as well."""

from __future__ import annotations

from services.cash_app.application.domain.application import CreditReason, use_credit
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.payments.domain.bookings import Bookings
from shared.contracts.cash_app import OpenItemChanged

_OWED_AGAIN = frozenset({"unapplied", "write_off_reversed"})


def settle_reopened(book: CustomerSubledger, bookings: Bookings) -> None:
    """Settles what `bookings` reopened or charged, the oldest first, with the customer's credit on account.

    The rules of each credit say whether it is used (`credit_for_reopened`). What the bank took back is no credit.
    """
    changes = [event for event in bookings.events if type(event) is OpenItemChanged and event.change > 0]
    owed = {each.item_id for each in changes if each.cause in _OWED_AGAIN or each.kind in ("claim", "fee")}
    found = (book.item(item_id) for item_id in owed)
    for item in sorted((item for item in found if item is not None), key=lambda item: item.age):
        for credit in book.credit_for(item):
            if not item.is_open or book.in_force(credit)[1].rule_set.credit_for_reopened == "keep":
                break
            why = f"{item.document_number} is owed again: credit on account from payment {credit.payment_id} is used"
            use_credit(item, credit, CreditReason("on_account_to_reopened_item", why), book, bookings)
