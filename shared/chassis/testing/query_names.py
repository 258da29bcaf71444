"""A lint check: every SQL query that the code names exists, and every query that exists is named somewhere.

    python -m shared.chassis.testing.query_names services/* shared/components/*

A query is known to a package by the `.sql` files below it, those of the chassis, and those of the components it
imports. A misspelt name would otherwise be found by the first event or request that needs it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_CHASSIS: Final = Path(__file__).parent.parent
_NAME: Final = re.compile(r"^--\s*name:\s*(\w+)", re.MULTILINE)
_IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]*")
_ARGUMENTS_MIN: Final = {
    "fetch": 1,
    "fetchrow": 1,
    "fetchval": 1,
    "execute": 1,
    "write": 2,
    "append": 2,
    "statement": 1,
}
"""Methods whose first argument is a query, with so many arguments that it is not a method of a file or a list."""
_KEYWORDS: Final = frozenset({"load", "save", "waiting", "query"})
_QUERIES: Final = frozenset({"queries", "_queries"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A query's name in the code."""

    name: str
    path: Path
    line: int


@dataclass(slots=True)
class Package:
    """A service, a component or the chassis: what it defines, names and might name."""

    root: Path
    queries: dict[str, Path] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    """Every string of its code."""
    patterns: list[re.Pattern[str]] = field(default_factory=list)
    """Names put together in the code, e.g. of `f"queue_{kind}"`."""
    imports: set[str] = field(default_factory=set)

    def names(self, query: str) -> bool:
        """Whether this package may use the query."""
        return query in self.texts or any(pattern.fullmatch(query) for pattern in self.patterns)


def read(root: Path) -> Package:
    """Reads the SQL and the Python below a directory. Raises SyntaxError for a file that is not Python."""
    package = Package(root)
    for path in sorted(root.rglob("*.sql")):
        if "migrations" not in path.relative_to(root).parts:
            package.queries.update(dict.fromkeys(_NAME.findall(path.read_text()), path))
    trees = {path: ast.parse(path.read_text(), str(path)) for path in sorted(root.rglob("*.py"))}
    passing = dict(pair for tree in trees.values() for pair in _functions_that_take_a_query(tree))
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                package.texts.add(node.value)
            elif isinstance(node, ast.ImportFrom) and node.module:
                package.imports |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
            for value in _queries_of(node, passing):
                package.mentions += [Mention(name, path, value.lineno) for name in _literals(value)]
                if isinstance(value, ast.JoinedStr):
                    package.patterns.append(_pattern(value))
    return package


def _functions_that_take_a_query(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Functions with a parameter `query`, and its position; calls of them are looked at as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [argument.arg for argument in node.args.args]
            if "query" in names and names[0] not in ("self", "cls"):
                yield node.name, names.index("query")


def _queries_of(node: ast.AST, passing: dict[str, int]) -> Iterator[ast.expr]:
    """The expressions of a node that are names of queries."""
    if isinstance(node, ast.Subscript) and _last_name(node.value) in _QUERIES:
        yield node.slice
    if not isinstance(node, ast.Call):
        return
    yield from (keyword.value for keyword in node.keywords if keyword.arg in _KEYWORDS)
    function = node.func
    if isinstance(function, ast.Attribute) and len(node.args) >= _ARGUMENTS_MIN.get(function.attr, sys.maxsize):
        yield node.args[0]
    elif isinstance(function, ast.Name) and passing.get(function.id, sys.maxsize) < len(node.args):
        yield node.args[passing[function.id]]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literals(value: ast.expr) -> Iterator[str]:
    """The names written there; SQL itself and variables are none."""
    if isinstance(value, ast.IfExp):
        yield from _literals(value.body)
        yield from _literals(value.orelse)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str) and _IDENTIFIER.fullmatch(value.value):
        yield value.value


def _pattern(value: ast.JoinedStr) -> re.Pattern[str]:
    parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in value.values]
    return re.compile("".join(parts))


def check(roots: Sequence[Path]) -> list[str]:
    """A sentence for each query that is named and does not exist, and for each that exists and is not named."""
    chassis = read(_CHASSIS)
    packages = [read(root) for root in roots if (root / "__init__.py").exists()]
    faults = []
    for package in (chassis, *packages):
        known = {*chassis.queries, *package.queries}
        for other in packages:
            if other is not package and _is_imported(other.root, package.imports):
                known |= other.queries.keys()
        faults += [
            f"{mention.path}:{mention.line}: there is no query named {mention.name!r}: "
            f"name it in a .sql file below {package.root}, or correct the name"
            for mention in package.mentions
            if mention.name not in known
        ]
    everything = [chassis, *packages]
    for package in everything:
        faults += [
            f"{path}: the query {name!r} is not used: remove it"
            for name, path in package.queries.items()
            if not any(other.names(name) for other in everything)
        ]
    return faults


def _is_imported(root: Path, imports: Iterable[str]) -> bool:
    dotted = ".".join(root.parts)
    return any(module == dotted or module.startswith(f"{dotted}.") for module in imports)


def main(arguments: Sequence[str]) -> int:
    """Prints the faults; 1 where there are some."""
    faults = check([Path(argument) for argument in arguments])
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
