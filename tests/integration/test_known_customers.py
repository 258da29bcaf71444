"""Customers known before names were looked up by their words are found by them after the update."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import asyncpg

from services.cash_app.app import service
from services.cash_app.domain.payer_name import name_key, name_tokens

BACKFILL = service.root / "migrations" / "0500_names_of_known_customers.sql"
NAMES = (
    "Alder Creek Foods Inc.", "Müller & Söhne GmbH", "O'Brien Straßenbau KG", "The Company Co.", "x", "–",
    "Łódź  Żagiel", "ＡＢＣ Ｃｏｒｐ", "3M 3M Deutschland", "a" * 90,
    " ".join(f"word{n:02} other" for n in range(20)), "ſtraße Ⅳ ﬁn",
)  # fmt: skip


async def test_the_words_of_known_customers_are_those_of_new_ones(postgres: Any) -> None:
    name = f"names_{secrets.token_hex(3)}"
    url = postgres.create_database(name)
    try:
        await service.migrate(url)
        connection = await asyncpg.connect(url)
        try:
            known = {f"C-{n:02}": name for n, name in enumerate(NAMES)}
            await connection.executemany(
                "INSERT INTO customer_ledger (customer_id, version, name) VALUES ($1, 1, $2)", list(known.items())
            )
            await connection.execute("INSERT INTO customer_name_token VALUES ('KEPT', 'C-00')")
            await connection.execute(_apply(BACKFILL))
            rows = await connection.fetch("SELECT customer_id, token FROM customer_name_token")
        finally:
            await connection.close()
    finally:
        postgres.drop(name)
    expected = {(customer, token) for customer, name in known.items() for token in name_tokens(name_key(name))}
    expected = {pair for pair in expected if pair[0] != "C-00"} | {("C-00", "KEPT")}
    assert {(row["customer_id"], row["token"]) for row in rows} == expected


def _apply(migration: Path) -> str:
    return migration.read_text().partition("-- migrate: apply")[2].partition("-- migrate: rollback")[0]
