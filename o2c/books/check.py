"""`o2c check`: do the books agree, at present or as of any past day?"""

from __future__ import annotations

from datetime import date

from o2c.books import bank, ledger, receivables
from o2c.books.credits import credits
from o2c.books.databases import LAST_DAY, databases_open
from o2c.books.digest import digest
from o2c.books.exposure import exposure
from o2c.books.inputs import consumed_topics, inputs, outboxes, read_topics
from o2c.books.report import BooksReport, Line
from shared.contracts.gl_core import JournalBatchPosted

__all__ = ["BooksReport", "Line", "check_books", "digest"]


async def check_books(
    databases: dict[str, str], kafka_bootstrap_servers: str | None, as_of: date | None = None, topic_prefix: str = ""
) -> BooksReport:
    """Compares both sides of every invariant of the books, across all five databases and the general ledger.

    `databases` are the URLs by service. To be called at rest. As of a past day those invariants are
    compared that have dates; without a broker, those that need none. Raises LookupError for a missing URL.
    """
    at_present, day = as_of is None, as_of or LAST_DAY
    report = BooksReport(as_of)
    async with databases_open(databases) as dbs:
        report.lines += await ledger.double_entry(dbs, day)
        report.lines += await receivables.open_items(dbs, day)
        report.lines += await receivables.payments(dbs, day, at_present)
        report.lines += await bank.bank_accounts(dbs, day)
        report.lines += await bank.receipts(dbs, day)
        report.not_compared += await bank.cash_elsewhere(dbs, day)
        report.lines += await credits(dbs, day, at_present)
        report.lines += await ledger.sub_ledgers(dbs, day)
        report.lines += await exposure(dbs, day, at_present)
        report.lines += await receivables.analytics_items(dbs, day)
        report.lines += await receivables.aging(dbs, as_of)
        report.lines += await receivables.aging_sums(dbs, day)
        if at_present:
            report.lines += await receivables.copies(dbs)
            report.lines += await receivables.orders(dbs)
        report.lines += await receivables.invoice_numbers(dbs)
        if kafka_bootstrap_servers is None:
            report.not_compared.append("GL_CORE's totals and the inputs on Kafka's topics, as no broker was named")
        else:
            consumed = consumed_topics()
            wanted = {topic for topics in consumed.values() for topic in topics} | {JournalBatchPosted.topic}
            on_topics = await read_topics(kafka_bootstrap_servers, wanted, topic_prefix)
            report.lines += await ledger.general_ledger(dbs, day, on_topics.booked)
            report.lines += await inputs(dbs, consumed, on_topics)
        report.lines += await outboxes(dbs)
    return report
