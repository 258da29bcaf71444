"""Money in suspense that is no customer's, such as interest that no rule knew: coded to an account, and undone."""

from __future__ import annotations

from services.cash_app.bank_reconciliation.domain.line import StatementLine
from services.cash_app.payments.domain.bookings import Bookings, Entry
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict
from shared.chassis.transaction.command import Command
from shared.kernel.money import round_half_up


async def code_suspense(line: StatementLine, gl_account: str, reason: str, command: Command, uow: CashWork) -> None:
    """Takes the payment of a locked line out of suspense, to the account. Raises Conflict unless it is in suspense."""
    payment = await _payment_of(line, uow)
    if payment.state is not PaymentState.SUSPENSE:
        raise Conflict(
            f"line {line.line_id} is payment {payment.payment_id}, which is {payment.state}: only money in suspense "
            "can be coded; return the payment to suspense first"
        )
    line.codings += 1
    amount, bookings = payment.unapplied_amount, Bookings()
    entry = Entry(f"{payment.payment_id}/coded/{line.codings}", max(payment.value_date, payment.held_since))
    payment.pay_out(amount, entry, bookings, credit=gl_account)
    row = (payment.payment_id, line.codings, line.line_id, payment.currency, amount, gl_account, entry.on)
    await uow.execute("insert_payment_coding", *row)
    uow.post_action(bookings, command, Action("code_payment", reason, {"gl_account": gl_account}), payment)


async def undo_suspense_coding(line: StatementLine, reason: str, command: Command, uow: CashWork) -> None:
    """Puts the payment of a locked line back into suspense. Raises Conflict where it was not coded."""
    payment = await _payment_of(line, uow)
    row = await uow.fetchrow("coding_of_payment", payment.payment_id)
    if row is None:
        raise Conflict(f"payment {payment.payment_id} of line {line.line_id} is not coded, so there is nothing to undo")
    bookings = Bookings()
    on = max(uow.business_date_of(payment.company_id), row["coded_on"], payment.held_since)
    entry = Entry(f"{payment.payment_id}/coded/{line.codings}/undone", on)
    amount = round_half_up(row["amount"], payment.currency)
    payment.undo_pay_out(amount, entry, bookings, debit=row["gl_account"])
    await uow.execute("undo_payment_coding", payment.payment_id, on)
    uow.post_action(bookings, command, Action("undo_payment_coding", reason), payment)


async def _payment_of(line: StatementLine, uow: CashWork) -> Payment:
    """The payment that the line is, or that another message reported under its bank reference; locked."""
    row = await uow.fetchrow("payment_of_line", line.subject_id, line.bank_reference)
    if row is None:
        raise Conflict(
            f"line {line.line_id} is no payment under bank reference {line.bank_reference}: correct it there"
        )
    return await uow.lock_payment(row["payment_id"])
