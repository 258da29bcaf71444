"""What other commands need to know of a running stack: a file beside its data while it is up."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from o2c.stack import StackError
from o2c.stack.lock import was_left_behind

DEFAULT_STATE_DIRECTORY = Path(".o2c")
FILE_NAME = "stack.json"


class ServiceAddress(BaseModel):
    """Where one service and its database are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    http_url: str
    database_url: str


class StackDescription(BaseModel):
    """Everything one needs to talk to a stack, secrets included: the file is readable by its owner only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka_bootstrap_servers: str
    idempotent_producer: bool
    broker: str
    """given, docker, maven or tansu"""
    services: dict[str, ServiceAddress]
    token_secret: str
    state_dir: Path

    @property
    def databases(self) -> dict[str, str]:
        return {name: address.database_url for name, address in self.services.items()}

    @property
    def service_urls(self) -> dict[str, str]:
        return {name: address.http_url for name, address in self.services.items()}

    def write(self) -> None:
        """Into the state directory, at once or not at all."""
        partial = self.state_dir / f"{FILE_NAME}.partial"
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        partial.write_text(self.model_dump_json(indent=2))
        partial.replace(self.state_dir / FILE_NAME)

    def remove(self) -> None:
        (self.state_dir / FILE_NAME).unlink(missing_ok=True)


def find_stack(file: Path | None = None) -> StackDescription:
    """The description of the stack in use: `file`, else O2C_STACK, else .o2c/stack.json. Raises StackError."""
    place = file or Path(os.environ.get("O2C_STACK") or DEFAULT_STATE_DIRECTORY / FILE_NAME)
    if place.is_dir():
        place = place / FILE_NAME
    try:
        text = place.read_text()
    except FileNotFoundError:
        raise StackError(
            f"no stack is running here ({place} does not exist): start one with `o2c up`, "
            "or name another's description with --stack or O2C_STACK"
        ) from None
    try:
        description = StackDescription.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise StackError(f"{place} does not describe a stack: {where}: {fault['msg']}") from None
    if was_left_behind(description.state_dir):
        raise StackError(
            f"the stack of {description.state_dir} is not running (it was killed, its description is left): "
            "start it again with `o2c up`"
        )
    return description
