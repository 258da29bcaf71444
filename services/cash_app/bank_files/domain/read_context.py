"""The context in which a file is read: its limits, and everything found wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NoReturn

ERRORS_MAX: Final = 200
"""So many errors of a file are named; of further ones only the number is kept."""


@dataclass(frozen=True, slots=True)
class FileError:
    """What is wrong, and where: a line ("line 12") or an element with its line ("line 12 (Ntry)")."""

    place: str
    what: str
    acceptable: bool = False
    """Whether the file may go in without what is wrong, when a second person agrees to it."""


class UnreadableFile(ValueError):
    """The file cannot be taken; `errors` name everything that is wrong with it."""

    def __init__(self, errors: list[FileError]) -> None:
        super().__init__("; ".join(f"{error.place}: {error.what}" for error in errors[:3]))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Limits:
    """What of a file is read at most. `expired` is asked now and then; true ends the reading."""

    bytes_max: int = 200_000_000
    entries_max: int = 200_000
    line_characters_max: int = 10_000
    expired: Callable[[], bool] = lambda: False
    accepted: bool = False
    """A second person agreed that the file goes in without the lines that cannot be read."""
    rejected: list[FileError] = field(default_factory=list)
    """Of an accepted file: what cannot be read."""


@dataclass(slots=True)
class ReadContext:
    """One file while it is read: the errors found so far, and how much it may still bring."""

    limits: Limits
    errors: list[FileError] = field(default_factory=list)
    entries: int = 0
    steps: int = 0
    causes: set[str] = field(default_factory=set)

    def add_error(self, place: str, what: str) -> None:
        """Notes an error and continues, so that all are named. Raises UnreadableFile when there are too many."""
        self.errors.append(FileError(place, what, acceptable=True))
        if len(self.errors) >= ERRORS_MAX:
            self.errors.append(FileError(place, f"reading ends here: more than {ERRORS_MAX} errors"))
            raise UnreadableFile(self.errors)

    def add_error_once(self, cause: str, place: str, what: str) -> None:
        """Notes an error where its cause was not named before: one cause gives one error."""
        if cause not in self.causes:
            self.causes.add(cause)
            self.add_error(place, what)

    def unknown_currency(self, place: str, code: str) -> None:
        """Names a currency that no books are kept in, once in a file."""
        shown = code[:10] or "(none)"
        what = f"{shown} is not a currency we keep books in: a current ISO 4217 code such as USD or EUR is expected"
        self.add_error_once(f"currency {shown}", place, what)

    def check_time(self, place: str) -> None:
        """To be called for each line or element. Raises UnreadableFile when the time is over."""
        self.steps += 1
        if self.steps % 1024 == 0 and self.limits.expired():
            self.fail(place, "reading takes too long: split the file")

    def count_entry(self, place: str) -> None:
        """To be called for each entry. Raises UnreadableFile when there are too many."""
        self.entries += 1
        if self.entries > self.limits.entries_max:
            self.fail(place, f"more than {self.limits.entries_max:,} entries: split the file")

    def fail(self, place: str, what: str) -> NoReturn:
        """Raises UnreadableFile: nothing after this can be understood."""
        raise UnreadableFile([*self.errors, FileError(place, what)])

    def raise_errors(self) -> None:
        """Raises UnreadableFile if anything was wrong, except in a file that was accepted as it is."""
        if self.limits.accepted:
            self.limits.rejected.extend(self.errors)
        elif self.errors:
            raise UnreadableFile(self.errors)
