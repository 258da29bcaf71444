"""What cash application hears and what it does about it. Of one batch, customers come before invoices
and invoices before payments, so that a payment finds the invoice that came with it."""

from __future__ import annotations

from collections.abc import Sequence

from services.cash_app.advices import keep_advices, name_late, with_remittance
from services.cash_app.domain.application import apply_payment, post_item
from services.cash_app.domain.application_rules import DiscountRules
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.credit_memo import credit_of
from services.cash_app.domain.open_items import OpenItem, charge_of, item_of
from services.cash_app.domain.payer_split import shares, split
from services.cash_app.domain.payments import Payment, payment_of
from services.cash_app.families import families_of
from services.cash_app.holding import held_as_told_twice, taken_before
from services.cash_app.imports.stages import STEPS, take_a_step
from services.cash_app.late_advice import heed_late
from services.cash_app.payers import envelope_of, keep_candidates, keep_names, who_paid
from services.cash_app.recording import record
from services.cash_app.returning import find_payments, receive_returns, returns_waiting_for, write_off_approved
from services.cash_app.rules_in_force import APPLICATION_RULES
from services.cash_app.store import CashWork
from services.cash_app.suspended import identify_newly_known, identify_suspended
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import BackgroundWork, DailyWork, HandlerTable, on
from shared.chassis.errors import EventRejected
from shared.chassis.transaction.unit_of_work import Cause
from shared.components import ledger
from shared.contracts.collections import WriteOffApproved
from shared.contracts.erp import (
    CustomerChanged,
    ExchangeRateSet,
    PaymentReceived,
    PaymentReturned,
    RemittanceAdvised,
)
from shared.contracts.invoicing import CreditMemoPosted, FinanceChargePosted, InvoicePosted
from shared.kernel.journal import Account

Posted = InvoicePosted | FinanceChargePosted


async def learn_customers(changes: list[CustomerChanged], uow: CashWork) -> None:
    """Names and payer accounts are kept; money in suspense that is theirs beyond doubt now is applied."""
    latest = {change.customer_id: change for change in changes}
    await uow.execute("open_ledgers", sorted(latest))
    await uow.books(latest)
    news = [change for change in latest.values() if change.version > uow.ledgers[change.customer_id].version]
    if not news:
        return
    for change in news:
        known = uow.ledgers[change.customer_id]
        known.version, known.company_id = change.version, change.company_id
        known.name, known.currency = change.name, change.currency
    accounts = [(account, change.customer_id) for change in news for account in change.payer_accounts]
    customers = sorted(change.customer_id for change in news)
    await uow.execute("forget_payer_accounts", customers, *_columns(accounts))
    await uow.execute("learn_payer_accounts", *_columns(accounts))
    await keep_names({change.customer_id: change.name for change in news}, uow)
    causes: dict[str, Cause] = {change.customer_id: change for change in news}
    await identify_newly_known(causes, {account: causes[customer_id] for account, customer_id in accounts}, uow)


async def learn_rates(rates: list[ExchangeRateSet], uow: CashWork) -> None:
    """Dated rates, for payments in another currency than the items they are for."""
    latest = {(r.from_currency, r.to_currency, r.valid_from): r for r in sorted(rates, key=lambda r: r.version)}
    rows = [(*key, rate.version, rate.rate) for key, rate in sorted(latest.items())]
    await uow.write("set_exchange_rates", rows)


async def post_invoices(invoices: list[InvoicePosted], uow: CashWork) -> None:
    """An invoice becomes an open item; money that waited for it, then money on account, settles it."""
    versions = await uow.policy(APPLICATION_RULES)

    def discounts(invoice: InvoicePosted) -> DiscountRules:
        return versions.on(invoice.invoice_date).document.of(invoice.company_id, invoice.customer_id).discount

    await _post_items([(invoice, item_of(invoice, discounts(invoice))) for invoice in invoices], uow)


async def post_charges(charges: list[FinanceChargePosted], uow: CashWork) -> None:
    """Interest or a fee becomes an open item, paid as the rules of the customer say."""
    await _post_items([(charge, charge_of(charge)) for charge in charges], uow)


async def apply_credit_memos(memos: list[CreditMemoPosted], uow: CashWork) -> None:
    """A credit memo settles the invoice it corrects, else what the customer's rules say; the rest is on account."""
    await uow.execute("open_ledgers", sorted({memo.customer_id for memo in memos}))
    books = await uow.books(memo.customer_id for memo in memos)
    known = await uow.payments.load(memo.credit_memo_id for memo in memos)
    credits = [(memo, uow.payments.put(credit_of(memo))) for memo in memos if memo.credit_memo_id not in known]
    await uow.load_items_for(credit for _, credit in credits)
    for memo, credit in credits:
        bookings = Bookings()
        credit.receive(bookings, out_of=Account.RECEIVABLES)
        for awaited in apply_payment(credit, books[memo.customer_id], bookings):
            uow.awaited.put(awaited)
        record(uow, bookings, cause=memo)


async def hear_advice(advised: list[RemittanceAdvised], uow: CashWork) -> None:
    """What a payer says a payment is for waits for the money; money that came before is applied as it says."""
    late = await keep_advices(advised, uow)
    if not late:
        return
    known = [one for one in late if one.customer_id is not None]
    if known:
        await heed_late(known, uow)
    nobodys = {one.payment_id: one for one in late if one.customer_id is None}
    if nobodys:
        await name_late(list(nobodys.values()), uow)
        suspended = await uow.fetch("suspended_of", sorted(nobodys))
        await identify_suspended(suspended, lambda payment: nobodys[payment.payment_id].advice, uow)


async def receive_payments(received: list[PaymentReceived], uow: CashWork) -> None:
    """Each payment once: whose it is, what it settles and why; nobody's money goes to suspense."""
    new = await with_remittance(await _without_duplicates(received, uow), uow)
    envelopes = [envelope_of(event) for event in new]
    whose, known, rules = await who_paid(
        [(payer, event.value_date) for payer, event in zip(envelopes, new, strict=True)], uow
    )
    payments: list[tuple[PaymentReceived, Payment]] = []
    families = await families_of(zip(envelopes, whose, rules, strict=True), uow)
    for event, payer, found, policy in zip(new, envelopes, whose, rules, strict=True):
        others = shares(payer, event.amount, found, known, policy, families.of(found))
        for part, of_part in split(event, found, families.taken(found, others)):
            payments.append((event, uow.payments.put(payment_of(part, of_part.customer_id, of_part.why))))
    nobodys = [(e.payment_id, found) for e, found in zip(new, whose, strict=True) if found.customer_id is None]
    await keep_candidates(nobodys, uow)
    books = await uow.books(payment.customer_id for _, payment in payments if payment.customer_id is not None)
    await uow.load_items_for(payment for _, payment in payments)
    before = await taken_before([payment for _, payment in payments], uow)
    for event, payment in payments:
        bookings = Bookings()
        payment.receive(bookings)
        if payment.customer_id is not None and not held_as_told_twice(
            payment, event, before, books[payment.customer_id], uow
        ):
            for awaited in apply_payment(payment, books[payment.customer_id], bookings):
                uow.awaited.put(awaited)
        record(uow, bookings, cause=event)
    await find_payments(await returns_waiting_for(new, uow), uow)


async def take_back_returned(returned: list[PaymentReturned], uow: CashWork) -> None:
    """The bank took money back: what the payment settled is owed again, with a fee; unknown ones wait."""
    await find_payments(await receive_returns(returned, uow), uow)


async def post_write_offs(approved: list[WriteOffApproved], uow: CashWork) -> None:
    """What collections gave up is written off, at most what is still owed."""
    await write_off_approved(approved, uow)


async def look_at_suspense_again(run: DailyRun, uow: CashWork) -> str | None:
    """Each day, money in suspense whose customer has become known in the meantime is applied."""
    suspended = await uow.fetch("suspended_after", run.company_id, run.after, run.limit)
    await identify_suspended(suspended, lambda payment: run, uow)
    return suspended[-1]["payment_id"] if len(suspended) == run.limit else None


async def _post_items(posted: Sequence[tuple[Posted, OpenItem]], uow: CashWork) -> None:
    customers = sorted({item.customer_id for _, item in posted})
    opened = {row["customer_id"] for row in await uow.fetch("open_ledgers", customers)}
    books = await uow.books(customers)
    await uow.items.load((item.customer_id, item.item_id) for _, item in posted)
    new = [(event, item) for event, item in posted if (item.customer_id, item.item_id) not in uow.items]
    await uow.load_awaited_for(item for _, item in new)
    for event, item in new:
        if (item.customer_id, item.item_id) in uow.items:
            continue
        bookings = Bookings()
        uow.add_item(item)
        post_item(item, books[item.customer_id], bookings)
        record(uow, bookings, cause=event)
    await identify_newly_known(
        {event.customer_id: event for event, _ in posted if event.customer_id in opened}, {}, uow
    )


async def _without_duplicates(received: Sequence[PaymentReceived], uow: CashWork) -> list[PaymentReceived]:
    """The payments whose bank reference is new; the others are kept as duplicates and do nothing.

    Raises EventRejected for a payment id that came before under another bank reference.
    """
    first: dict[str, PaymentReceived] = {}
    for event in received:
        first.setdefault(event.bank_reference, event)
    claimed = await uow.fetch("claim_bank_references", list(first), [event.payment_id for event in first.values()])
    fresh = {row["bank_reference"] for row in claimed}
    new = [event for reference, event in first.items() if reference in fresh]
    again = [
        event for event in received if event.bank_reference not in fresh or event is not first[event.bank_reference]
    ]
    if again:
        rows = await uow.fetch("payments_of_references", sorted({event.bank_reference for event in again}))
        known = {row["bank_reference"]: row["payment_id"] for row in rows}
        for event in again:
            _keep_duplicate(event, known[event.bank_reference], uow)
    await _refuse_reused_ids(new, uow)
    return new


async def _refuse_reused_ids(new: Sequence[PaymentReceived], uow: CashWork) -> None:
    taken = {
        key: payment.bank_reference for key, payment in (await uow.payments.load(e.payment_id for e in new)).items()
    }
    for event in new:
        other = taken.setdefault(event.payment_id, event.bank_reference)
        if other != event.bank_reference:
            raise EventRejected(
                f"payment id {event.payment_id!r} came before with bank reference {other!r}, now with "
                f"{event.bank_reference!r}: send it again under an id of its own"
            )


def _keep_duplicate(event: PaymentReceived, first_payment_id: str, uow: CashWork) -> None:
    uow.append(
        "insert_duplicates",
        (
            event.context.id,
            event.bank_reference,
            event.payment_id,
            first_payment_id,
            event.company_id,
            event.customer_id,
            event.currency,
            event.amount,
            event.value_date,
        ),
    )


def _columns(accounts: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [account for account, _ in accounts], [customer_id for _, customer_id in accounts]


handlers = HandlerTable(
    "cash_app",
    [
        on(CustomerChanged, learn_customers),
        on(ExchangeRateSet, learn_rates),
        on(InvoicePosted, post_invoices),
        on(FinanceChargePosted, post_charges),
        on(CreditMemoPosted, apply_credit_memos),
        on(RemittanceAdvised, hear_advice),
        on(PaymentReceived, receive_payments),
        on(PaymentReturned, take_back_returned),
        on(WriteOffApproved, post_write_offs),
        *ledger.subscriptions("cash_app"),
    ],
    daily=[
        ledger.SUBMIT_JOURNAL,
        DailyWork("suspense", look_at_suspense_again, chunk=500),
    ],
    background=[
        BackgroundWork("imports", take_a_step, waiting="imports_waiting", steps=STEPS),
    ],
)
