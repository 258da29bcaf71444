"""The audit trail: who changed what, when, from what to what, in the transaction that changed it."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from shared.chassis.transaction.command import Command


def audit_row(command: Command, action: str, subject: str, before: Any, after: Any) -> tuple[Any, ...]:
    """One row for `insert_audit_entry`; `before` and `after` are anything pydantic can write as JSON, or None."""
    return (
        command.person.name,
        ",".join(sorted(command.person.roles)),
        action,
        subject,
        _json(before),
        _json(after),
        command.id,
        command.context.correlation_id,
    )


def _json(value: Any) -> str | None:
    return None if value is None else to_json(value).decode()
