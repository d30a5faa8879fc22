"""The documentation tells the truth: every setting, route and event kind stands in it, and nothing else does."""

import json
import re
from pathlib import Path
from typing import get_args

from agentic_search.api.app import create_app
from agentic_search.domain.plan import Task
from agentic_search.domain.query import Query
from agentic_search.events.facts import Fact
from agentic_search.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FACTS = get_args(get_args(Fact)[0])


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]


def setting_names() -> set[str]:
    """Every setting by the variable that sets it."""
    return {
        "OLLAMA_HOST" if name == "ollama_host" else f"AGENTIC_SEARCH_{name.upper()}" for name in Settings.model_fields
    }


def documented_settings(text: str) -> set[str]:
    """The variables named in the first column of the tables."""
    return {name for row in table_rows(text) for name in re.findall(r"\b[A-Z]+_[A-Z_]+\b", row[0])}


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert documented_settings((DOCS / "configuration.md").read_text()) == setting_names()


def test_the_readme_names_only_settings_that_exist() -> None:
    assert documented_settings((ROOT / "README.md").read_text()) <= setting_names()


def test_the_documented_defaults_are_the_real_ones() -> None:
    table = table_rows((DOCS / "configuration.md").read_text())
    rows = {row[0]: row[2] for row in table if len(row) in (3, 4)}
    for name, field in Settings.model_fields.items():
        documented = rows.get(f"AGENTIC_SEARCH_{name.upper()}")
        if documented is not None and isinstance(field.default, bool | int | float):
            assert (
                documented == f"{field.default:g}".replace("True", "true") or documented == str(field.default).lower()
            )


def test_every_event_kind_is_documented_with_all_its_data() -> None:
    rows = {row[0]: row[1] for row in table_rows((DOCS / "events.md").read_text()) if "." in row[0]}
    assert set(rows) == {fact.model_fields["kind"].default for fact in FACTS}
    for fact in FACTS:
        told = {name for name, field in fact.model_fields.items() if not field.exclude} - {"kind", "status"}
        missing = {name for name in told if not re.search(rf"\b{name}\b", rows[fact.model_fields["kind"].default])}
        assert not missing, f"{fact.__name__}: {missing}"


def test_every_route_is_documented_and_every_documented_route_exists() -> None:
    described = create_app(Settings()).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    documented = {route for row in table_rows((DOCS / "api.md").read_text()) for route in row[0].split(" · ")}
    assert {route for route in documented if re.match(r"(GET|POST|PUT|PATCH|DELETE) /", route)} == {*routes, "GET /"}


def test_every_route_describes_its_success_and_its_problems() -> None:
    described = create_app(Settings()).openapi()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            assert operation.get("description"), f"{method} {path} has no description"
            assert any(status.startswith(("2", "3")) for status in responses), f"{method} {path}"
            for status, response in responses.items():
                if status.startswith("2") and status != "204":
                    assert all("example" in content for content in response["content"].values()), f"{path} {status}"
                if status.startswith(("4", "5")) and path.startswith("/v1/"):
                    content = response["content"]["application/json"]
                    assert content["schema"] and content["example"]["error"]["message"], f"{method} {path} {status}"
                elif status.startswith(("4", "5")) and path != "/ready":
                    content = response["content"]["application/problem+json"]
                    assert content["schema"] and content["example"]["detail"], f"{method} {path} {status}"
    assert "HTTPValidationError" not in json.dumps(described)


def test_the_sentences_under_the_fields_stand_in_the_openapi_description() -> None:
    described = create_app(Settings()).openapi()["components"]["schemas"]
    assert described["Query"]["properties"]["deadline"]["description"].startswith("Seconds from the start")
    assert "counted them" not in json.dumps(described["Usage"])
    bare = [
        f"{name}.{field}"
        for name in ("Query", "Task", "Source")
        for field, it in described[name]["properties"].items()
        if not it.get("description") and field != "title"
    ]
    assert not bare


def test_every_field_of_a_request_and_of_a_task_is_documented() -> None:
    rows = {row[0] for row in table_rows((DOCS / "api.md").read_text())}
    assert set(Query.model_fields) | set(Task.model_fields) <= rows


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_file_that_the_guide_to_extending_names_is_there() -> None:
    text = (DOCS / "extending.md").read_text()
    named = {name for name in re.findall(r"`([\w./…]+/[\w./…]*)`", text) if "…" not in name}
    assert len(named) > 15
    assert not [name for name in named if not (ROOT / name).exists()]
    folders = {name.partition("…")[0] for name in re.findall(r"`([\w./]+/…[\w./]*)`", text)}
    assert folders and all((ROOT / folder).is_dir() for folder in folders)
