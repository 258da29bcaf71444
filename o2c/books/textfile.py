"""What a check found, as a file for Prometheus: node_exporter's textfile collector hands it on."""

from __future__ import annotations

import time
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from o2c.books.report import BooksReport
from o2c.stack import StackError


class BooksMetrics:
    """The metrics of a check, named in one place."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.agree = Gauge("o2c_books_agree", "1 where all invariants held at the last check", registry=r)
        self.checked = Gauge("o2c_books_checked_timestamp_seconds", "When the books were last checked", registry=r)
        self.difference = Gauge(
            "o2c_books_difference",
            "Largest difference between the two sides of an invariant, in its own unit; 0 where it held",
            ["invariant"],
            registry=r,
        )


def write_metrics(report: BooksReport, file: Path) -> None:
    """Replaces the file at once. Raises StackError where it cannot be written."""
    metrics = BooksMetrics()
    metrics.agree.set(report.agree)
    metrics.checked.set(time.time())
    largest: dict[str, float] = {}
    for line in report.lines:
        largest[line.invariant] = max(largest.get(line.invariant, 0.0), abs(float(line.difference)))
    for invariant, difference in largest.items():
        metrics.difference.labels(invariant).set(difference)
    try:
        write_to_textfile(str(file), metrics.registry)
    except OSError as error:
        raise StackError(f"--metrics-file {file} cannot be written: {error.strerror}") from None
