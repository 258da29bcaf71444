"""The journal of a service that keeps one: postings, daily batches to the general ledger, and its answers.

A service takes it by `components=(COMPONENT,)`, puts `subscriptions(service)` and `SUBMIT_JOURNAL` into its handler
table, and writes with `post`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter

from shared.components.ledger.api import router
from shared.components.ledger.handlers import SUBMIT_JOURNAL, subscriptions
from shared.components.ledger.postings import post

_HERE = Path(__file__).parent


@dataclass(slots=True)
class LedgerComponent:
    """What the chassis needs to run the ledger inside a service."""

    name: str
    sql: Path
    migrations: Path
    router: APIRouter


COMPONENT = LedgerComponent("ledger", _HERE / "sql", _HERE / "migrations", router)

__all__ = ["COMPONENT", "SUBMIT_JOURNAL", "LedgerComponent", "post", "subscriptions"]
