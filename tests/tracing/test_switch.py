"""When runs are traced: by the setting, and by the variables of OpenTelemetry's."""

import sys
from pathlib import Path

import pytest

from agentic_search.doctor.finding import Situation
from agentic_search.doctor.network_checks import check_traces
from agentic_search.errors import ConfigurationError
from agentic_search.settings import Settings
from agentic_search.tracing.switch import TracesSetting, is_traced

SOMEWHERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("setting", "environment", "wanted"),
    [
        ("auto", {}, False),
        ("auto", SOMEWHERE, True),
        ("auto", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ("auto", {**SOMEWHERE, "OTEL_SDK_DISABLED": "true"}, False),
        ("auto", {**SOMEWHERE, "OTEL_TRACES_EXPORTER": "none"}, False),
        ("on", {}, True),
        ("off", SOMEWHERE, False),
    ],
)
def test_the_setting_goes_before_the_variables(
    setting: TracesSetting, environment: dict[str, str], wanted: bool
) -> None:
    assert is_traced(setting, environment) is wanted


def test_without_the_extra_only_who_insists_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    assert is_traced("auto", SOMEWHERE) is False
    with pytest.raises(ConfigurationError, match=r"pip install 'agentic-search\[telemetry\]'"):
        is_traced("on", {})
    found = [
        (finding.state, finding.fix)
        for setting in ("auto", "on", "off")
        for finding in check_traces(
            Situation(Settings(traces=setting, data=tmp_path), SOMEWHERE, False, "http://127.0.0.1:8023", False)
        )
    ]
    install = "pip install 'agentic-search[telemetry]'"
    assert found == [("warning", install), ("broken", install)]
