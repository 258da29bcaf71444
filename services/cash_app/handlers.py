"""What cash application hears and what it does about it. Of one batch, customers come before invoices
and invoices before payments, so that a payment finds the invoice that came with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.cash_app.domain.application import apply_payment, post_item
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.identification import identify
from services.cash_app.domain.open_items import item_of
from services.cash_app.domain.payments import Payment, PaymentState, payment_of
from services.cash_app.recording import record
from services.cash_app.store import CashWork
from shared import ledger
from shared.chassis.daily import DailyRun
from shared.chassis.errors import Refused
from shared.chassis.handlers import Handlers
from shared.chassis.unit_of_work import Cause
from shared.contracts.erp import CustomerChanged, PaymentReceived
from shared.contracts.invoicing import InvoicePosted

handlers = Handlers("cash_app")


@handlers.handles(CustomerChanged)
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
    causes: dict[str, Cause] = {change.customer_id: change for change in news}
    await _identify_newly_known(causes, {account: causes[customer_id] for account, customer_id in accounts}, uow)


@handlers.handles(InvoicePosted)
async def post_invoices(invoices: list[InvoicePosted], uow: CashWork) -> None:
    """An invoice becomes an open item; money that waited for it, then money on account, settles it."""
    customers = sorted({invoice.customer_id for invoice in invoices})
    opened = {row["customer_id"] for row in await uow.fetch("open_ledgers", customers)}
    books = await uow.books(customers)
    await uow.items.load((invoice.customer_id, invoice.invoice_id) for invoice in invoices)
    new = [invoice for invoice in invoices if (invoice.customer_id, invoice.invoice_id) not in uow.items]
    await uow.load_awaited_for(item_of(invoice) for invoice in new)
    for invoice in new:
        if (invoice.customer_id, invoice.invoice_id) in uow.items:
            continue
        item, bookings = item_of(invoice), Bookings()
        uow.add_item(item)
        post_item(item, books[invoice.customer_id], bookings)
        record(uow, bookings, cause=invoice)
    await _identify_newly_known({i.customer_id: i for i in invoices if i.customer_id in opened}, {}, uow)


@handlers.handles(PaymentReceived)
async def receive_payments(received: list[PaymentReceived], uow: CashWork) -> None:
    """Each payment once: whose it is, what it settles and why; nobody's money goes to suspense."""
    new = await _without_duplicates(received, uow)
    customers, holders = await _who_is_known(
        [event.customer_id for event in new], [event.payer_account for event in new], uow
    )
    payments = []
    for event in new:
        found = identify(event.customer_id, event.payer_account, customers, holders)
        payments.append(uow.payments.put(payment_of(event, found.customer_id, found.why)))
    books = await uow.books(payment.customer_id for payment in payments if payment.customer_id is not None)
    await uow.load_items_for(payments)
    for event, payment in zip(new, payments, strict=True):
        bookings = Bookings()
        payment.receive(bookings)
        if payment.customer_id is not None:
            for awaited in apply_payment(payment, books[payment.customer_id], bookings):
                uow.awaited.put(awaited)
        record(uow, bookings, cause=event)


ledger.register(handlers)


@handlers.daily("suspense", chunk=500)
async def look_at_suspense_again(run: DailyRun, uow: CashWork) -> str | None:
    """Each day, money in suspense whose customer has become known in the meantime is applied."""
    suspended = await uow.fetch("suspended_after", run.company_id, run.after, run.limit)
    await _identify_suspended(suspended, lambda payment: run, uow)
    return suspended[-1]["payment_id"] if len(suspended) == run.limit else None


async def assign(found: Sequence[tuple[Payment, str, str]], uow: CashWork) -> list[tuple[Payment, Bookings]]:
    """Takes payments out of suspense, each for a known customer and with a reason, and applies them by the
    same rules as any other. The business date is today, or the value date where that is later.
    """
    books = await uow.books(customer_id for _, customer_id, _ in found)
    assigned = []
    for payment, customer_id, why in sorted(found, key=lambda entry: entry[0].age):
        assigned.append((payment, Bookings()))
        payment.assign(customer_id, max(payment.value_date, uow.today or payment.value_date), why, assigned[-1][1])
    await uow.load_items_for(payment for payment, _ in assigned)
    for payment, bookings in assigned:
        for awaited in apply_payment(payment, books[payment.customer_id or ""], bookings):
            uow.awaited.put(awaited)
    return assigned


async def _identify_newly_known(
    by_customer: Mapping[str, Cause], by_account: Mapping[str, Cause], uow: CashWork
) -> None:
    """Money in suspense is looked at again when its customer or account became known."""

    def cause_of(payment: Payment) -> Cause:
        return by_customer.get(payment.customer_id or "") or by_account[payment.payer_account or ""]

    if by_customer or by_account:
        suspended = await uow.fetch("suspended_for", sorted(by_customer), sorted(by_account))
        await _identify_suspended(suspended, cause_of, uow)


async def _identify_suspended(
    suspended: Sequence[Mapping[str, Any]], cause_of: Callable[[Payment], Cause], uow: CashWork
) -> None:
    customers, holders = await _who_is_known(
        [row["stated_customer"] for row in suspended], [row["payer_account"] for row in suspended], uow
    )
    found = {}
    for row in suspended:
        whose = identify(row["stated_customer"], row["payer_account"], customers, holders)
        if whose.customer_id is not None:
            found[row["payment_id"]] = (whose.customer_id, whose.why)
    # Customers are locked before their payments, here as everywhere; a clerk may have been quicker.
    await uow.books(customer_id for customer_id, _ in found.values())
    payments = (await uow.payments.load(found)).values()
    still = [(p, *found[p.payment_id]) for p in payments if p.state is PaymentState.SUSPENSE]
    for payment, bookings in await assign(still, uow):
        record(uow, bookings, cause=cause_of(payment))


async def _who_is_known(
    stated: Iterable[str | None], accounts: Iterable[str | None], uow: CashWork
) -> tuple[set[str], dict[str, set[str]]]:
    """The stated customers that are known, and the customers known to pay from the accounts."""
    named, used = {c for c in stated if c is not None}, {a for a in accounts if a is not None}
    known = {row["customer_id"] for row in await uow.fetch("known_customers", sorted(named))} if named else set()
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for row in await uow.fetch("holders_of_accounts", sorted(used)) if used else []:
        holders[row["payer_account"]].add(row["customer_id"])
    return known, holders


async def _without_duplicates(received: Sequence[PaymentReceived], uow: CashWork) -> list[PaymentReceived]:
    """The payments whose bank reference is new; the others are kept as duplicates and do nothing.

    Raises Refused for a payment id that came before under another bank reference.
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
            raise Refused(
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
