"""Cash application beside a known peer: a double-entry ledger on the same PostgreSQL, done the usual way.

The peer makes one transaction per transfer: it locks both accounts in order, writes two entries, changes two balances
and commits, over 20 connections. Nothing is identified, matched, explained, journalled or published.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from decimal import Decimal
from typing import Any, Final

import asyncpg
import uvloop

from bench.doing import Doing
from bench.measuring import drained_alone
from bench.mixes import CUSTOMERS, payments
from bench.results import BenchFailed, Line, Pace, Part
from bench.servers import Servers

CONNECTIONS: Final = 20
GOAL: Final = 15
_SEED: Final = 20260302
_WARM_UP_SECONDS: Final = 1.0

_SCHEMA: Final = """
CREATE TABLE account (account_id bigint PRIMARY KEY, balance numeric(18, 3) NOT NULL);
CREATE TABLE entry (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transfer_id uuid NOT NULL,
    account_id bigint NOT NULL REFERENCES account,
    amount numeric(18, 3) NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entry_account ON entry (account_id, entry_id);
CREATE INDEX entry_transfer ON entry (transfer_id);
"""
_ACCOUNTS: Final = "INSERT INTO account SELECT n, 0 FROM generate_series(0, $1::bigint - 1) AS n"
_LOCK: Final = "SELECT account_id FROM account WHERE account_id = ANY ($1::bigint[]) ORDER BY account_id FOR UPDATE"
_ENTRY: Final = "INSERT INTO entry (transfer_id, account_id, amount) VALUES ($1, $2, $3)"
_BALANCE: Final = "UPDATE account SET balance = balance + $2 WHERE account_id = $1"
_UNBALANCED: Final = """
SELECT count(*) FROM account a
WHERE a.balance <> (SELECT coalesce(sum(e.amount), 0) FROM entry e WHERE e.account_id = a.account_id)
"""


async def peer(servers: Servers, events: int, seconds: float, doing: Doing) -> Part:
    """Payments per second of cash_app beside transfers per second of the peer."""
    drained = await drained_alone(servers, payments(events, random.Random(_SEED)), doing)
    doing("the peer's transfers", events)
    name = f"bench_peer_{secrets.token_hex(3)}"
    url = await servers.postgres.create_database(name)
    try:
        await servers.settle()
        pace = await asyncio.to_thread(uvloop.run, _ledger(url, seconds))
    finally:
        await servers.postgres.drop_database(name)
    return _part(drained.pace, pace)


async def _ledger(url: str, seconds: float) -> Pace:
    pool: Any = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    async with pool:
        await pool.execute(_SCHEMA)
        await pool.execute(_ACCOUNTS, CUSTOMERS)
        await pool.execute("ANALYZE")
        begin = time.perf_counter() + _WARM_UP_SECONDS
        counts = await asyncio.gather(*(_teller(pool, number, begin, begin + seconds) for number in range(CONNECTIONS)))
        await _check(pool, sum(made for made, _ in counts))
    return Pace(sum(timed for _, timed in counts), seconds)


async def _teller(pool: Any, number: int, begin: float, end: float) -> tuple[int, int]:
    """One connection's transfers until the end: all of them, and those committed within the measured time."""
    dice = random.Random(_SEED + number)
    made = timed = 0
    async with pool.acquire() as connection:
        while time.perf_counter() < end:
            await _transfer(connection, dice)
            made += 1
            timed += begin <= time.perf_counter() < end
    return made, timed


async def _transfer(connection: Any, dice: random.Random) -> None:
    """From one customer's account to another's."""
    debit, credit = dice.sample(range(CUSTOMERS), 2)
    amount, transfer_id = Decimal(dice.randrange(1_000, 500_000)).scaleb(-2), secrets.token_hex(16)
    async with connection.transaction():
        await connection.execute(_LOCK, [debit, credit])
        for account, change in ((debit, amount), (credit, -amount)):
            await connection.execute(_ENTRY, transfer_id, account, change)
            await connection.execute(_BALANCE, account, change)


async def _check(pool: Any, transfers: int) -> None:
    entries = await pool.fetchval("SELECT count(*) FROM entry")
    total = await pool.fetchval("SELECT sum(balance) FROM account")
    unbalanced = await pool.fetchval(_UNBALANCED)
    if entries != 2 * transfers or total or unbalanced:
        raise BenchFailed(
            f"the peer: {transfers:,} transfers, {entries:,} entries, {total} in all, {unbalanced} balances wrong"
        )


def _part(ours: Pace, theirs: Pace) -> Part:
    ratio = ours.per_second / theirs.per_second
    line = Line(
        "peer",
        "cash application beside a double-entry ledger",
        f"{ratio:.1f} times as fast",
        f"{ours.per_second:,.0f} payments/s beside {theirs.per_second:,.0f} transfers/s over {CONNECTIONS} connections",
        f"{GOAL} times",
        ratio >= GOAL,
    )
    details = {
        "ratio": round(ratio, 2),
        "payments_per_second": round(ours.per_second, 1),
        "peer_transfers_per_second": round(theirs.per_second, 1),
        "connections": CONNECTIONS,
    }
    return Part([line], [], details)
