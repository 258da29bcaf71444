"""Dashboard, alert rules and the operators' README name only what the services and the check really export."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from o2c.books.report import BooksReport, Line
from o2c.books.textfile import BooksMetrics, write_metrics
from o2c.cli import app
from o2c.stack import SERVICES, StackError
from shared.chassis.observe.metrics import Metrics

ROOT = Path(__file__).parents[3]
ALERTS = (ROOT / "deploy/prometheus/alerts.yml").read_text()
SCRAPES = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
COMPOSE = (ROOT / "deploy/docker-compose.observability.yml").read_text()
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/o2c.json").read_text())
PAGE = (ROOT / "docs/operations/monitoring-and-alerts.md").read_text()

SAMPLES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
ADDED_BY_SCRAPING = {"job", "instance", "service"}


def exported(registry: CollectorRegistry) -> set[str]:
    """The names of the series of a registry, those included that have no value yet."""
    return {metric.name + ending for metric in registry.collect() for ending in SAMPLES[metric.type]}


OF_SERVICES = exported(Metrics().registry)
OF_THE_BOOKS = exported(BooksMetrics().registry)


def named_in(text: str) -> set[str]:
    """The metrics an expression or a file of expressions names."""
    return set(re.findall(r"\bo2c_[a-z0-9_]+", text))


def expressions() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def alerts() -> dict[str, str]:
    """Each alert with the text of its rule."""
    parts = re.split(r"- alert: (\w+)\n", ALERTS)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("expression", expressions())
def test_the_dashboard_shows_what_is_exported(expression: str) -> None:
    assert named_in(expression)
    assert named_in(expression) <= OF_SERVICES | OF_THE_BOOKS


@pytest.mark.parametrize(("alert", "rule"), alerts().items())
def test_an_alert_watches_what_is_exported_and_is_explained(alert: str, rule: str) -> None:
    assert named_in(rule) <= OF_SERVICES | OF_THE_BOOKS
    assert named_in(rule) or 'up{job="o2c"' in rule
    assert all(part in rule for part in ("expr:", "for:", "severity:", "summary:"))
    assert re.search(rf"^\| {alert} \|", PAGE, re.MULTILINE), f"the page does not state what to do about {alert}"


def test_the_page_explains_no_alert_that_does_not_exist() -> None:
    assert set(re.findall(r"^\| (O2c\w+) \|", PAGE, re.MULTILINE)) == set(alerts())


def test_what_must_be_watched_is_watched() -> None:
    assert named_in(ALERTS) >= {
        "o2c_ready", "o2c_consumer_lag", "o2c_outbox_age_seconds", "o2c_dead_letters_waiting", "o2c_relay_active",
        "o2c_books_agree", "o2c_books_checked_timestamp_seconds",
    }  # fmt: skip


def test_expressions_group_by_labels_that_exist() -> None:
    labels = {name for metric in vars(Metrics()).values() for name in getattr(metric, "_labelnames", ())}
    for expression in [*expressions(), ALERTS]:
        for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
            assert {name.strip() for name in grouped.split(",")} <= labels | ADDED_BY_SCRAPING | {"le"}


def test_every_service_is_scraped_and_missed() -> None:
    hosts = [name.replace("_", "-") for name in SERVICES]
    (scraped,) = re.findall(r"names: \[([^\]]*)\]", SCRAPES)
    assert sorted(scraped.split(", ")) == sorted(hosts)
    assert sorted(re.findall(r'service="([^"]*)"', alerts()["O2cServiceMissing"])) == sorted(hosts)


def test_the_compose_file_mounts_what_is_there_and_pins_its_images() -> None:
    for path in re.findall(r"- \./(\S+?):/", COMPOSE):
        assert (ROOT / path).is_dir(), path
    for image in re.findall(r"image: (\S+)", COMPOSE):
        assert re.search(r":(v?\d+\.\d+\.\d+\}|local$)", image), f"{image} is not pinned"


def test_a_check_becomes_metrics(tmp_path: Path) -> None:
    file = tmp_path / "books.prom"
    report = BooksReport(date(2026, 3, 31))
    report.lines = [Line("Debits = credits", "debits", 100, "credits", 100, "USD")]
    write_metrics(report, file)
    assert values(file)["o2c_books_agree"] == 1
    report.lines += [Line("Cash = payments", "cash", 7, "payments", 9), Line("Cash = payments", "cash", 1, "p", 1)]
    write_metrics(report, file)
    found = values(file)
    assert found["o2c_books_agree"] == 0
    assert found["Debits = credits"] == 0
    assert found["Cash = payments"] == 2
    assert found["o2c_books_checked_timestamp_seconds"] > 0
    with pytest.raises(StackError, match="cannot be written"):
        write_metrics(report, tmp_path / "nowhere" / "books.prom")


def test_the_check_writes_its_metrics_and_still_exits_with_one_on_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AStack:
        databases: ClassVar[dict[str, str]] = {}
        kafka_bootstrap_servers = "nowhere:9092"

    async def differing(*_: object) -> BooksReport:
        return BooksReport(None, [Line("Debits = credits", "debits", 3, "credits", 2)])

    monkeypatch.setattr("o2c.stack.description.find_stack", lambda _: AStack)
    monkeypatch.setattr("o2c.books.check.check_books", differing)
    file = tmp_path / "books.prom"
    assert CliRunner().invoke(app, ["check", "--metrics-file", str(file)]).exit_code == 1
    assert values(file)["Debits = credits"] == 1


def values(file: Path) -> dict[str, float]:
    """The samples of a textfile by invariant, or by name where they have none."""
    return {
        sample.labels.get("invariant", sample.name): sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
    }
