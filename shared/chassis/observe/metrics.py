"""Every metric a service exports, named in one place. A registry per running service."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BATCH_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BATCH_EVENTS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.events_in = Counter("o2c_events_in", "Events handled, by topic", ["topic"], registry=r)
        self.events_duplicate = Counter(
            "o2c_events_duplicate", "Events dropped because they were handled before", registry=r
        )
        self.events_out = Counter(
            "o2c_events_out", "Events published and acknowledged, by topic", ["topic"], registry=r
        )
        self.outcomes = Counter(
            "o2c_outcomes",
            "What was decided about input, such as payments repeated, payments held and bank lines rejected",
            ["outcome"],
            registry=r,
        )
        self.batch_events = Histogram("o2c_batch_events", "Records in a batch", buckets=_BATCH_EVENTS, registry=r)
        self.batch_seconds = Histogram(
            "o2c_batch_seconds", "Time from taking a batch to its commit", buckets=_BATCH_SECONDS, registry=r
        )
        self.lag = Gauge(
            "o2c_consumer_lag", "Records between this replica's position and the end, by topic", ["topic"], registry=r
        )
        self.outbox_depth = Gauge("o2c_outbox_depth", "Events waiting in the outbox", registry=r)
        self.outbox_age_seconds = Gauge("o2c_outbox_age_seconds", "Age of the oldest event in the outbox", registry=r)
        self.relay_active = Gauge("o2c_relay_active", "1 where this replica publishes the outbox", registry=r)
        self.unknown_event_fields = Counter(
            "o2c_unknown_event_fields",
            "Unknown fields of consumed events, by event type, field and producer",
            ["event", "field", "producer"],
            registry=r,
        )
        self.dead_letters = Counter("o2c_dead_letters", "Records dead-lettered, by topic", ["topic"], registry=r)
        self.dead_letters_waiting = Gauge("o2c_dead_letters_waiting", "Dead letters not yet replayed", registry=r)
        self.retries = Counter("o2c_retries", "Batches retried after a transient fault", registry=r)
        self.bisections = Counter("o2c_bisections", "Batches cut in two to find a poison event", registry=r)
        self.ready = Gauge("o2c_ready", "1 while the service is ready", registry=r)
        self.http_requests = Counter(
            "o2c_http_requests", "Requests answered", ["method", "route", "status"], registry=r
        )
        self.http_seconds = Histogram("o2c_http_seconds", "Time to answer a request", ["method", "route"], registry=r)
