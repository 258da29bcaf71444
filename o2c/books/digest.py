"""One fingerprint of all business content: two runs of the same business have the same."""

from __future__ import annotations

import hashlib
from typing import Any

from o2c.books.databases import Database, databases_open
from o2c.books.ledger import JOURNALS
from o2c.stack import SERVICES

_CONTENT = {
    "credit": ("accounts", "orders", "decisions", "requests", "limits", "exposure"),
    "invoicing": ("orders", "shipments", "backorders", "invoices", "credit_memos", "finance_charges"),
    "cash_app": ("items", "movements", "payments", "applications", "waiting", "corrections"),
    "collections": ("notices", "promises", "holds", "deductions", "activities"),
    "analytics": ("items", "snapshots", "periods"),
}


async def digest_parts(databases: dict[str, str]) -> dict[str, str]:
    """SHA-256 of each part of the content, so that two runs that differ show where."""
    parts = {}
    async with databases_open(databases) as dbs:
        for name in SERVICES:
            for content in _CONTENT[name]:
                parts[f"{name}/{content}"] = await _part(dbs[name], f"digest_{name}_{content}")
        for name in JOURNALS:
            parts[f"{name}/journal"] = await _part(dbs[name], "digest_journal")
    return parts


async def digest(databases: dict[str, str]) -> str:
    """SHA-256 over the business content of all five databases, whatever order events arrived in.

    Left out is what arrival order may decide: document numbers, times, event ids, versions.
    """
    whole = hashlib.sha256()
    for name, part in sorted((await digest_parts(databases)).items()):
        whole.update(f"{name} {part}\n".encode())
    return whole.hexdigest()


async def _part(database: Database, query: str) -> str:
    lines = sorted("|".join(map(_text, row.values())) for row in await database.rows(query))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _text(value: Any) -> str:
    return "" if value is None else str(value)
