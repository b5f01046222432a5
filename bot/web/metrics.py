"""The report in Prometheus' text format. Counts nothing: every number is the report's (`bot.rendering.report`).

Each `Metrics` has a registry of its own, so that several bots, or tests, in one process don't meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.delivery import State
from bot.rendering.report import StatusReport

#: The text format as every Prometheus reads it.
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What `/metrics` shows: the report, and what the process itself uses."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._snapshot = _Snapshot()
        self._registry.register(self._snapshot)
        ProcessCollector(registry=self._registry)

    def text(self, report: StatusReport, *, up: bool) -> str:
        """Return the page for a report; `up`: the bot does its work."""
        self._snapshot.families = [_gauge("up", "1 when the bot does its work.", int(up)), *_families(report)]
        return generate_latest(self._registry).decode()


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
    yield _gauge("oldest_waiting_seconds", "Age of the delivery that waits longest; 0 when none does.", _waited(report))
    yield _gauge("rejected_files", "Files in the folder that are not articles.", len(report.rejected))
    if report.scanned:
        seconds = (report.at - report.scanned).total_seconds()
        yield _gauge("last_scan_seconds", "Time since the folder was last scanned.", max(seconds, 0.0))


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"paperboy_{name}", told, value=value)


def _deliveries(report: StatusReport) -> Metric:
    """Return every channel's deliveries by state, those without any as 0; one channel's threads are added up."""
    family = GaugeMetricFamily("paperboy_deliveries", "Deliveries to channels, by state.", labels=("channel", "state"))
    channels: dict[str, Counter[str]] = {}
    for channel in report.channels:
        channels.setdefault(channel.name, Counter()).update(channel.deliveries)
    for name, states in channels.items():
        for state in State:
            family.add_metric((name, state), states[state])
    return family


def _follower_deliveries(states: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily("paperboy_follower_deliveries", "Deliveries to readers, by state.", labels=("state",))
    for state in State:
        family.add_metric((state,), states.get(state, 0))
    return family


def _waited(report: StatusReport) -> float:
    return max((report.at - report.oldest_waiting).total_seconds(), 0.0) if report.oldest_waiting else 0.0
