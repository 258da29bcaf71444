"""Tokens: who is let in, with which roles, and who is not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.chassis.auth import BadToken, KeysUnavailable, TokenVerifier, issue_token
from shared.chassis.errors import ConfigurationError

SECRET = "a secret for tests that is long enough even for HS384"
LOCAL = TokenVerifier(secret=SECRET, jwks_url=None, issuer="o2c", audience="o2c")

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    given = {"sub": "Ada", "roles": ["cash_clerk"], "iss": "o2c", "aud": "o2c", "exp": now + timedelta(hours=1)}
    return {name: value for name, value in {**given, **changes}.items() if value is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid} if kid else None)


async def test_an_issued_token_names_its_person_and_roles() -> None:
    person = await LOCAL.person(issue_token(SECRET, "Ada", ["cash_clerk", "collector"], hours=8))

    assert person.name == "Ada"
    assert person.roles == {"cash_clerk", "collector"}


async def test_roles_this_platform_does_not_know_are_left_out() -> None:
    person = await LOCAL.person(signed(roles=["cash_clerk", "vpn-users"]))

    assert person.roles == {"cash_clerk"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, "expired"),
        ({"exp": None}, "exp"),
        ({"iss": "another issuer"}, "issuer"),
        ({"iss": None}, "iss"),
        ({"aud": "payroll"}, "udience"),
        ({"aud": None}, "aud"),
        ({"sub": None}, "sub"),
        ({"sub": " "}, "sub"),
        ({"roles": "admin"}, "roles"),
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadToken, match=message):
        await LOCAL.person(signed(**changes))


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "ey.ey.ey"])
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        await LOCAL.person(token)


async def test_another_secret_or_no_signature_is_refused() -> None:
    with pytest.raises(BadToken):
        await LOCAL.person(signed("another secret that is also long enough"))
    with pytest.raises(BadToken):
        await LOCAL.person(jwt.encode(claims(), "", algorithm="none"))
    with pytest.raises(BadToken):
        await LOCAL.person(signed(algorithm="HS384"))


def test_a_token_is_issued_only_for_roles_that_exist_and_sensible_hours() -> None:
    with pytest.raises(ValueError, match="unknown role 'boss'"):
        issue_token(SECRET, "Ada", ["boss"], hours=1)
    with pytest.raises(ValueError, match="not 0"):
        issue_token(SECRET, "Ada", ["collector"], hours=0)


@pytest.mark.parametrize(
    ("secret", "jwks_url"),
    [(None, None), (SECRET, "https://idp.example/keys"), ("short", None), (None, "file:///etc/keys")],
)
def test_settings_that_cannot_check_a_token_are_refused(secret: str | None, jwks_url: str | None) -> None:
    with pytest.raises(ConfigurationError, match="O2C_TOKEN"):
        TokenVerifier(secret=secret, jwks_url=jwks_url, issuer="o2c", audience="o2c")


# An identity provider that publishes one RSA, one EC and one symmetric key


@pytest.fixture(scope="module")
def keys_url() -> Iterator[str]:
    rsa_jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key()))
    ec_jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key()))
    shared_jwk = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "alg": "HS256"}
    keys = [{**rsa_jwk, "kid": "r", "use": "sig"}, {**ec_jwk, "kid": "e", "use": "sig"}, {**shared_jwk, "kid": "s"}]
    body = json.dumps({"keys": keys}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()


@pytest.fixture(scope="module")
def production(keys_url: str) -> TokenVerifier:
    return TokenVerifier(secret=None, jwks_url=keys_url, issuer="o2c", audience="o2c")


async def test_tokens_of_the_identity_provider_are_accepted(production: TokenVerifier) -> None:
    assert (await production.person(signed(RSA_KEY, "RS256", "r"))).name == "Ada"
    assert (await production.person(signed(EC_KEY, "ES256", "e"))).name == "Ada"


async def test_a_public_key_is_never_taken_as_a_shared_secret(production: TokenVerifier) -> None:
    """The classic confusion: a token signed with HS256, with the provider's public key as the secret."""
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = jwt.api_jws.PyJWS()
    forged.unregister_algorithm("HS256")
    forged.register_algorithm("HS256", _CarelessHmac("HS256"))
    token = forged.encode(json.dumps(claims(exp=4102444800)).encode(), public, "HS256", {"kid": "r"})

    with pytest.raises(BadToken):
        await production.person(token)


async def test_a_key_signs_with_its_own_algorithm_only(production: TokenVerifier) -> None:
    with pytest.raises(BadToken):
        await production.person(signed(RSA_KEY, "PS256", "r"))
    with pytest.raises(BadToken):
        await production.person(signed(RSA_KEY, "RS256", "e"))


async def test_unknown_and_symmetric_keys_and_local_tokens_are_refused(production: TokenVerifier) -> None:
    with pytest.raises(BadToken):
        await production.person(signed(RSA_KEY, "RS256", "unknown"))
    with pytest.raises(BadToken, match="RSA or EC"):
        await production.person(signed("secret-secret-secret-secret-secret", "HS256", "s"))
    with pytest.raises(BadToken):
        await production.person(signed())


async def test_a_silent_identity_provider_is_not_the_persons_fault() -> None:
    unreachable = TokenVerifier(secret=None, jwks_url="http://127.0.0.1:9/keys", issuer="o2c", audience="o2c")

    with pytest.raises(KeysUnavailable):
        await unreachable.person(signed(RSA_KEY, "RS256", "r"))


class _CarelessHmac(jwt.algorithms.HMACAlgorithm):
    """HMAC that takes a public key as its secret, as an attacker's tool would."""

    def __init__(self, name: str) -> None:
        super().__init__(jwt.algorithms.HMACAlgorithm.SHA256)

    def prepare_key(self, key: Any) -> bytes:
        return bytes(key)
