"""How traces leave: past any proxy to a collector on this machine, and before the service has ended."""

import pytest

from agentic_search.clock import SystemClock
from agentic_search.settings import environment
from agentic_search.tracing.switch import open_tracing
from tests.support.otlp_double import collector

NOBODY = "http://127.0.0.1:9"


async def test_a_collector_on_this_machine_is_reached_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with collector() as collecting:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collecting.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, NOBODY)
        async with open_tracing("auto", environment(), SystemClock()) as tracing:
            assert tracing is not None
            with tracing.traced("r1", thread_id="t1", caller=None, goes_on=False):
                pass
        (span,) = collecting.spans
        assert (span.service, span.attributes["agentic_search.run.id"]) == ("mine", "r1")
