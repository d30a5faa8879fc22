"""The Helm chart, rendered by Helm itself: what Kubernetes takes, what each pod may do, which values are refused."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentic_search.settings import Settings

pytestmark = pytest.mark.chart

HERE = Path(__file__).parent
PYTHON = Path(sys.prefix) / "chart" / "bin" / "python"
_INFORMATION = 1
"""Of Helm's findings: that an icon is missing, for one."""
LEAST: dict[str, Any] = {"existingSecret": "search"}
ALL: dict[str, Any] = {
    **LEAST,
    "image": {"repository": "registry.example/search", "digest": "sha256:" + "0" * 64},
    "imagePullSecrets": [{"name": "pull"}],
    "settings": {"AGENTIC_SEARCH_ALLOWED_HOSTS": "more.example", "AGENTIC_SEARCH_MAX_CONCURRENT_RUNS": 8},
    "mcpServers": {"notes": {"url": "http://notes/mcp"}},
    "web": {"autoscaling": {"enabled": True}, "replicas": 2},
    "worker": {"autoscaling": {"enabled": True}, "replicas": 20},
    "ingress": {"enabled": True, "host": "search.example", "tlsSecret": "tls", "annotations": {"a.example/b": "c"}},
    "networkPolicy": {"enabled": True, "from": [{"podSelector": {"matchLabels": {"app": "proxy"}}}]},
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "search", "operator": "Exists"}],
}


def render(values: dict[str, Any]) -> dict[str, Any]:
    """What Helm and the models of Kubernetes say of these values."""
    if not PYTHON.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Helm is not here: make test-chart installs it")
    command = [str(PYTHON), str(HERE / "render_chart.py")]
    done = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=["the least", "all"])
def rendered(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The chart with the values that it must be given, and with all there are."""
    return render(LEAST if request.param == "the least" else ALL)


def of_kind(rendered: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind, by name."""
    return {each["metadata"]["name"]: each for each in rendered["objects"] if each["kind"] == kind}


def test_helm_finds_nothing_wrong_and_kubernetes_knows_every_field(rendered: dict[str, Any]) -> None:
    assert rendered["problems"] == []
    assert not [each for each in rendered["lint"]["messages"] if each["severity"] > _INFORMATION]


def test_what_pods_may_do(rendered: dict[str, Any]) -> None:
    pods = {name: each["spec"]["template"]["spec"] for name, each in of_kind(rendered, "Deployment").items()}
    assert pods.keys() == {"demo-agentic-search-web", "demo-agentic-search-worker"}
    for name, pod in pods.items():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] > 0
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"] and "cpu" in container["resources"]["requests"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        variables = {each["name"]: each["value"] for each in container["env"]}
        assert variables["AGENTIC_SEARCH_ROLE"] == name.rpartition("-")[2]
        assert {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True} in container["volumeMounts"]


def test_prometheus_finds_every_process(rendered: dict[str, Any]) -> None:
    for each in of_kind(rendered, "Deployment").values():
        pod = each["spec"]["template"]
        told = {
            name: value for name, value in pod["metadata"]["annotations"].items() if name.startswith("prometheus.io")
        }
        (port,) = (port["containerPort"] for port in pod["spec"]["containers"][0]["ports"])
        assert told == {
            "prometheus.io/scrape": "true",
            "prometheus.io/path": "/metrics",
            "prometheus.io/port": str(port),
        }


def test_objects_name_each_other_rightly(rendered: dict[str, Any]) -> None:
    labels = {
        name: each["spec"]["template"]["metadata"]["labels"] for name, each in of_kind(rendered, "Deployment").items()
    }
    for name, budget in of_kind(rendered, "PodDisruptionBudget").items():
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    (service,) = of_kind(rendered, "Service").values()
    chosen = [name for name in labels if service["spec"]["selector"].items() <= labels[name].items()]
    assert chosen == ["demo-agentic-search-web"]
    assert of_kind(rendered, "PodDisruptionBudget").keys() == labels.keys()
    assert (
        of_kind(rendered, "ConfigMap").keys() == of_kind(rendered, "ServiceAccount").keys() == {"demo-agentic-search"}
    )


def test_settings_exist_and_hold_no_secret(rendered: dict[str, Any]) -> None:
    (found,) = of_kind(rendered, "ConfigMap").values()
    settings = {name: value for name, value in found["data"].items() if name != "mcp.json"}
    assert {name.removeprefix("AGENTIC_SEARCH_").lower() for name in settings} <= Settings.model_fields.keys()
    assert "demo-agentic-search.prod.svc" in settings["AGENTIC_SEARCH_ALLOWED_HOSTS"].split(",")
    assert json.loads(found["data"]["mcp.json"]).keys() == {"mcpServers"}
    assert of_kind(rendered, "Secret") == {}


def test_with_all_values_there_is_an_ingress_that_holds_back_nothing() -> None:
    rendered = render(ALL)
    (ingress,) = of_kind(rendered, "Ingress").values()
    assert ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-buffering"] == "off"
    (found,) = of_kind(rendered, "ConfigMap").values()
    assert {"search.example", "more.example"} <= {*found["data"]["AGENTIC_SEARCH_ALLOWED_HOSTS"].split(",")}
    assert json.loads(found["data"]["mcp.json"]) == {"mcpServers": ALL["mcpServers"]}
    scaled = of_kind(rendered, "HorizontalPodAutoscaler")
    deployments = of_kind(rendered, "Deployment")
    assert scaled.keys() == deployments.keys()
    assert all("replicas" not in each["spec"] for each in deployments.values())
    assert all(each["spec"]["minReplicas"] <= each["spec"]["maxReplicas"] for each in scaled.values())
    images = {each["spec"]["template"]["spec"]["containers"][0]["image"] for each in deployments.values()}
    assert images == {"registry.example/search@sha256:" + "0" * 64}
    assert len(of_kind(rendered, "NetworkPolicy")) == 1


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "existingSecret"),
        ({**LEAST, "replicas": 3}, "replicas"),
        ({**LEAST, "web": {"replicas": -1}}, "/web/replicas"),
        ({**LEAST, "ingress": {"enabled": True}}, "/ingress/host"),
        ({**LEAST, "image": {"digest": "sha256:short"}}, "/image/digest"),
        ({**LEAST, "settings": {"AGENTIC_SEARCH_DATABASE_URL": "postgresql://u:p@h/d"}}, "DATABASE_URL"),
        ({**LEAST, "settings": {"AGENTIC_SEARCH_SECRET_KEY": "k"}}, "SECRET_KEY"),
        ({**LEAST, "settings": {"LOG_LEVEL": "debug"}}, "LOG_LEVEL"),
    ],
)
def test_what_is_written_wrongly_is_refused_by_its_name(values: dict[str, Any], named: str) -> None:
    assert named in render(values)["refused"]
