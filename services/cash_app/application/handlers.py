"""Invoices, charges and credit memos: what becomes an open item, and what settles it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.cash_app.application.domain.application import apply_payment, close_order, post_item
from services.cash_app.application.domain.credit_memo import credit_of
from services.cash_app.application.policy import APPLICATION_RULES
from services.cash_app.open_items.domain.discount_tax_rules import DiscountTaxRules, has_tax_in_discount
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.open_items.domain.instalments import items_of_instalments
from services.cash_app.open_items.domain.open_item import DiscountBase, OpenItem, charge_of, item_of
from services.cash_app.open_items.policy import DISCOUNT_TAX_RULES
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.work import CashWork
from shared.contracts.invoicing import CreditMemoPosted, FinanceChargePosted, InvoicePosted, OpenOrderChanged
from shared.kernel.journal import Account

log = structlog.get_logger(__name__)

Posted = InvoicePosted | FinanceChargePosted


async def post_invoices(invoices: list[InvoicePosted], uow: CashWork) -> None:
    """An invoice becomes an open item, or one for each instalment.

    Money that waited for it settles it first, then money on account.
    """
    versions = await uow.policy(APPLICATION_RULES)
    tax_rules = await uow.policy(DISCOUNT_TAX_RULES)

    def base(invoice: InvoicePosted) -> DiscountBase:
        return versions.on(invoice.invoice_date).document.of(invoice.company_id, invoice.customer_id).discount.base

    def lowers_tax(invoice: InvoicePosted) -> bool:
        return has_tax_in_discount(invoice) and _lowers_tax(invoice, tax_rules.on(invoice.invoice_date).document)

    await _post_items(
        [
            (invoice, item)
            for invoice in invoices
            for item in items_of_instalments(
                invoice, item_of(invoice, base(invoice), discount_lowers_tax=lowers_tax(invoice))
            )
        ],
        uow,
    )


def _lowers_tax(invoice: InvoicePosted, rules: DiscountTaxRules) -> bool:
    answer = rules.of(invoice.jurisdiction)
    if answer is None:
        log.warning(
            "whether a discount lowers the tax is not known: the whole discount will be booked as discount; add the "
            "jurisdiction to the policy discount_tax_rules",
            invoice=invoice.invoice_number,
            jurisdiction=invoice.jurisdiction,
        )
    return bool(answer)


async def post_finance_charges(charges: list[FinanceChargePosted], uow: CashWork) -> None:
    """Interest or a fee becomes an open item, paid by the customer's rules."""
    await _post_items([(charge, charge_of(charge)) for charge in charges], uow)


async def apply_credit_memos(memos: list[CreditMemoPosted], uow: CashWork) -> None:
    """A credit memo settles the invoice it corrects, else what the customer's rules choose; the rest is on account."""
    await uow.execute("add_customers", sorted({memo.customer_id for memo in memos}))
    books = await uow.subledgers(memo.customer_id for memo in memos)
    known = await uow.payments.load(memo.credit_memo_id for memo in memos)
    credits = [(memo, credit_of(memo)) for memo in memos if memo.credit_memo_id not in known]
    for _, credit in credits:
        uow.add_credit_memo(credit)
    await uow.load_items_for(credit for _, credit in credits)
    for memo, credit in credits:
        bookings = Bookings()
        credit.receive(bookings, out_of=Account.RECEIVABLES)
        apply_payment(credit, books[memo.customer_id], bookings)
        uow.post(bookings, cause=memo)


async def close_orders(changes: list[OpenOrderChanged], uow: CashWork) -> None:
    """Money that waits for an order of which nothing more will be invoiced is offered for refund, with the reason."""
    closed: dict[tuple[str, str], OpenOrderChanged] = {}
    for change in changes:
        if not change.open_amount:
            for name in filter(None, (change.order_id, change.customer_reference)):
                closed |= {(change.customer_id, key): change for key in (document_key(name), reference_key(name))}
    if not closed:
        return
    customers, keys = sorted({customer for customer, _ in closed}), sorted({key for _, key in closed})
    waiting = {row["customer_id"] for row in await uow.fetch("customers_waiting_for", customers, keys)}
    if not waiting:
        return
    await uow.subledgers(waiting)
    pending = await uow.pending_documents.fetch("load_pending_documents_by_key", sorted(waiting), keys)
    payments = await uow.payments.load({document.payment_id for document in pending})
    invoices = sorted({item_id for change in closed.values() for item_id in _items_of_invoice(change)})
    posted = {row["item_id"] for row in await uow.fetch("owners_of_items", invoices)}
    for document in pending:
        closing = closed.get((document.customer_id, document.document_key))
        payment = payments[document.payment_id]
        if closing is not None and closing.company_id == payment.company_id:
            invoiced = posted.issuperset(_items_of_invoice(closing))
            close_order(payment, document, closing.business_date, invoiced=invoiced)


def _items_of_invoice(change: OpenOrderChanged) -> list[str]:
    """The ids of the items that the invoice behind the change becomes; none where there is no invoice."""
    parts = [part.item_id for part in change.instalments]
    return parts or ([change.invoice_id] if change.invoice_id is not None else [])


async def _post_items(posted: Sequence[tuple[Posted, OpenItem]], uow: CashWork) -> None:
    customers = sorted({item.customer_id for _, item in posted})
    uow.new_customers |= {row["customer_id"] for row in await uow.fetch("add_customers", customers)}
    books = await uow.subledgers(customers)
    await uow.items.load((item.customer_id, item.item_id) for _, item in posted)
    new = [(event, item) for event, item in posted if (item.customer_id, item.item_id) not in uow.items]
    await uow.load_pending_for(item for _, item in new)
    for number, (event, item) in enumerate(new, start=1):
        if (item.customer_id, item.item_id) in uow.items:
            continue
        bookings = Bookings(items=[item])
        more_to_come = number < len(new) and new[number][0] is event
        post_item(item, books[item.customer_id], bookings, more_to_come=more_to_come)
        uow.post(bookings, cause=event)
