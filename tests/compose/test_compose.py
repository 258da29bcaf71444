"""docker-compose.yml, run for real: brought up, played on, killed in parts, its books checked, taken down."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.chassis.declare.settings import ServiceSettings
from tests.compose.stack import ROOT, SERVICES, ComposeStack, compose_command, service_of

COMMAND = compose_command()
pytestmark = pytest.mark.skipif(COMMAND is None, reason="Docker with compose does not answer here")

ONCE = ("migrate", "topics")
DATABASES = ("credit", "invoicing", "cash_app", "collections", "analytics")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    """The stack with its demo, three replicas of credit, and secrets made as README describes."""
    assert COMMAND is not None
    env_file = tmp_path_factory.mktemp("compose") / "env"
    subprocess.run(["bash", "deploy/compose/make-env", str(env_file)], cwd=ROOT, check=True, timeout=30)
    stack = ComposeStack(COMMAND, f"o2c-test-{os.getpid()}", env_file)
    try:
        stack.up("--profile", "demo", scale="credit=3", O2C_DEMO_MONTHS="1")
        stack.wait_until_well()
        yield stack
    finally:
        stack.down()


def owed(stack: ComposeStack) -> Decimal:
    """All that is open, as the analytics service shows it."""
    rows: list[dict[str, Any]] = stack.get("analytics", "/aging", "auditor")["items"]
    return sum((Decimal(row["total"]) for row in rows), Decimal(0))


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    assert COMMAND is not None
    (tmp_path / "env").write_text("")
    output = ComposeStack(COMMAND, "o2c-test-none", tmp_path / "env").compose("config", code=None)
    required = re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text())
    assert "O2C_TOKEN_SECRET" in required
    assert any(secret in output for secret in required), output  # compose names whichever it meets first
    assert "is not set" in output


def test_every_container_is_fenced_in(stack: ComposeStack) -> None:
    containers = stack.containers()
    assert sorted(service_of(c) for c in containers if service_of(c) == "credit") == ["credit"] * 3
    for container in containers:
        name, host, config = service_of(container), container["HostConfig"], container["Config"]
        assert config["User"] not in ("", "root", "0"), f"{name} runs as root"
        assert host["ReadonlyRootfs"], f"{name} can write its own files"
        assert host["Memory"] > 0 and host["NanoCpus"] > 0, f"{name} has no limits"
        assert host["CapDrop"] == ["ALL"] and "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["RestartPolicy"]["Name"] in (("no", "") if name in ONCE else ("unless-stopped",)), name
        assert ":" in config["Image"] and not config["Image"].endswith(":latest"), f"{name} is not pinned"
        published = [binding for ports in host["PortBindings"].values() for binding in ports or ()]
        assert {binding["HostIp"] for binding in published} <= {"127.0.0.1"}, f"{name} is open to the network"
        assert bool(published) == (name in SERVICES), f"{name} publishes {published}"
        if name in SERVICES:
            assert config["StopTimeout"] > ServiceSettings.model_fields["stop_seconds_max"].default


def test_each_role_opens_its_own_database_only(stack: ComposeStack) -> None:
    for role in DATABASES:
        password = stack.environment[f"O2C_{role.upper()}_PASSWORD"]
        for database in (*DATABASES, "postgres", "template1"):
            url = f"postgresql://{role}:{password}@127.0.0.1/{database}"
            output = stack.compose("exec", "-T", "postgres", "psql", "-Atc", "SELECT 'in'", url, code=None)
            expected = "in" if role == database else "permission denied for database"
            assert expected in output, f"{role} at {database}: {output}"


def test_the_books_agree_after_business_and_after_kills(stack: ComposeStack) -> None:
    stack.wait_for_words("erp", "orders")  # published every few days: this is in the midst of the month
    stack.kill("invoicing")
    stack.kill("credit")
    stack.wait_for_words("erp", "books agree")
    stack.compose("stop", "erp")  # which would ship what is still to be shipped, while amounts are compared
    stack.wait_until_well()
    stack.check_books()
    after_a_month = owed(stack)
    assert after_a_month > 0

    stack.kill("kafka")
    stack.wait_until_well()
    stack.check_books()
    assert owed(stack) == after_a_month
    stack.play(days=3)
    stack.check_books()
    assert owed(stack) != after_a_month


def test_a_stop_is_graceful_and_nothing_is_lost_by_it(stack: ComposeStack) -> None:
    before = owed(stack)
    stack.compose("stop", seconds=180.0)
    for container in stack.containers(*SERVICES):
        assert container["State"]["ExitCode"] == 0, f"{service_of(container)} did not stop by itself"
    stack.compose("start", *SERVICES, "kafka", "postgres", seconds=300.0)
    stack.wait_until_well()
    stack.check_books()
    assert owed(stack) == before


def test_a_lost_database_comes_back_from_a_backup(stack: ComposeStack) -> None:
    """Given a backup, business after it and PostgreSQL's volume lost, then all of it is there again."""
    stack.o2c("backup", "/backups/first")
    stack.play(days=1, people=False)
    stack.check_books()
    before = owed(stack)
    stack.compose("stop", *SERVICES, "postgres", seconds=180.0)
    stack.lose("postgres")
    stack.compose("up", "--detach", "--no-build", "postgres", seconds=300.0)
    stack.wait_until_well("postgres")
    stack.o2c("restore", "/backups/first")
    stack.compose("start", *SERVICES, seconds=300.0)
    stack.wait_until_well()
    stack.o2c("restore", "/backups/first", "--catch-up")
    stack.check_books()
    assert owed(stack) == before
