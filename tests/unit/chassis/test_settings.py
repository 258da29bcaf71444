"""Settings: a wrong one ends the start with a sentence that names it."""

from __future__ import annotations

import pytest

from shared.chassis.declare.settings import ServiceSettings, load_settings
from shared.chassis.errors import ConfigurationError

GOOD = {"O2C_DATABASE_URL": "postgresql://credit:secret@localhost/credit", "O2C_TOKEN_SECRET": "s" * 32}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_KAFKA_BOOTSTRAP_SERVERS", "broker-1:9092,broker-2:9092")
    settings = load_settings(ServiceSettings)
    assert settings.kafka_bootstrap_servers == "broker-1:9092,broker-2:9092"
    assert settings.batch_events_max == 1_000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("O2C_DATABASE_URL", "mysql://localhost/x", "O2C_DATABASE_URL: String should match pattern"),
        ("O2C_BATCH_EVENTS_MAX", "0", "O2C_BATCH_EVENTS_MAX: Input should be greater than or equal to 1 (it is '0')"),
        ("O2C_HTTP_PORT", "http", "O2C_HTTP_PORT: Input should be a valid integer"),
        (
            "O2C_LOG_LEVEL",
            "LOUD",
            "O2C_LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (it is 'LOUD')",
        ),
        ("O2C_TOKEN_SECRET", "short", "O2C_TOKEN_SECRET is too short: use at least 32 characters"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as error:
        load_settings(ServiceSettings)
    assert message in str(error.value)


def test_all_wrong_settings_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("O2C_DATABASE_URL")
    monkeypatch.setenv("O2C_HTTP_PORT", "70000")
    with pytest.raises(ConfigurationError, match=r"O2C_DATABASE_URL: Field required.*O2C_HTTP_PORT"):
        load_settings(ServiceSettings)


def test_a_service_that_could_accept_no_token_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("O2C_TOKEN_SECRET")
    with pytest.raises(ConfigurationError, match="O2C_TOKEN_SECRET or O2C_TOKEN_JWKS_URL must be set"):
        load_settings(ServiceSettings)


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_TOKEN_SECRET", "a-secret-that-is-too-short")
    with pytest.raises(ConfigurationError) as error:
        load_settings(ServiceSettings)
    assert "a-secret-that" not in str(error.value)
    assert "a-secret" not in repr(ServiceSettings(database_url="postgresql://localhost/x"))
