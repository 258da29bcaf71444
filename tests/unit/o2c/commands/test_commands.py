"""The command line explains itself, and states what is wrong with which value."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from o2c.cli import app
from o2c.commands.terminal import INTERRUPTED, errors_as_sentences, run_to_end
from o2c.stack import SERVICES, StackError

COMMANDS = (
    "up",
    "demo",
    "run",
    "migrate",
    "clock",
    "simulate",
    "replay",
    "check",
    "aging",
    "dead-letters",
    "asyncapi",
    "openapi",
    "token",
)
runner = CliRunner()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    assert command in runner.invoke(app, ["--help"]).output
    result = runner.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_help_comes_without_loading_the_services() -> None:
    heavy = {"aiokafka", "asyncpg", "fastapi", "faststream", "uvicorn"}
    code = "import sys, o2c.cli; print([name for name in sys.argv[1:] if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["run", "shipping"], "there is no service 'shipping'"),
        (["check", "--as-of", "31.3.2025"], "'31.3.2025' is no date"),
        (["dead-letters", "replay", "credit"], "name either an EVENT_ID or --all"),
        (["replay", "nowhere.csv"], "does not exist"),
    ],
)
def test_a_wrong_argument_is_named(arguments: list[str], fault: str) -> None:
    result = runner.invoke(app, arguments, env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"})
    assert result.exit_code == 2
    assert fault in " ".join(result.output.replace("│", " ").split())


def test_without_a_stack_the_remedy_is_shown(tmp_path: Path) -> None:
    environment = {**os.environ, "O2C_STACK": str(tmp_path / "stack.json")}
    result = subprocess.run(
        [sys.executable, "-m", "o2c.cli", "check"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.startswith("o2c: no stack is running here")
    assert "Traceback" not in result.stderr


def test_a_token_names_its_person_and_roles() -> None:
    secret = "s" * 32
    result = runner.invoke(
        app,
        ["token", "--name", "Ada", "--role", "collector", "--role", "auditor", "--hours", "1"],
        env={"O2C_TOKEN_SECRET": secret},
    )
    claims = jwt.decode(result.output.strip(), secret, algorithms=["HS256"], audience="o2c", issuer="o2c")
    assert (claims["sub"], claims["roles"]) == ("Ada", ["collector", "auditor"])


def test_an_unknown_role_is_named() -> None:
    result = runner.invoke(app, ["token", "--name", "Ada", "--role", "king"], env={"O2C_TOKEN_SECRET": "s" * 32})
    assert result.exit_code == 2
    assert "'king'" in result.output


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_an_openapi_document(service: str) -> None:
    document = json.loads(runner.invoke(app, ["openapi", service]).output)
    assert document["openapi"].startswith("3.")
    assert "/dead-letters" in document["paths"]


def test_what_a_person_can_mend_is_reported_in_a_sentence() -> None:
    with pytest.raises(SystemExit, match="o2c: the port is taken"), errors_as_sentences():
        raise StackError("the port is taken")


def test_a_signal_lets_the_work_clean_up_and_a_second_one_does_not_interrupt_that() -> None:
    steps: list[str] = []

    async def work() -> int:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(10)
        finally:
            steps.append("cleaning up")
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.01)
            steps.append("clean")
        return 0

    assert run_to_end(work()) == INTERRUPTED
    assert steps == ["cleaning up", "clean"]
