"""The golden files: schema and example of every contract version as it was published, one file for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from shared.contracts.event import Event
from tests.contracts.compatibility import Json, schema_of

DIRECTORY = Path(__file__).parent


class NoExample(LookupError):
    """A new contract version has no example yet."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__(f"no example of {', '.join(missing)}: write one in tests/contracts/examples.py first")


def golden_files(directory: Path = DIRECTORY) -> dict[str, Json]:
    """The content of the golden files by CloudEvents type."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(directory.glob("*.json"))}


def golden_content(contract: type[Event], example: Json) -> Json:
    """The content of a golden file. Raises pydantic's ValidationError where the example is not a valid body."""
    contract.model_validate_json(json.dumps(example))
    return {
        "topic": contract.topic,
        "key": list(contract.key_fields),
        "subject": contract.subject_field,
        "published_by": list(contract.published_by),
        "example": example,
        "schema": schema_of(contract),
    }


def write_new(contracts: Mapping[str, type[Event]], examples: Mapping[str, Json], directory: Path) -> list[Path]:
    """Writes the missing golden files; existing files are not changed. Raises NoExample."""
    new = {directory / f"{name}.json": name for name in contracts if not (directory / f"{name}.json").exists()}
    missing = [name for name in new.values() if name not in examples]
    if missing:
        raise NoExample(missing)
    texts = {
        path: json.dumps(golden_content(contracts[name], examples[name]), indent=2, ensure_ascii=False)
        for path, name in new.items()
    }
    for path, text in texts.items():
        path.write_text(f"{text}\n", "utf-8")
    return list(texts)
