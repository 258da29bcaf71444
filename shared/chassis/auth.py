"""Who asks: signed tokens, the person they name, and the roles of the trade."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from shared.chassis.errors import ConfigurationError

ROLES: Final = (
    "collector",
    "credit_analyst",
    "credit_manager",
    "cash_clerk",
    "controller",
    "auditor",
    "admin",
)

_CLOCK_SKEW_SECONDS: Final = 30
_KEYS_TIMEOUT_SECONDS: Final = 5.0
_SECRET_CHARACTERS_MIN: Final = 32
_HOURS_MAX: Final = 366 * 24
_REQUIRED_CLAIMS: Final = ("exp", "iss", "aud", "sub")
# One algorithm per type of key: a public key can never be used as an HMAC secret.
_ALGORITHM_OF_KEY_TYPE: Final = {"RSA": "RS256", "EC": "ES256"}


class BadToken(Exception):
    """The token does not prove who sends the request; the message gives the reason."""


class KeysUnavailable(Exception):
    """The identity provider's keys could not be fetched, so no token can be checked now."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: the token's subject, and those of its roles that this platform knows."""

    name: str
    roles: frozenset[str]

    def has_any(self, roles: Iterable[str]) -> bool:
        return not self.roles.isdisjoint(roles)


def known_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """`roles` unchanged. Raises ValueError for one that does not exist."""
    given = tuple(roles)
    for role in given:
        if role not in ROLES:
            raise ValueError(f"unknown role {role!r}: use one of {', '.join(ROLES)}")
    return given


def issue_token(
    secret: str,
    name: str,
    roles: Iterable[str],
    hours: float,
    *,
    issuer: str = "o2c",
    audience: str = "o2c",
) -> str:
    """A token for local use, signed with `secret` (HS256). Raises ValueError for an unknown role or absurd hours."""
    if not 0 < hours <= _HOURS_MAX:
        raise ValueError(f"a token holds for more than 0 and at most {_HOURS_MAX} hours, not {hours}")
    if not name.strip():
        raise ValueError("a token needs the name of a person")
    now = datetime.now(UTC)
    claims = {
        "sub": name,
        "roles": list(known_roles(roles)),
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "exp": now + timedelta(hours=hours),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


class TokenVerifier:
    """Checks tokens: either against the local secret (HS256) or the identity provider's keys (RS256, ES256)."""

    def __init__(self, *, secret: str | None, jwks_url: str | None, issuer: str, audience: str) -> None:
        if (secret is None) == (jwks_url is None):
            raise ConfigurationError(
                "set either O2C_TOKEN_SECRET (local use) or O2C_TOKEN_JWKS_URL (production), not both and not neither"
            )
        if secret is not None and len(secret) < _SECRET_CHARACTERS_MIN:
            raise ConfigurationError(f"O2C_TOKEN_SECRET is too short: use at least {_SECRET_CHARACTERS_MIN} characters")
        self._secret = secret
        self._issuer = issuer
        self._audience = audience
        self._keys = _key_client(jwks_url) if jwks_url is not None else None

    async def person(self, token: str) -> Person:
        """The person a token names. Raises BadToken, or KeysUnavailable where its key cannot be fetched."""
        try:
            key, algorithm = await self._key_of(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=_CLOCK_SKEW_SECONDS,
                options={"require": list(_REQUIRED_CLAIMS)},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise KeysUnavailable("the identity provider's keys cannot be fetched; try again shortly") from error
        except jwt.ExpiredSignatureError:
            raise BadToken("the token has expired: get a new one") from None
        except jwt.PyJWTError as error:
            raise BadToken(f"the token cannot be accepted: {error}") from None
        return _person_of(claims)

    async def _key_of(self, token: str) -> tuple[Any, str]:
        if self._keys is None:
            return self._secret, "HS256"
        # Fetches over the network when the keys are not cached, so not on the event loop.
        signing_key = await asyncio.to_thread(self._keys.get_signing_key_from_jwt, token)
        algorithm = _ALGORITHM_OF_KEY_TYPE.get(signing_key.key_type or "")
        if algorithm is None:
            raise BadToken(f"the token is signed with a key of type {signing_key.key_type!r}; RSA or EC is needed")
        return signing_key.key, algorithm


def _key_client(jwks_url: str) -> jwt.PyJWKClient:
    try:
        return jwt.PyJWKClient(jwks_url, timeout=_KEYS_TIMEOUT_SECONDS)
    except jwt.PyJWKClientError as error:
        raise ConfigurationError(f"O2C_TOKEN_JWKS_URL {jwks_url!r} cannot be used: {error}") from None


def _person_of(claims: dict[str, Any]) -> Person:
    name, roles = claims["sub"], claims.get("roles", [])
    if not name.strip():
        raise BadToken("the token's subject (claim `sub`) is empty")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise BadToken("the token's claim `roles` must be a list of role names")
    return Person(name, frozenset(roles).intersection(ROLES))
