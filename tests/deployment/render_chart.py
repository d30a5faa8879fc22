"""Renders the chart and checks what comes out by models of Kubernetes; runs where `make test-chart` has installed both.

Reads the values from standard input, as JSON, and writes an object: `objects`, or `refused` with what Helm says.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any, cast

import yaml

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "agentic-search"
_MODULES = {
    "v1": "core.v1",
    "apps/v1": "apps.v1",
    "autoscaling/v2": "autoscaling.v2",
    "networking.k8s.io/v1": "networking.v1",
    "policy/v1": "policy.v1",
}


def main() -> None:
    """Lint, render, check."""
    helm: Any = importlib.import_module("helm_python")
    values = json.load(sys.stdin)
    try:
        with helm.Chart.load(str(CHART)) as chart:
            rendered: dict[str, str] = chart.render(values, name="demo", namespace="prod")
    except helm.HelmError as refused:
        json.dump({"refused": str(refused)}, sys.stdout)
        return
    found = helm.lint(str(CHART), values, strict=True)
    texts = [text for path, text in sorted(rendered.items()) if path.endswith(".yaml")]
    objects = [each for text in texts for each in yaml.safe_load_all(text) if each]
    problems = [problem for each in objects for problem in _problems(each)]
    json.dump({"objects": objects, "lint": found, "problems": problems}, sys.stdout)


def _problems(each: dict[str, Any]) -> list[str]:
    """What Kubernetes would refuse: a wrong type, something missing, or a name that it does not know."""
    module: Any = importlib.import_module(f"cloudcoil.models.kubernetes.{_MODULES[each['apiVersion']]}")
    name = f"{each['kind']} {each['metadata']['name']}"
    try:
        read = getattr(module, each["kind"]).model_validate(each)
    except ValueError as wrong:
        return [f"{name}: {wrong}"]
    kept = read.model_dump(by_alias=True, exclude_unset=True, mode="json")
    return [f"{name}: {path} is unknown" for path in _lost(each, kept, "")]


def _lost(given: object, kept: object, path: str) -> list[str]:
    """Where something is given that is not kept."""
    if not isinstance(given, dict | list):
        return []
    pairs = cast("dict[Any, Any]", given) if isinstance(given, dict) else dict(enumerate(cast("list[Any]", given)))
    known = cast("dict[Any, Any]", kept) if isinstance(kept, dict) else dict(enumerate(cast("list[Any]", kept)))
    return [
        lost
        for key, value in pairs.items()
        for lost in (_lost(value, known[key], f"{path}.{key}") if key in known else [f"{path}.{key}"])
    ]


if __name__ == "__main__":
    main()
