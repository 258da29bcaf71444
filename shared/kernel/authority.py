"""Authority: up to which amount a role may decide alone, and that a second person approves what the first requests.

A policy document gives each role a limit (`AuthorityLimits`). Two rules follow from it everywhere: a person decides
only within the limit of one of their roles, and the person who requests something never approves it, whatever their
authority (segregation of duties: COSO Internal Control, principle 10).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar

from shared.kernel.money import Money

AuthorityLimits: TypeAlias = Mapping[str, Decimal | None]
"""The largest amount each role may decide on; None: any amount. A role that is not named may decide on nothing."""

ADMIN: Final = "admin"
"""May decide on any amount in every policy, but does not approve its own requests."""

Role = TypeVar("Role", bound=str)
"""A policy document may name its roles as literals; its limits are still `AuthorityLimits`."""


class AuthorityExceeded(Exception):
    """The amount is above the person's authority. The sentence names the person, their limit and the amount."""


class RequesterCannotApprove(Exception):
    """The person who requested something decides on it. The sentence names the person."""


def within_authority(limits: Mapping[Role, Decimal | None], roles: Collection[str], amount: Decimal) -> bool:
    """Whether a person with these roles may decide on `amount`, which is in the currency of the limits.

    The limit itself is still within the authority. Of several roles the highest limit counts.
    """
    if ADMIN in roles:
        return True
    return any(role in roles and (limit is None or amount <= limit) for role, limit in limits.items())


def check_authority(
    limits: Mapping[Role, Decimal | None],
    person_name: str,
    roles: Collection[str],
    *,
    amount: Decimal,
    currency: str,
    policy_name: str,
) -> None:
    """Raises AuthorityExceeded unless a person with these roles may decide on `amount` of `currency`."""
    if within_authority(limits, roles, amount):
        return
    own_limit = max((limit for role, limit in limits.items() if role in roles and limit is not None), default=None)
    shown = Money(amount, currency)
    if own_limit is None:
        sentence = f"{person_name} has no authority to decide on {shown}"
    else:
        sentence = f"{person_name} may decide on at most {Money(own_limit, currency)}, not {shown}"
    raise AuthorityExceeded(f"{sentence}: ask a person whose role has a higher limit in the policy {policy_name}")


def is_same_person(one: str, other: str) -> bool:
    """Names are compared without regard to case, since another system may spell them differently."""
    return one.casefold() == other.casefold()


def check_second_person(requested_by: str, person_name: str) -> None:
    """Raises RequesterCannotApprove where the person who decides is the one who requested."""
    if is_same_person(person_name, requested_by):
        raise RequesterCannotApprove(
            f"{person_name} requested this: the requester cannot approve or decline it, so ask another person to decide"
        )
