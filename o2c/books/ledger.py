"""Invariants of the journals: double entry, the sub-ledgers behind the accounts, the general ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from o2c.books.amounts import Amounts, by_currency, minus, negated, only, plus
from o2c.books.databases import Database
from o2c.books.report import Line, compare
from shared.contracts.gl_core import JournalBatchPosted
from shared.kernel.journal import Account
from shared.kernel.money import amount_text

JOURNALS = ("invoicing", "cash_app")
_SOLD = (Account.REVENUE, Account.TAX_PAYABLE, Account.MIGRATION_CLEARING)
_CODED = (Account.TRANSFER_CLEARING, Account.BANK_CHARGES, Account.INTEREST_INCOME, Account.INTEREST_EXPENSE)
_WAITING = {Account.SUSPENSE: "suspense", Account.UNAPPLIED_CASH: "unapplied", Account.ON_ACCOUNT: "on_account"}


async def double_entry(dbs: dict[str, Database], day: date) -> list[Line]:
    """Debits are credits in each journal."""
    lines = []
    for name in JOURNALS:
        debits, credits = [by_currency(await _journal(dbs[name], day, side)) for side in ("debit", "credit")]
        lines += compare(f"Debits = credits in the journal of {name}", "debits", debits, "credits", credits)
    return lines


async def sub_ledgers(dbs: dict[str, Database], day: date) -> list[Line]:
    """The balance of an account in the journals is the sum of the documents behind it."""
    invoicing, cash_app = dbs["invoicing"], dbs["cash_app"]
    receivables = plus(
        *[await dbs[name].amounts("receivables_by_customer", day, str(Account.RECEIVABLES)) for name in JOURNALS]
    )
    open_items = await cash_app.amounts("open_by_customer", day)
    invoices = by_currency(await invoicing.amounts("invoiced_by_customer", day))
    charges = by_currency(await invoicing.amounts("charged_by_customer", day))
    credited, waived = [
        by_currency(await invoicing.amounts("credited_by_customer", day, amount=of))
        for of in ("of_invoices", "of_charges")
    ]
    received = await cash_app.amounts("payments_received", day, keys=("currency",), amount="cash")
    returned = await cash_app.amounts("payments_returned", day, keys=("currency",))
    waiting = await cash_app.amounts("cash_waiting", day, keys=("account", "currency"))
    debits, credits = [
        plus(*[await _journal(dbs[name], day, side) for name in JOURNALS]) for side in ("debit", "credit")
    ]
    discounted = await cash_app.amounts("granted_by_currency", day, keys=("currency",), amount="tax")
    fees = await cash_app.amounts("bank_fees", day, keys=("currency",))
    coded_lines = await cash_app.amounts("coded_lines", day, keys=("account", "currency"))
    coded = plus(coded_lines, await cash_app.amounts("coded_payments", day, keys=("account", "currency")))
    owned, owed = minus(debits, credits), minus(credits, debits)
    lines = compare(
        "Receivables in the journals = open items, per customer",
        "receivables (both journals)", receivables, "open items (cash_app)", open_items,
    )  # fmt: skip
    lines += compare(
        "Sales in the journal = invoices - credit memos - tax in discounts",
        "revenue, tax, brought forward", only(owed, _SOLD),
        "invoices - credit memos - tax in discounts", minus(minus(invoices, credited), discounted),
    )  # fmt: skip
    lines += compare(
        "Finance charges in the journal = charges - those waived",
        "income", only(owed, [Account.FINANCE_CHARGES]), "charges - credit memos", minus(charges, waived),
    )  # fmt: skip
    lines += compare(
        "Cash in the journal = payments",
        "cash", only(owned, [Account.CASH]), "payments received - returned - bank fees - bank lines coded",
        minus(received, returned, fees, by_currency(coded_lines)),
    )  # fmt: skip
    lines += compare(
        "Bank lines coded in the journal = lines of statements",
        "in the journal", _of_bank_lines(owned, coded), "lines coded", _without_refunds(coded),
    )  # fmt: skip
    for account, name in _WAITING.items():
        invariant = f"{name.replace('_', ' ').capitalize()} in the journal = payments"
        lines += compare(invariant, "in the journal", only(owed, [account]), "of payments", only(waiting, [name]))
    return lines + await _given_away(cash_app, day, owned, coded) + await _exchanged(cash_app, day, owned)


def _of_bank_lines(owned: Amounts, coded: Amounts) -> Amounts:
    """The balances of the accounts that only lines of bank statements are coded to."""
    accounts = {*_CODED, *(account for account, _ in coded)} - {Account.REFUND_CLEARING}
    return {key: amount for key, amount in owned.items() if key[0] in accounts}


def _without_refunds(coded: Amounts) -> Amounts:
    """Without refunds paid, which clear what was refunded."""
    return {key: amount for key, amount in coded.items() if key[0] != Account.REFUND_CLEARING}


async def _given_away(cash_app: Database, day: date, owned: Amounts, coded: Amounts) -> list[Line]:
    """Discounts, tolerances, bad debts and refunds: what was granted is what was posted."""
    lines: list[Line] = []
    for account, query, column, what in (
        (Account.DISCOUNT_GRANTED, "granted_by_currency", "discount", "Discounts"),
        (Account.TOLERANCE, "granted_by_currency", "tolerance", "Tolerances"),
        (Account.BAD_DEBT, "written_off", "amount", "Bad debt"),
        (Account.REFUND_CLEARING, "payments_refunded", "amount", "Refunds"),
        (Account.BANK_FEES, "bank_fees", "amount", "Bank fees"),
    ):
        granted = await cash_app.amounts(query, day, keys=("currency",), amount=column)
        posted = only(owned, [account])
        if account is Account.REFUND_CLEARING:
            posted = plus(negated(posted), only(coded, [account]))
        lines += compare(
            f"{what} in the journal = {what.lower()} granted", "in the journal", posted, "granted", granted
        )
    return lines


async def _exchanged(cash_app: Database, day: date, owned: Amounts) -> list[Line]:
    """What was exchanged: items' currency in, payments' currency out, each with its realised differences."""
    exchanged = await cash_app.amounts("exchanged_by_currency", day, keys=("currency",))
    posted = only(owned, [Account.EXCHANGE_CLEARING, Account.EXCHANGE_DIFFERENCE])
    return compare(
        "Exchange in the journal = payments for items in other currencies",
        "clearing and differences", posted, "items settled - money used", exchanged,
    )  # fmt: skip


async def general_ledger(dbs: dict[str, Database], day: date, booked: dict[str, JournalBatchPosted]) -> list[Line]:
    """What GL_CORE booked is what was sent to it; with what is still on its way it is the whole journal."""
    lines = []
    for side in ("debit", "credit"):
        posted = [
            await dbs[name].amounts("posted_batches_by_account", day, keys=("account", "currency"), amount=side)
            for name in JOURNALS
        ]
        lines += compare(
            f"General ledger: {side}s by account",
            "batches posted (journals)", plus(*posted), "booked (GL_CORE)", _booked(booked, day, side),
        )  # fmt: skip
    in_gl = by_currency(_booked(booked, day, "debit"))
    states = plus(
        *[await dbs[name].amounts("postings_by_batch_state", day, keys=("state", "currency")) for name in JOURNALS]
    )
    waiting = {key: amount for key, amount in states.items() if key[0] != "posted"}
    for line in compare(
        "Journals = general ledger + on its way",
        "postings (both)", by_currency(states), "booked (GL_CORE) + not yet", plus(in_gl, by_currency(waiting)),
    ):  # fmt: skip
        parts = [
            f"{amount_text(amount, currency)} {state}"
            for (state, currency), amount in sorted(waiting.items())
            if currency == line.where
        ]
        lines.append(replace(line, note=", ".join(parts)))
    return lines


async def _journal(database: Database, day: date, side: str) -> Amounts:
    return await database.amounts("journal_by_account", day, keys=("account", "currency"), amount=side)


def _booked(batches: dict[str, JournalBatchPosted], day: date, side: str) -> Amounts:
    sides: list[Amounts] = [
        {(total.account, batch.currency): getattr(total, side)}
        for batch in batches.values()
        if batch.business_date <= day
        for total in batch.totals
    ]
    return plus(*sides)
