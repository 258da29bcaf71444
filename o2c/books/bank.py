"""The bank's closing balances against cash in the journal, account by account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from o2c.books.databases import Database
from o2c.books.report import Line
from services.cash_app.bank_reconciliation.domain.coding import UncodedLine, code_by_rule
from services.cash_app.bank_reconciliation.domain.reconciliation import NamedItem, Reconciliation
from services.cash_app.bank_reconciliation.policy import BANK_CODING_RULES
from services.cash_app.bank_reconciliation.store import defaults_of, own_accounts_on, reconcile_accounts
from shared.chassis.transaction.policy_book import PolicyBook
from shared.kernel.money import amount_text

_ITEMS_SHOWN_MAX = 10


async def bank_accounts(dbs: dict[str, Database], day: date) -> list[Line]:
    """Each account that has a statement, at the end of the day of its last one.

    The closing balance is the cash in the journal plus and minus named items, and nothing is left unexplained: lines or
    postings that cancel each other out are named as well.
    """
    cash_app = dbs["cash_app"]
    accounts = [row["bank_account"] for row in await cash_app.rows("bank_accounts_with_statements", day)]
    own = await own_accounts_on(day, cash_app)
    lines: list[Line] = []
    for found in await reconcile_accounts(accounts, day, own, cash_app):
        lines += _compared(found)
    return lines or [Line("Bank's closing balance = cash in the journal", "bank", 0, "journal", 0, note="no statement")]


async def receipts(dbs: dict[str, Database], day: date) -> list[Line]:
    """What the bank marks as its own or our money, such as a refund that came back, is not posted as a customer's."""
    cash_app = dbs["cash_app"]
    versions = await PolicyBook(cash_app, (BANK_CODING_RULES,)).of(BANK_CODING_RULES)
    codes = {
        part.upper()
        for version in versions.all for rule in version.document.rules for code in rule.codes
        for part in code.split("/") if part != "*"
    }  # fmt: skip
    found = []
    for row in await cash_app.rows("receipts_with_codes", day, sorted(codes)):
        names = ("bank_account", "currency", "amount", "bank_code", "details")
        line = UncodedLine(**{name: row[name] for name in names})
        coding = code_by_rule(line, versions.on(row["statement_date"]).document, ())
        if coding is not None:
            amount = amount_text(row["amount"], row["currency"])
            found.append(
                f"{amount} {row['currency']} as payment {row['subject_id']}, but {coding.purpose}: {coding.why}"
            )
    note = "; ".join(found[:_ITEMS_SHOWN_MAX])
    return [Line("The bank's and our own money is no customer's payment", "lines", len(found), "none", 0, note=note)]


async def cash_elsewhere(dbs: dict[str, Database], day: date) -> list[str]:
    """Cash in the journal that is on no account of ours: a sentence per company and currency.

    Without any statement there is nothing that it could be compared with.
    """
    cash_app = dbs["cash_app"]
    if not await cash_app.rows("bank_accounts_with_statements", day):
        return []
    own = await own_accounts_on(day, cash_app)
    defaults = await defaults_of(own, cash_app)
    rows = await cash_app.rows(
        "cash_without_account", day, [key[0] for key in defaults], [key[1] for key in defaults],
        list(own.further_numbers()),
    )  # fmt: skip
    return [
        f"{amount_text(row['amount'], row['currency'])} {row['currency']} of company {row['company_id']} in the "
        "journal names no bank account: the policy own_accounts may name a default one"
        for row in rows
    ]


def _compared(found: Reconciliation) -> list[Line]:
    statement = found.statement
    where = f"{statement.company_id} {statement.bank_account} {statement.on} {statement.currency}"
    named = found.closing - found.cash - found.difference
    parts = [f"{kind.replace('_', ' ')} {_signed(amount)}" for kind, amount in sorted(found.explained.items())]
    note = f"journal {found.cash:,}" + "".join(f", {part}" for part in parts)
    return [
        Line(
            "Bank's closing balance = cash in the journal + named items",
            "closing balance (bank)", found.closing, "journal + items (cash_app)", found.cash + named, where, note,
        ),
        Line(
            "Each line of a statement and each posting to cash explained",
            "not explained", len(found.unexplained), "none", 0, where, _sentences(found.unexplained),
        ),
    ]  # fmt: skip


def _signed(amount: Decimal) -> str:
    """Positive where the bank has more than the journal; already with the currency's decimals."""
    return f"{amount:+,}"


def _sentences(items: tuple[NamedItem, ...]) -> str:
    shown = [f"{_signed(item.amount)} on {item.on}: {item.why}" for item in items[:_ITEMS_SHOWN_MAX]]
    further = len(items) - len(shown)
    return "; ".join(shown) + (f"; and {further} more" if further else "")
