"""Commands: what a person changes, in one transaction and once, however often the request is repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid5

import asyncpg
import structlog
from pydantic import BaseModel
from pydantic_core import to_json

from shared.chassis.auth import Person
from shared.chassis.envelope import O2C_NAMESPACE
from shared.chassis.errors import Unprocessable
from shared.chassis.transaction.transactions import Transactions
from shared.contracts.event import EventContext

log = structlog.get_logger(__name__)

T = TypeVar("T")
Work = Callable[[Any], Awaitable[T]]

_ATTEMPTS_MAX: Final = 3


class AnsweredBefore(Exception):
    """The request is a repeat; carries the answer it got the first time."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__("answered before")
        self.status = status
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for, as far as it distinguishes a repeat from a new request."""

    what: str
    """The action and what it is applied to: method and path over HTTP."""
    key: str
    """Chosen by the person's client, the same for every repeat."""
    parameters: str = ""
    status: int = 200
    """Kept with the answer, for repeats."""
    correlation_id: UUID | None = None
    traceparent: str | None = None


class Command:
    """A person's request to change something. It can cause events, as an event does."""

    def __init__(self, transactions: Transactions, person: Person, request: Request) -> None:
        self._transactions = transactions
        self._request = request
        self.person = person
        service = transactions.service
        self.id = uuid5(O2C_NAMESPACE, f"{person.name}/{service} {request.what}/{request.key}")
        """Follows from the person, the path and the key: a repeat causes the same ids."""
        self.context = EventContext(
            id=self.id,
            source=service,
            time=datetime.now(UTC),
            correlation_id=request.correlation_id or self.id,
            traceparent=request.traceparent,
        )

    async def run(self, work: Work[T], body: BaseModel | None = None) -> T:
        """Does `work` in one transaction and keeps its answer. An error in it undoes all, and the key is free again.

        A repeat gets the first answer (raised as AnsweredBefore, which becomes the response); Unprocessable where it
        comes with another body. A repeat at the same time waits for the first.
        """
        digest = self._digest(body)
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                async with self._transactions.begin() as uow:
                    return await self._once(uow, work, digest)
            except asyncpg.TransactionRollbackError as error:
                # PostgreSQL chose this transaction to end a deadlock; nothing of it happened.
                if attempt == _ATTEMPTS_MAX:
                    raise
                log.info("command is tried again", request=self._request.what, error=str(error), attempt=attempt)
        raise AssertionError("unreachable")

    async def answer_repeat(self, body: BaseModel | None = None) -> None:
        """Raises AnsweredBefore if this is a repeat; for commands whose work cannot be part of one transaction."""
        async with self._transactions.begin() as uow:
            kept = await uow.fetch("kept_answer", *self._identity)
            if kept:
                self._answer_again(kept[0], self._digest(body))

    @property
    def _identity(self) -> tuple[str, str, str]:
        return self.person.name, self._request.what, self._request.key

    async def _once(self, uow: Any, work: Work[T], digest: str) -> T:
        if not await uow.fetch("claim_idempotency_key", *self._identity, self.id, digest):
            kept = await uow.fetch("kept_answer", *self._identity)
            self._answer_again(kept[0], digest)
        answer = await work(uow)
        await uow.execute("keep_answer", *self._identity, self._request.status, to_json(answer).decode())
        return answer

    def _answer_again(self, kept: Any, digest: str) -> None:
        if kept["body_sha256"] != digest:
            raise Unprocessable(
                f"the Idempotency-Key {self._request.key!r} was used before with another body: "
                "use a new key for a new request"
            )
        raise AnsweredBefore(kept["status"], kept["answer"])

    def _digest(self, body: BaseModel | None) -> str:
        content = b"" if body is None else to_json(body)
        return hashlib.sha256(self._request.parameters.encode() + b"\n" + content).hexdigest()
