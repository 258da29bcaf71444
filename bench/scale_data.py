"""A large business at one moment: customers with their open items, as rows for COPY, and what follows from them.

Every figure is computed from the number of customer and item, so that what the services answer can be checked
without keeping a million items in memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from bench.documents import COMPANY, TODAY, customer_id
from shared.kernel.aging import AgingBucket, bucket_of

ITEMS_EACH: Final = 10
NET_DAYS: Final = 30
_AGES: Final = 140
"""Items are posted on so many days before the bench's day: most buckets of the aging have some."""
_RELIEVED_EVERY: Final = 20
_FIRST_RELIEF_DAYS, _LAST_RELIEF_DAYS = 20, 5
"""One item in so many is paid in part, a tenth of it twice, that long before the bench's day if posted by then."""
_LADDER: Final = (1, 31, 61, 91)
"""Days overdue from which each step of the shipped dunning ladder holds."""
_LINES_AT_ONCE: Final = 5_000
_COLUMNS: Final = {
    "cash_app": {
        "customer_ledger": "customer_id version company_id name currency",
        "open_item": "customer_id item_id item_version company_id document_number document_key currency "
        "original_amount open_amount document_date due_date discount_date discount_amount discount_taken disputed "
        "moved_on closed_on open_since",
        "item_movement": "customer_id item_id item_version company_id currency business_date change cause cause_id",
    },
    "credit": {
        "account": "customer_id customer_version company_id name currency credit_limit open_items_total",
        "open_item": "customer_id item_id currency open_amount item_version due_date",
    },
    "collections": {
        "customer": "customer_id company_id version name active promises_made",
        "open_item": "customer_id item_id item_version company_id document_number currency original_amount "
        "open_amount document_date due_date disputed last_dunning_step",
    },
    "analytics": {
        "customer": "customer_id version name",
        "book": "company_id currency first_posted_on",
        "item": "customer_id item_id company_id currency document_number original_amount open_amount item_version "
        "document_date due_date disputed posted_on first_relief_on last_relief_on closed_on in_order",
        "item_movement": "customer_id item_id item_version company_id currency business_date change cause",
    },
}


@dataclass(frozen=True, slots=True)
class Item:
    """Amounts in cents of USD."""

    number: int
    customer: int
    posted_days_ago: int
    cents: int
    reliefs: int

    @property
    def open_cents(self) -> int:
        return self.cents - self.reliefs * (self.cents // 10)

    def open_cents_as_of(self, days_ago: int) -> int:
        """What was open at the end of the day so many days before the bench's."""
        if self.posted_days_ago < days_ago:
            return 0
        relieved = sum(days_ago <= on for on in (_FIRST_RELIEF_DAYS, _LAST_RELIEF_DAYS)) if self.reliefs else 0
        return self.cents - relieved * (self.cents // 10)

    @property
    def movements(self) -> list[tuple[int, int, int, str]]:
        """Version, days ago, cents and cause."""
        part = -(self.cents // 10)
        reliefs = [(2, _FIRST_RELIEF_DAYS, part, "cash"), (3, _LAST_RELIEF_DAYS, part, "cash")]
        return [(1, self.posted_days_ago, self.cents, "posted"), *(reliefs if self.reliefs else [])]


def item(number: int) -> Item:
    scattered = number * 2_654_435_761 % 2**32
    posted = scattered % _AGES
    relieved = number % _RELIEVED_EVERY == 0 and posted >= _FIRST_RELIEF_DAYS
    return Item(number, number // ITEMS_EACH, posted, 1_000 + scattered // _AGES % 500_000, 2 if relieved else 0)


def items(customers: int) -> Iterator[Item]:
    return (item(number) for number in range(customers * ITEMS_EACH))


def overdue(one: Item) -> bool:
    return one.posted_days_ago > NET_DAYS


def aging(customers: int, days_ago: int) -> dict[AgingBucket, int]:
    """Cents by bucket at the end of the day so many days before the bench's."""
    bucket = [bucket_of(day_of(posted - NET_DAYS), day_of(days_ago)) for posted in range(_AGES)]
    cents = Counter[AgingBucket]()
    for one in items(customers):
        cents[bucket[one.posted_days_ago]] += one.open_cents_as_of(days_ago)
    return dict(cents)


def aging_by_customer(customers: int, days_ago: int) -> list[tuple[str, int]]:
    """Customers who owed something at the end of the day so many days before the bench's, in order, with the cents."""
    owed = Counter[int]()
    for one in items(customers):
        owed[one.customer] += one.open_cents_as_of(days_ago)
    return sorted((customer_id(number), cents) for number, cents in owed.items() if cents)


def steps_reached(customers: int) -> int:
    """How many items reach a step of the shipped dunning ladder on the bench's day; yesterday's were sent."""
    return sum(_step(one.posted_days_ago) > _step(one.posted_days_ago - 1) for one in items(customers))


def _step(posted_days_ago: int) -> int:
    return bisect_left(_LADDER, posted_days_ago - NET_DAYS + 1)


def worklist(customers: int) -> list[tuple[str, int]]:
    """Customers by what they owe past its due date, the most first, with the cents."""
    owed = Counter[int]()
    for one in items(customers):
        if overdue(one):
            owed[one.customer] += one.open_cents
    return sorted(((customer_id(number), cents) for number, cents in owed.items()), key=lambda row: (-row[1], row[0]))


async def copy_all(connection: Any, service: str, customers: int, done: Callable[[int], None]) -> None:
    """Fills the tables of a service by COPY, what is summed up from them thereafter.

    `done` receives how many items of a table have been read.
    """
    for table, columns in _COLUMNS[service].items():
        lines = _rows(service, table, customers)
        await connection.copy_to_table(table, source=_chunks(lines, done), columns=columns.split(), format="text")
    if service == "analytics":
        await connection.execute("SELECT make_aging_sums()")


async def _chunks(lines: Iterator[str], done: Callable[[int], None]) -> AsyncIterator[bytes]:
    count, chunk = 0, list[str]()
    for line in lines:
        chunk.append(line)
        if len(chunk) == _LINES_AT_ONCE:
            count += len(chunk)
            yield "".join(chunk).encode()
            chunk.clear()
            done(count)
    yield "".join(chunk).encode()


def _rows(service: str, table: str, customers: int) -> Iterator[str]:
    if table == "book":
        return iter([f"{COMPANY}\tUSD\t{_iso(_AGES - 1)}\n"])
    if table in ("customer_ledger", "account", "customer"):
        owed = Counter[int]()
        if service == "credit":
            for one in items(customers):
                owed[one.customer] += one.open_cents
        return (_customer(service, number, owed[number]) for number in range(customers))
    if table == "item_movement":
        causes = service == "cash_app"
        return (line for one in items(customers) for line in _movements(one, with_cause_id=causes))
    line = {"cash_app": _cash_app, "credit": _credit, "collections": _collections, "analytics": _analytics}[service]
    return (line(one) for one in items(customers))


def _customer(service: str, number: int, owed: int) -> str:
    who = customer_id(number)
    rows = {
        "cash_app": f"{who}\t1\t{COMPANY}\tCustomer {number}\tUSD\n",
        "credit": f"{who}\t1\t{COMPANY}\tCustomer {number}\tUSD\t999999999.00\t{_amount(owed)}\n",
        "collections": f"{who}\t{COMPANY}\t1\tCustomer {number}\tt\t0\n",
        "analytics": f"{who}\t1\tCustomer {number}\n",
    }
    return rows[service]


def _cash_app(one: Item) -> str:
    posted, due, moved = _dates(one)
    return (
        f"{customer_id(one.customer)}\t{item_id(one)}\t{1 + one.reliefs}\t{COMPANY}\t{document_number(one)}\t"
        f"{document_number(one)}\tUSD\t{_amount(one.cents)}\t{_amount(one.open_cents)}\t{posted}\t{due}\t\\N\t0\t0\tf\t"
        f"{moved}\t\\N\t{posted}\n"
    )


def _credit(one: Item) -> str:
    _, due, _ = _dates(one)
    return f"{customer_id(one.customer)}\t{item_id(one)}\tUSD\t{_amount(one.open_cents)}\t{1 + one.reliefs}\t{due}\n"


def _collections(one: Item) -> str:
    posted, due, _ = _dates(one)
    return (
        f"{customer_id(one.customer)}\t{item_id(one)}\t{1 + one.reliefs}\t{COMPANY}\t{document_number(one)}\tUSD\t"
        f"{_amount(one.cents)}\t{_amount(one.open_cents)}\t{posted}\t{due}\tf\t{_step(one.posted_days_ago - 1)}\n"
    )


def _analytics(one: Item) -> str:
    posted, due, _ = _dates(one)
    first, last = (_iso(_FIRST_RELIEF_DAYS), _iso(_LAST_RELIEF_DAYS)) if one.reliefs else ("\\N", "\\N")
    return (
        f"{customer_id(one.customer)}\t{item_id(one)}\t{COMPANY}\tUSD\t{document_number(one)}\t{_amount(one.cents)}\t"
        f"{_amount(one.open_cents)}\t{1 + one.reliefs}\t{posted}\t{due}\tf\t{posted}\t{first}\t{last}\t\\N\tt\n"
    )


def _movements(one: Item, *, with_cause_id: bool) -> Iterator[str]:
    for version, days_ago, cents, cause in one.movements:
        last = f"{cause}\t{item_id(one)}/{version}" if with_cause_id else cause
        yield (
            f"{customer_id(one.customer)}\t{item_id(one)}\t{version}\t{COMPANY}\tUSD\t{_iso(days_ago)}\t"
            f"{_amount(cents)}\t{last}\n"
        )


def item_id(one: Item) -> str:
    return f"INV-{one.number:07}"


def document_number(one: Item) -> str:
    return f"1000-{one.number:07}"


def _dates(one: Item) -> tuple[str, str, str]:
    """Posted, due, last moved."""
    moved = _LAST_RELIEF_DAYS if one.reliefs else one.posted_days_ago
    return _iso(one.posted_days_ago), _iso(one.posted_days_ago - NET_DAYS), _iso(moved)


def _amount(cents: int) -> str:
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{whole // 100}.{whole % 100:02}"


def day_of(days_ago: int) -> date:
    return TODAY - timedelta(days=days_ago)


@cache
def _iso(days_ago: int) -> str:
    return day_of(days_ago).isoformat()
