"""Real Kafka and real PostgreSQL for the tests, started when the first test asks and ended with the session."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings as property_settings

from o2c.stack.brokers import Kafka, given_kafka
from o2c.stack.children import Children
from o2c.stack.choice import choose_kafka, choose_postgres
from o2c.stack.ports import Ports
from o2c.stack.postgres import Postgres, given_postgres
from tests.__main__ import KAFKA, KAFKA_IDEMPOTENT, POSTGRES

T = TypeVar("T")

# Tests never depend on the clock: on a loaded machine any example may take long.
property_settings.register_profile("o2c", deadline=None)
property_settings.load_profile("o2c")

_TAKEN = pytest.StashKey[list[str]]()


class Databases:
    """Databases on the session's PostgreSQL, made and dropped from synchronous or asynchronous tests."""

    def __init__(self, server: Postgres) -> None:
        self.server = server

    def create_database(self, name: str) -> str:
        """An empty database with a role of its own; returns that role's URL."""
        return _in_a_thread(self.server.create_database(name))

    def drop(self, name: str) -> None:
        """Removes a database and its role."""
        _in_a_thread(self.server.drop_database(name))


class Infrastructure:
    """Where the session's servers live and what starts them."""

    def __init__(self, directory: Path, config: pytest.Config) -> None:
        self.directory = directory
        self.children = Children(directory)
        self.ports = Ports(directory / "ports.json")
        self._config = config

    def report(self, line: str) -> None:
        """Shows which servers were taken, and why others were not: at once, and again in the summary."""
        self._config.stash.setdefault(_TAKEN, []).append(line)
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        capture: Any = self._config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(line)


@pytest.fixture(scope="session")
async def infrastructure(pytestconfig: pytest.Config) -> AsyncIterator[Infrastructure]:
    # Not under pytest's own temporary directory: another pytest session closes that to the server's user.
    with tempfile.TemporaryDirectory(prefix="o2c-test-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        infrastructure = Infrastructure(Path(directory), pytestconfig)
        yield infrastructure
        await infrastructure.children.stop_all()


@pytest.fixture(scope="session")
async def postgres(infrastructure: Infrastructure) -> AsyncIterator[Databases]:
    """PostgreSQL: the one of `python -m tests`, given by O2C_POSTGRES_URL, in a container, or embedded."""
    if url := os.environ.get(POSTGRES):
        yield Databases(await given_postgres(url))
        return
    directory = infrastructure.directory / "postgres"
    server = await choose_postgres(
        infrastructure.children, directory, infrastructure.ports, infrastructure.report, for_tests=True
    )
    infrastructure.report(f"PostgreSQL chosen: {server.described}")
    yield Databases(server)
    await server.stop()


@pytest.fixture(scope="session")
async def kafka(infrastructure: Infrastructure) -> AsyncIterator[Kafka]:
    """Kafka: that of `python -m tests`, given by the environment, in a container, from Maven, or Tansu (not in CI)."""
    if bootstrap_servers := os.environ.get(KAFKA):
        yield replace(await given_kafka(bootstrap_servers), idempotent=bool(os.environ[KAFKA_IDEMPOTENT]))
        return
    directory = infrastructure.directory / "kafka"
    broker = await choose_kafka(
        infrastructure.children, directory, infrastructure.ports, infrastructure.report, for_tests=True
    )
    infrastructure.report(f"Kafka chosen: {broker.described}")
    yield broker
    await broker.stop()


@pytest.fixture(scope="session")
async def days_undisturbed(kafka: Kafka, postgres: Databases) -> Any:
    """What some days of business come to when nothing goes wrong: a tests.kit.business.play.Undisturbed."""
    from tests.kit.business.play import undisturbed  # unit tests need not wait for all that it imports

    return await undisturbed(kafka, postgres)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    taken = config.stash.get(_TAKEN, [])
    if taken:
        terminalreporter.section("servers")
        for line in taken:
            terminalreporter.write_line(line)
    return (yield)


def _in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """The result of asynchronous work for a caller who may be inside a running event loop."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(work))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
