"""The journal of a service: postings, their daily batches to the general ledger, and the ledger's answers.

A service adopts it with `components=(ledger.COMPONENT,)`, puts `subscriptions(service)` and `SUBMIT_JOURNAL` into its
handler table, and posts with `post`.
"""

from __future__ import annotations

from pathlib import Path

from shared.chassis.declare.service import Component
from shared.components.ledger.api import router
from shared.components.ledger.handlers import SUBMIT_JOURNAL, subscriptions
from shared.components.ledger.postings import post

COMPONENT = Component("ledger", Path(__file__).parent, router)

__all__ = ["COMPONENT", "SUBMIT_JOURNAL", "post", "subscriptions"]
