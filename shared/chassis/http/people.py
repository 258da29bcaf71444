"""Who may ask for what: a route names the roles, and gets the person."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from shared.chassis.auth import Person, known_roles
from shared.chassis.errors import Forbidden

# Only declares to OpenAPI that a token is needed; the middleware `SignedIn` has checked it already.
bearer = HTTPBearer(auto_error=False, description="A token of the identity provider; locally made by `o2c token`.")
Declared = Annotated[Any, Security(bearer)]

_READING_METHODS = ("GET", "HEAD")


def require_roles(*roles: str) -> Any:
    """A dependency that gives the person who asks. Raises Forbidden naming the role needed.

    admin may do everything, auditor may read everything. Without roles: everyone who has a role at all.
    """
    allowed = known_roles(roles)

    async def person(request: Request, declared: Declared) -> Person:
        return permit(request, allowed)

    return Depends(person)


def permit(request: Request, roles: tuple[str, ...]) -> Person:
    """The person of the request. Raises Forbidden where none of their roles is among `roles`."""
    person = signed_in(request)
    if "admin" in person.roles:
        return person
    if person.has_any(roles) or (not roles and person.roles):
        return person
    if request.method in _READING_METHODS and "auditor" in person.roles:
        return person
    needed = " or ".join(roles) or "any of this platform's"
    held = ", ".join(sorted(person.roles)) or "none"
    raise Forbidden(f"this needs the role {needed}; {person.name} has {held}")


def signed_in(request: Request) -> Person:
    """The person whose token the middleware accepted."""
    return cast("Person", request.state.person)
