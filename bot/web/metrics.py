"""The status report in Prometheus' text format. Counts nothing: see `bot.rendering.report`.

Each `Metrics` has a registry of its own, so that several bots in one process don't share numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.delivery import State
from bot.rendering.report import StatusReport

#: The text format as every Prometheus reads it.
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The page /metrics: the report, and the resources the process uses."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._snapshot = _Snapshot()
        self._registry.register(self._snapshot)
        ProcessCollector(registry=self._registry)

    def text(self, report: StatusReport, *, up: bool) -> str:
        """Return the page for a report. up: the bot does its work."""
        health = _gauge("up", "1 when the bot does its work.", int(up))
        self._snapshot.families = [health, *_families(report)]
        page: bytes = generate_latest(self._registry)
        return page.decode()


class _Snapshot(Collector):
    def __init__(self) -> None:
        self.families: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        yield from self.families


def _families(report: StatusReport) -> Iterator[Metric]:
    yield _gauge("articles", "Articles that readers can find.", report.articles)
    yield _gauge("readers", "Readers the bot can reach.", report.readers)
    yield _gauge("follows", "Topics followed, over all readers.", report.follows)
    yield _deliveries(report)
    yield _follower_deliveries(report.followers)
    waited = _age(report, report.oldest_waiting)
    explained = "Age of the delivery that waits longest; 0 when none does."
    yield _gauge("oldest_waiting_seconds", explained, waited)
    rejected = len(report.rejected)
    yield _gauge(
        "rejected_files", "Files in the folder that are not articles.", rejected
    )
    if report.scanned:
        scanned = _age(report, report.scanned)
        yield _gauge(
            "last_scan_seconds", "Time since the folder was last scanned.", scanned
        )


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(f"paperboy_{name}", description, value=value)


def _deliveries(report: StatusReport) -> Metric:
    """Return each channel's deliveries by state, zeros included, its threads added up."""
    family = _labelled(
        "deliveries", "Deliveries to channels, by state.", "channel", "state"
    )
    channels: dict[str, Counter[str]] = {}
    for channel in report.channels:
        channels.setdefault(channel.name, Counter()).update(channel.deliveries)
    for name, states in channels.items():
        for state in State:
            family.add_metric((name, state), states[state])
    return family


def _labelled(name: str, description: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"paperboy_{name}", description, labels=labels)


def _follower_deliveries(states: Mapping[str, int]) -> Metric:
    family = _labelled(
        "follower_deliveries", "Deliveries to readers, by state.", "state"
    )
    for state in State:
        family.add_metric((state,), states.get(state, 0))
    return family


def _age(report: StatusReport, since: datetime | None) -> float:
    """Return the seconds from a moment to the report; 0 for none, or for one still to come."""
    if since is None:
        return 0.0
    return max((report.at - since).total_seconds(), 0.0)
