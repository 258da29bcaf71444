"""Policies over HTTP: what is in force, what was, and a new version by a person with the role."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, create_model

from shared.chassis.auth import Person
from shared.chassis.declare.policies import PolicyKind, PolicyVersion, PolicyVersions
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.http.command import command_for_roles
from shared.chassis.http.people import require_roles
from shared.chassis.http.reading import ReadSession, read_session
from shared.chassis.http.schemas import WithReason
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.policy_book import PolicyBook

Viewer = Annotated[Person, require_roles()]
Db = Annotated[ReadSession, read_session()]


class PolicyVersionView(BaseModel):
    """One version of a policy. Version 0 is the default that came with the software."""

    version: int
    valid_from: date
    set_by: str
    set_at: datetime | None
    reason: str
    document: dict[str, Any]


class PolicyView(BaseModel):
    """A policy, who may change it, and its version in force on the current business day."""

    name: str
    changed_by: list[str]
    in_force: PolicyVersionView


class PolicyHistory(PolicyView):
    versions: list[PolicyVersionView]
    """Newest first."""


class PolicyChange(WithReason):
    """A new version of a policy, and why. Unknown fields are refused."""

    valid_from: Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
    based_on: Annotated[int, Field(ge=0)] | None = None
    """The newest version its author had seen: refused where another one was set since."""


def policy_router(kinds: Iterable[PolicyKind[Any]]) -> APIRouter:
    """Routes for the policies of a service; each kind has its own PUT, typed by its document."""
    router = APIRouter()
    by_name = {kind.name: kind for kind in kinds}

    @router.get("/policies")
    async def list_policies(person: Viewer, db: Db) -> list[PolicyView]:
        """The policies of this service with the version in force."""
        book = PolicyBook(db, tuple(by_name.values()))
        return [
            PolicyView(name=kind.name, changed_by=list(kind.changed_by), in_force=_in_force(await book.of(kind), db))
            for kind in by_name.values()
        ]

    @router.get("/policies/{name}")
    async def show_policy(name: str, person: Viewer, db: Db) -> PolicyHistory:
        """One policy with all its versions."""
        kind = by_name.get(name)
        if kind is None:
            known = ", ".join(sorted(by_name)) or "none"
            raise NotFound(f"there is no policy {name!r} in this service; there is {known}")
        versions = await PolicyBook(db, (kind,)).of(kind)
        return PolicyHistory(
            name=kind.name,
            changed_by=list(kind.changed_by),
            in_force=_in_force(versions, db),
            versions=[_view(version) for version in reversed(versions.all)],
        )

    for kind in by_name.values():
        router.add_api_route(
            f"/policies/{kind.name}",
            _put(kind),
            methods=["PUT"],
            name=f"set_{kind.name}",
            response_model=PolicyVersionView,
        )
    return router


def _put(kind: PolicyKind[Any]) -> Any:
    async def set_policy(body: Any, command: Any) -> PolicyVersionView:
        """Sets a new version of the policy, in force from a day that has not passed."""

        async def work(uow: Any) -> PolicyVersionView:
            return await _set(kind, body, command, uow)

        return await command.run(work, body)

    change = create_model(f"Change_{kind.name}", __base__=PolicyChange, document=(kind.document, ...))
    set_policy.__annotations__.update(body=change, command=Annotated[Command, command_for_roles(*kind.changed_by)])
    return set_policy


async def _set(kind: PolicyKind[Any], body: Any, command: Command, uow: Any) -> PolicyVersionView:
    # A policy holds for all companies: it may not reach back into the past of any.
    today = uow.days.latest
    if today is not None and body.valid_from < today:
        raise Unprocessable(
            f"valid_from {body.valid_from} has passed: a policy can hold from {today} on, "
            "because what was decided before it stays as it is"
        )
    await uow.fetch("lock_policy", kind.name)
    versions = await uow.policy(kind)
    _refuse_if_outdated(body.based_on, versions, kind.name)
    before = versions.on(body.valid_from)
    document = body.document.model_dump_json()
    rows = await uow.fetch(
        "insert_policy_version", kind.name, body.valid_from, document, command.person.name, body.reason
    )
    after = PolicyVersion(
        rows[0]["version"], body.valid_from, body.document, command.person.name, body.reason, rows[0]["set_at"]
    )
    uow.audit(command, action="set_policy", subject=kind.name, before=_view(before), after=_view(after))
    return _view(after)


def _refuse_if_outdated(based_on: int | None, versions: PolicyVersions[Any], name: str) -> None:
    newest = max(versions.all, key=lambda version: version.version)
    if based_on is not None and based_on != newest.version:
        raise Conflict(
            f"the policy {name} is at version {newest.version}, set by {newest.set_by}, and this change was made from "
            f"version {based_on}: read it again, and send based_on {newest.version}"
        )


def _in_force(versions: PolicyVersions[Any], db: ReadSession) -> PolicyVersionView:
    return _view(versions.on(db.days.latest or date.min))


def _view(version: PolicyVersion[Any]) -> PolicyVersionView:
    return PolicyVersionView(
        version=version.version,
        valid_from=version.valid_from,
        set_by=version.set_by,
        set_at=version.set_at,
        reason=version.reason,
        document=version.document.model_dump(mode="json"),
    )
