"""Remittance advice: it awaits its payment, or a payment that arrived first is applied as advised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.reopened import settle_reopened
from services.cash_app.application.policy import APPLICATION_RULES
from services.cash_app.corrections.domain.reversal import Correction, NotReversible, check_reversible, reverse_all
from services.cash_app.corrections.store import load_histories
from services.cash_app.identification.suspense import retry_suspended
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.remittance_advice.domain.late_advice import AdviceDecision, SettledBefore, decide
from services.cash_app.remittance_advice.store import LateAdvice, attach_remittance, store_advice
from services.cash_app.work import CashWork
from shared.contracts.erp import RemittanceAdvised
from shared.kernel.money import round_half_up


async def match_remittance_advice(advised: list[RemittanceAdvised], uow: CashWork) -> None:
    """Stores advice that awaits its payment; a payment that arrived first is applied as advised."""
    late = await store_advice(advised, uow)
    if not late:
        return
    identified = [one for one in late if one.customer_id is not None]
    if identified:
        await apply_late_advice(identified, uow)
    suspended = {one.payment_id: one for one in late if one.customer_id is None}
    if suspended:
        await attach_remittance(list(suspended.values()), uow)
        rows = await uow.fetch("suspended_of", sorted(suspended))
        await retry_suspended(rows, lambda payment: suspended[payment.payment_id].advice, uow)


async def apply_late_advice(late: Sequence[LateAdvice], uow: CashWork) -> None:
    """Applies money of known customers as its late advice states; what may not be changed waits for review."""
    books = await uow.subledgers(one.customer_id for one in late)
    payments = await uow.payments.load(one.payment_id for one in late)
    decisions = await _decisions(late, uow)
    accepted = [one for one in late if decisions[one.payment_id].action in ("apply", "reapply")]
    await attach_remittance(accepted, uow)
    to_reverse = [one for one in accepted if decisions[one.payment_id].action == "reapply"]
    reversed_ = await _reverse(to_reverse, decisions, books, uow)
    await uow.load_items_for(payments[one.payment_id] for one in accepted)
    for one in accepted:
        payment, bookings = payments[one.payment_id], reversed_.get(one.payment_id, Bookings())
        if decisions[one.payment_id].action == "needs_review":
            continue
        apply_payment(payment, books[one.customer_id or ""], bookings)
        settle_reopened(books[one.customer_id or ""], bookings)
        uow.post(bookings, cause=one.advice)
    notes = [
        (one.advice.advice_id, f"{one.note}; {decision.why}", decision.action == "needs_review")
        for one, decision in ((one, decisions[one.payment_id]) for one in late)
        if decision.action != "apply"
    ]
    if notes:
        await uow.write("note_advices", notes)


async def _decisions(late: Sequence[LateAdvice], uow: CashWork) -> dict[str, AdviceDecision]:
    ids = sorted(one.payment_id for one in late)
    settled: defaultdict[str, list[SettledBefore]] = defaultdict(list)
    touched: dict[str, str] = {}
    for row in await uow.fetch("payments_for_people", ids):
        reason = (
            "the money is held as a possible duplicate"
            if row["held"]
            else "a person had decided about the money before the advice arrived"
        )
        touched[row["payment_id"]] = max(touched.get(row["payment_id"], ""), reason)
    for row in await uow.fetch("live_lines_of_payments", ids):
        cash = round_half_up(row["amount"], row["currency"])
        settled[row["payment_id"]].append(SettledBefore(row["document_number"], cash, row["moved_since"]))
        if row["by_hand"]:
            touched.setdefault(row["payment_id"], "a person had applied the money before the advice arrived")
    versions = await uow.policy(APPLICATION_RULES)
    decisions = {}
    for one in late:
        payment = uow.payments[one.payment_id]
        if payment.customer_id != one.customer_id:
            touched[one.payment_id] = f"the money belongs to customer {payment.customer_id} by now"
        rules = versions.on(payment.value_date).document.of(payment.company_id, one.customer_id or "")
        reason = touched.get(one.payment_id, "")
        decisions[one.payment_id] = decide(
            one.advice.lines, settled[one.payment_id], reason, rules.rule_set.late_advice
        )
    return decisions


async def _reverse(
    late: Sequence[LateAdvice],
    decisions: dict[str, AdviceDecision],
    books: Mapping[str, CustomerSubledger],
    uow: CashWork,
) -> dict[str, Bookings]:
    """The opposite of all that the rules applied, by payment; what cannot be reversed is decided otherwise."""
    histories = await load_histories([uow.payments[one.payment_id] for one in late], uow)
    done: dict[str, Bookings] = {}
    for one in late:
        payment, history = uow.payments[one.payment_id], histories[one.payment_id]
        try:
            check_reversible(history.applications, history)
        except NotReversible as error:
            decisions[one.payment_id] = AdviceDecision("needs_review", str(error))
            continue
        bookings = done[one.payment_id] = Bookings()
        why = f"remittance advice {one.advice.advice_id} states otherwise"
        book = books[one.customer_id or ""]
        reverse_all(payment, history, Correction("reversed", why, one.advice.advised_on, book, bookings))
        decision = decisions[one.payment_id]
        payment.remark([f"remittance advice {one.advice.advice_id} arrived after the money: {decision.why}"])
    return done
