"""What Prometheus reads. No case, person or unit is ever a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30)


class Metrics:
    """The counters of one API process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hongxiu_http_requests_total", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "hongxiu_http_request_seconds",
            "Time to answer, in seconds.",
            ("route", "method"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.decisions = Counter(
            "hongxiu_decisions_total",
            "Decisions by kind and outcome (committed, or the refusal's code).",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self.opened = Counter("hongxiu_cases_opened_total", "Cases opened by this process.", registry=self.registry)
        self.position = Gauge(
            "hongxiu_feed_position", "The position in the log that the stream has reached.", registry=self.registry
        )
        self.subscribers = Gauge("hongxiu_feed_subscribers", "Who listens to the stream.", registry=self.registry)
