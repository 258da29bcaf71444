"""Settings of a service: read from the environment once, typed, checked before anything starts."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.chassis.errors import ConfigurationError

Seconds = Annotated[float, Field(gt=0, le=3600)]


class ServiceSettings(BaseSettings):
    """Every setting is an environment variable `O2C_<NAME IN CAPITALS>`; README lists them all."""

    model_config = SettingsConfigDict(env_prefix="O2C_", extra="ignore", frozen=True)

    database_url: Annotated[str, Field(pattern=r"^postgres(ql)?://")]
    """Where this service's own database is, with user and password."""
    database_connections_max: Annotated[int, Field(ge=4, le=100)] = 8
    database_statement_seconds_max: Seconds = 30.0
    """A single statement that takes longer is ended and counts as a transient fault."""
    database_idle_in_transaction_seconds_max: Seconds = 15.0
    """PostgreSQL ends a transaction whose client sends nothing, so that a stopped replica frees its locks."""

    kafka_bootstrap_servers: Annotated[str, Field(min_length=3)] = "localhost:9092"
    kafka_idempotent_producer: bool = True
    """Off only for brokers without InitProducerId (Tansu); consumers' inboxes still drop duplicates."""
    kafka_partitions: Annotated[int, Field(ge=1, le=1000)] = 6
    """Partitions of topics created at the first start; the same for all, so that a customer's events stay together."""
    kafka_replication_factor: Annotated[int, Field(ge=1, le=5)] = 1
    kafka_session_seconds: Seconds = 10.0
    """A replica silent for this long loses its partitions to the others."""
    kafka_instance_id: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    """A name that this replica keeps over restarts: Kafka gives it its partitions back at once."""
    topic_prefix: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")] = ""

    batch_events_max: Annotated[int, Field(ge=1, le=20_000)] = 1_000
    """At most so many events in one database transaction."""
    message_bytes_max: Annotated[int, Field(ge=1_000, le=10_000_000)] = 900_000
    """A larger message is dead-lettered undecoded."""
    retry_seconds_max: Seconds = 240.0
    """Transient faults are retried in place this long; then the batch is taken anew from Kafka."""
    dead_letters_in_a_row_max: Annotated[int, Field(ge=1, le=100_000)] = 100
    """One more and the service stops consuming and is not ready."""
    relay_poll_seconds: Annotated[float, Field(gt=0, le=10)] = 2.0
    """How often the outbox is looked at without a commit that wakes the relay; a net, not the usual way."""
    relay_events_max: Annotated[int, Field(ge=1, le=20_000)] = 2_000
    inbox_keep_days: Annotated[int, Field(ge=1, le=3650)] = 400
    """Event ids are remembered this long; must be longer than Kafka keeps events."""
    idempotency_keep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """A repeated command gets its first answer again for this long."""
    daily_run_poll_seconds: Seconds = 2.0
    """How often a replica looks for daily runs and background work that another one left behind."""
    stop_seconds_max: Seconds = 15.0
    """A stop waits this long for the current batch; a container's grace period must be longer."""

    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    http_body_bytes_max: Annotated[int, Field(ge=1_000, le=100_000_000)] = 1_000_000
    http_file_bytes_max: Annotated[int, Field(ge=1_000, le=500_000_000)] = 200_000_000
    """For routes that take a whole file as their body."""
    http_statement_seconds_max: Seconds = 10.0

    token_secret: SecretStr | None = None
    """Signs and checks local tokens (HS256). At least 32 characters."""
    token_jwks_url: str | None = None
    """In production: where the identity provider publishes its keys (RS256, ES256)."""
    token_issuer: str = "o2c"
    token_audience: str = "o2c"

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    traces: Literal["none", "otlp"] = "none"
    """Whether spans of batches go to the collector that OpenTelemetry's own variables name."""
    crash_point: str = ""
    """For fault tests only: the name of the point at which the process dies."""


S = TypeVar("S", bound=ServiceSettings)


def load_settings(kind: type[S]) -> S:
    """The settings of a service. Raises ConfigurationError, a sentence naming each wrong variable."""
    try:
        settings = kind()
    except ValidationError as error:
        sentences = [
            f"O2C_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            + ("" if fault["type"] == "missing" or "secret" in str(fault["loc"]) else f" (it is {fault['input']!r})")
            for fault in error.errors()
        ]
        raise ConfigurationError("the settings cannot be used: " + "; ".join(sentences)) from None
    if settings.token_secret is None and settings.token_jwks_url is None:
        raise ConfigurationError(
            "O2C_TOKEN_SECRET or O2C_TOKEN_JWKS_URL must be set: without one of them no token can be checked"
        )
    if settings.token_secret is not None and len(settings.token_secret.get_secret_value()) < 32:
        raise ConfigurationError(
            "O2C_TOKEN_SECRET is too short: use at least 32 characters, e.g. `openssl rand -hex 32`"
        )
    return settings
