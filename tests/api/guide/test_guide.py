"""The documentation: every page is served and built, every link leads somewhere, and what it shows can be used."""

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main
import yaml
from fastapi import FastAPI

from agentic_search.api.guide.pages import TOKENS, page_names
from agentic_search.api.guide.routes import guide_router
from agentic_search.cli.program import app
from agentic_search.settings import Settings
from tests.architecture.layout import ROOT

DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PARTS = ("…", "FILE", "NAME", "...")
"""What stands for the reader's own: no command or file as it is."""


def blocks(language: str) -> list[Any]:
    """The fenced blocks of a language, in README and documentation."""
    return [
        pytest.param(text, id=f"{page.name}-{number}")
        for page in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
        for number, (name, text) in enumerate(_BLOCK.findall(page.read_text()))
        if name == language and not any(part in text for part in _PARTS)
    ]


def commands() -> list[list[str]]:
    """Every `agentic-search` command of the documentation, as a shell splits it."""
    lines = [line for block in blocks("sh") for line in block.values[0].replace("\\\n", " ").splitlines()]
    words = (shlex.split(line, comments=True) for line in lines)
    return [list(_arguments(each)) for each in words if any(map(_is_program, each))]


def _arguments(words: list[str]) -> Iterator[str]:
    start = next(index for index, word in enumerate(words) if _is_program(word))
    yield from words[start + 1 :]


def _is_program(word: str) -> bool:
    return word in {"agentic-search", "search/bin/agentic-search"}


async def test_every_page_is_served_and_every_link_between_pages_leads_to_a_heading() -> None:
    served = FastAPI(docs_url=None)
    static = Settings().static
    served.include_router(guide_router(static.with_name("docs"), tokens=static / TOKENS))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost") as client:
        first = await client.get("/docs")
        assert first.status_code == 307 and first.headers["Location"] == "/docs/start"
        pages = {f"/docs/{name}": (await client.get(f"/docs/{name}")).text for name in page_names(DOCS)}
        for address, page in pages.items():
            assert '<main id="content"><h1' in page and 'aria-current="page"' in page, address
            for path, anchor in re.findall(r'href="(/docs/[\w.-]+)(#[^"]*)?"', page):
                if path.endswith(".css"):
                    assert (await client.get(path)).status_code == 200
                    continue
                assert path in pages, (address, path)
                assert not anchor or f'id="{anchor[1:]}"' in pages[path], (address, path, anchor)
            for source in re.findall(r'src="([^"]+)"', page):
                assert (await client.get(source)).status_code == 200
        for nothing in ("/docs/nothing", "/docs/.env"):
            assert (await client.get(nothing)).status_code == 404, nothing


def test_the_same_pages_are_written_as_a_site(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agentic_search.api.guide.site", str(tmp_path / "site")], cwd=ROOT, check=True
    )
    assert done.returncode == 0
    for page in (tmp_path / "site").glob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_every_command_of_the_terminal_that_is_shown_exists_with_its_options() -> None:
    shown = commands()
    assert len(shown) > 5
    whole: Any = typer.main.get_command(app)
    for arguments in shown:
        command, rest = whole, arguments
        while getattr(command, "commands", None) and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        assert command is not whole, arguments
        rest = rest[: rest.index("|")] if "|" in rest else rest
        rest = [str(ROOT / "README.md") if word.startswith("~") else word for word in rest]
        command.make_context("agentic-search", rest)


@pytest.mark.parametrize("text", blocks("python"))
def test_python_that_is_shown_is_python(text: str) -> None:
    compile(text, "documentation", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("text", blocks("json"))
def test_json_that_is_shown_is_json(text: str) -> None:
    json.loads(text)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_yaml_that_is_shown_is_yaml(text: str) -> None:
    assert yaml.safe_load(text)


@pytest.mark.parametrize("text", blocks("toml"))
def test_toml_that_is_shown_is_toml(text: str) -> None:
    assert tomllib.loads(text)


@pytest.mark.parametrize("text", blocks("sh"))
def test_shell_that_is_shown_can_be_read_by_a_shell(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
