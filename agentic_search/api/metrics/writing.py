"""The service's numbers → Prometheus's text, by its own client library, in a registry of their own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from agentic_search import __version__
from agentic_search.metrics.tallies import Labels, Sums, Times
from agentic_search.runs.service import Service

_PREFIX = "agentic_search_"


def written(service: Service, accept: str) -> tuple[bytes, str]:
    """The text, and what it is, in the form that an `Accept` header asks for."""
    registry = CollectorRegistry()
    registry.register(_ServiceCollector(service))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _ServiceCollector(Collector):
    """Reads the numbers when they are asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Every family of metrics; docs/operating.md lists them."""
        yield from self._of_now()
        yield from self._of_runs()
        yield from self._of_calls()

    def _of_now(self) -> Iterator[Metric]:
        counts = self._service.searches.counts()
        yield _gauge("build_info", "The version that runs", ["version"], {(__version__,): 1})
        states = {("queued",): counts.queued, ("running",): counts.running, ("kept",): counts.kept}
        yield _gauge("current_runs", "Runs of this process by how they stand", ["state"], states)
        yield _gauge("open_event_streams", "Listeners that are being sent events", (), {(): counts.open_streams})
        servers = Counter((status.status,) for status in self._service.tools.statuses())
        yield _gauge("servers", "MCP servers by their state", ["status"], servers)
        lag = "How late the event loop came to what was due, looked at once a second"
        yield _histogram("event_loop_lag_seconds", lag, (), {(): self._service.loop_lag.times})

    def _of_runs(self) -> Iterator[Metric]:
        runs = self._service.metrics
        yield _counter("runs", "Runs that have ended, by how", ["outcome"], runs.runs)
        yield _histogram("run_seconds", "How long runs took", (), {(): runs.run_times})
        yield _counter("run_phase_seconds", "Where the time of runs went", ["phase"], runs.phase_seconds)
        yield _counter("plans", "Plans that were made, by who made them at which attempt", ["rung"], runs.plans)
        yield _counter(
            "model_calls", "Calls of language models, counted as their run ends", ["model"], runs.model_calls
        )
        tokens = "Tokens that language models read (prompt) and wrote (completion), counted as their run ends"
        yield _counter("model_tokens", tokens, ["model", "kind"], runs.model_tokens)
        seconds = dict(runs.waits.seconds)
        waits = SummaryMetricFamily(
            f"{_PREFIX}wait_seconds", "What waited for 10 ms or more, by what for", labels=["reason"]
        )
        for labels, count in runs.waits.counts:
            waits.add_metric(labels, count_value=int(count), sum_value=seconds[labels])
        yield waits

    def _of_calls(self) -> Iterator[Metric]:
        runs = self._service.metrics
        tool = ["server", "tool"]
        yield _counter("tasks", "Tasks that have ended, by how", [*tool, "outcome"], runs.tasks)
        times = {(server,): times for server, times in runs.task_times.items()}
        yield _histogram("task_seconds", "How long tasks took, with all attempts", ["server"], times)
        yield _counter("task_retries", "Attempts at tasks that failed and were repeated", tool, runs.retries)
        lookups = "Reading calls: a kept result served (hit), an equal call under way (joined), or none did (miss)"
        yield _counter("cache_lookups", lookups, ["result"], self._service.tools.cache_lookups)


def _counter(name: str, told: str, labels: Sequence[str], values: Sums) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, told, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


def _gauge(name: str, told: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, told, labels=labels)
    for given, value in values.items():
        family.add_metric(given, value)
    return family


def _histogram(name: str, told: str, labels: Sequence[str], values: Mapping[Labels, Times]) -> Metric:
    family = HistogramMetricFamily(_PREFIX + name, told, labels=labels)
    for given, times in values.items():
        family.add_metric(given, buckets=times.buckets(), sum_value=times.sum)
    return family
