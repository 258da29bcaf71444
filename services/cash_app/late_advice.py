"""Advice that came after its money: the money is applied as advised, if need be after undoing what the rules did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from services.cash_app.advices import Late, name_late
from services.cash_app.domain.application import apply_payment
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.late_advice import Heeded, SettledBefore, heed
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.reversal import NotReversible, Why, check_reversible, reverse
from services.cash_app.domain.transfer import stop_waiting
from services.cash_app.recording import record
from services.cash_app.rules_in_force import APPLICATION_RULES
from services.cash_app.store import CashWork
from services.cash_app.undoing import awaited_of, items_of, live_applications
from shared.kernel.money import round_half_up


async def heed_late(late: Sequence[Late], uow: CashWork) -> None:
    """Applies money of known customers as its late advice says; what may not be touched waits at the desk."""
    books = await uow.books(one.customer_id for one in late if one.customer_id is not None)
    payments = await uow.payments.load(one.payment_id for one in late)
    decided = await _decisions(late, uow)
    heeded = [one for one in late if decided[one.payment_id].heed in ("apply", "reapply")]
    await name_late(heeded, uow)
    to_undo = [one for one in heeded if decided[one.payment_id].heed == "reapply"]
    undone = await _undo(to_undo, decided, books, uow)
    await uow.load_items_for(payments[one.payment_id] for one in heeded)
    for one in heeded:
        payment, bookings = payments[one.payment_id], undone.get(one.payment_id, Bookings())
        if decided[one.payment_id].heed == "unheeded":
            continue
        for awaited in apply_payment(payment, books[one.customer_id or ""], bookings):
            uow.awaited.put(awaited)
        record(uow, bookings, cause=one.advice)
    notes = [
        (one.advice.advice_id, f"{one.note}; {decided[one.payment_id].why}", decided[one.payment_id].heed == "unheeded")
        for one in late
        if decided[one.payment_id].heed != "apply"
    ]
    if notes:
        await uow.write("note_advices", notes)


async def _decisions(late: Sequence[Late], uow: CashWork) -> dict[str, Heeded]:
    ids = sorted(one.payment_id for one in late)
    settled: defaultdict[str, list[SettledBefore]] = defaultdict(list)
    touched: dict[str, str] = {row["payment_id"]: row["why"] for row in await uow.fetch("touched_by_people", ids)}
    for row in await uow.fetch("live_lines_of_payments", ids):
        cash = round_half_up(row["amount"], row["currency"])
        settled[row["payment_id"]].append(SettledBefore(row["document_number"], cash, row["moved_since"]))
        if row["by_hand"]:
            touched.setdefault(row["payment_id"], "a person had applied the money before the advice came")
    versions = await uow.policy(APPLICATION_RULES)
    decided = {}
    for one in late:
        payment = uow.payments[one.payment_id]
        if payment.customer_id != one.customer_id:
            touched[one.payment_id] = f"the money is customer {payment.customer_id}'s meanwhile"
        rules = versions.on(payment.value_date).document.of(payment.company_id, one.customer_id or "")
        decided[one.payment_id] = heed(
            one.advice.lines, settled[one.payment_id], touched.get(one.payment_id, ""), rules.rule_set.late_advice
        )
    return decided


async def _undo(
    late: Sequence[Late], decided: dict[str, Heeded], books: Mapping[str, CustomerBook], uow: CashWork
) -> dict[str, Bookings]:
    """The opposite of all that the rules applied, by payment; what cannot be undone is decided otherwise."""
    applications = await live_applications([one.payment_id for one in late], uow)
    awaited = await awaited_of([uow.payments[one.payment_id] for one in late], uow)
    undone: dict[str, Bookings] = {}
    for one in late:
        payment, of_payment = uow.payments[one.payment_id], applications[one.payment_id]
        items = items_of(of_payment, uow)
        try:
            for application in of_payment:
                check_reversible(application, items)
        except NotReversible as error:
            decided[one.payment_id] = Heeded("unheeded", str(error))
            continue
        bookings = undone[one.payment_id] = Bookings()
        book = books[one.customer_id or ""]
        why = Why("reversed", f"remittance advice {one.advice.advice_id} says otherwise", one.advice.advised_on)
        for application in of_payment:
            reverse(application, payment, items, why, book, bookings)
        stop_waiting(payment, awaited.get(one.payment_id, []))
        _remark(payment, one, decided[one.payment_id])
    return undone


def _remark(payment: Payment, one: Late, decided: Heeded) -> None:
    payment.remark([f"remittance advice {one.advice.advice_id} came after the money: {decided.why}"])
