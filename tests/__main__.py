"""All tests: two pytest sessions side by side on one Kafka and one PostgreSQL, in databases and topics of their own.

    python -m tests [pytest options]

A test mostly waits for servers, so two at once take little more than half the time on two cores. Exit code 1 where a
session failed.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from o2c.stack import StackError
from o2c.stack.children import Children
from o2c.stack.choice import choose_kafka, choose_postgres
from o2c.stack.ports import Ports

SESSIONS: Mapping[str, Sequence[str]] = {
    "each service": ("tests/unit", "tests/contracts", "tests/integration"),
    "all services": ("tests/flows", "tests/faults"),
}
KAFKA, KAFKA_IDEMPOTENT, POSTGRES = "O2C_TESTS_KAFKA", "O2C_TESTS_KAFKA_IDEMPOTENT", "O2C_TESTS_POSTGRES"
"""Where a session finds the servers that were started for all of them."""


@asynccontextmanager
async def servers() -> AsyncIterator[dict[str, str]]:
    """Starts both servers, reports which were chosen, and yields what a test run has to know of them."""
    # Not under pytest's own temporary directory: another pytest session closes that to the server's user.
    with tempfile.TemporaryDirectory(prefix="o2c-test-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        children, ports = Children(directory), Ports(directory / "ports.json")
        try:
            postgres = await choose_postgres(children, directory / "postgres", ports, _report, for_tests=True)
            _report(f"PostgreSQL taken: {postgres.described}")
            kafka = await choose_kafka(children, directory / "kafka", ports, _report, for_tests=True)
            _report(f"Kafka taken: {kafka.described}")
            yield {
                POSTGRES: postgres.superuser_url,
                KAFKA: kafka.bootstrap_servers,
                KAFKA_IDEMPOTENT: "yes" if kafka.idempotent else "",
            }
        finally:
            await children.stop_all()


async def run_session(name: str, paths: Sequence[str], options: Sequence[str], environment: Mapping[str, str]) -> int:
    """One pytest session, every line of it under its name; returns its exit code."""
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", *paths, *options),
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1_000_000,
    )
    assert process.stdout is not None
    async for line in process.stdout:
        _report(f"{name} | {line.decode(errors='replace').rstrip()}")
    code = await process.wait()
    _report(f"{name}: exit {code} after {time.monotonic() - started:.0f} s")
    return code


async def main(options: Sequence[str]) -> int:
    try:
        async with servers() as environment:
            codes = await asyncio.gather(
                *(run_session(name, paths, options, environment) for name, paths in SESSIONS.items())
            )
    except StackError as error:
        _report(str(error))
        return 1
    return int(any(codes))


def _report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
