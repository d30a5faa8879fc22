"""What the documentation names is there: options, targets, profiles, modules, variables; also in what is not run."""

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import typer.main
import yaml

from agentic_search.cli.program import app
from agentic_search.mcp_servers.stories.importing.command import parse_options
from agentic_search.settings import KEY_VARIABLE, Settings
from benchmarks.models.evaluate import parser as evaluation
from tests.documentation.blocks import PAGES, blocks, inline_commands
from tests.support.forking.starting import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
_ASSIGNED = re.compile(r"[A-Z_]+=")
_READERS_OWN = re.compile(r"…|\b[A-Z]{3,}\b")
"""What stands for the reader's own: `FILE`, `NAME`, an ellipsis."""
OTHER_VARIABLES = {
    KEY_VARIABLE: "agentic_search/settings.py",
    "AGENTIC_SEARCH_CACHE": "agentic_search/mcp_servers/fulltext",
    "AGENTIC_SEARCH_STORIES": "agentic_search/mcp_servers/stories/archive",
    "AGENTIC_SEARCH_PYTHON_DOCS_RECHECK": "agentic_search/mcp_servers/python_docs",
    "AGENTIC_SEARCH_WEB_WIKIPEDIA": "agentic_search/mcp_servers/web",
    "AGENTIC_SEARCH_MODELS_OPENROUTER_KEY": "",
    "AGENTIC_SEARCH_WEBS": "docker-compose.yml",
    "AGENTIC_SEARCH_WORKERS": "docker-compose.yml",
}
"""Variables that are no setting of the service, and where they are read; one is made of a model server's name."""


def shown_commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of a block and of a line, where it stands, without the variables before it and what is piped."""
    for block in blocks("sh"):
        for command in block.commands:
            yield from ((block.id, words) for words in _piped(command))
    yield from inline_commands()


def _piped(command: str) -> Iterator[list[str]]:
    """The commands of a line, each as its words."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|;")
    lexer.whitespace_split = True
    words = list[str]()
    for word in lexer:
        if word in "|;":
            yield words
            words = []
        else:
            words.append(word)
    yield words


def words_of(*programs: str) -> list[tuple[str, list[str]]]:
    """What follows one of these programs, wherever it is called."""
    found: list[tuple[str, list[str]]] = []
    for where, words in shown_commands():
        words = [*_without_variables(words)]
        if words and words[0] in programs:
            found.append((where, words[1:]))
    assert found, f"{programs} are no longer shown"
    return found


def _without_variables(words: list[str]) -> Iterator[str]:
    begun = False
    for word in words:
        begun = begun or not _ASSIGNED.match(word)
        if begun:
            yield word


def test_targets_and_variables_of_make() -> None:
    for where, words in words_of("make"):
        for word in words:
            name, is_variable, _ = word.partition("=")
            pattern = rf"\$[({{]{name}\b|^{name} \?=" if is_variable else rf"^{re.escape(name)}:"
            assert re.search(pattern, MAKEFILE, re.MULTILINE), (where, word)


def test_the_options_of_an_evaluation() -> None:
    recipe = re.search(r"^eval-model:.*\n\t(.*)", MAKEFILE, re.MULTILINE)
    assert recipe and "benchmarks.models.evaluate $(MODEL) $(SOURCE)" in recipe[1]
    for _, words in words_of("make"):
        if words[0] == "eval-model" and len(words) > 1:
            given = dict(word.split("=", 1) for word in words[1:])
            evaluation().parse_args([given["MODEL"], *shlex.split(given["SOURCE"])])


def test_commands_and_options_of_the_terminal() -> None:
    whole: Any = typer.main.get_command(app)
    for where, words in words_of("agentic-search", "search/bin/agentic-search"):
        command, rest = whole, words
        while getattr(command, "commands", None) and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        assert command is not whole or rest == ["--install-completion"], where
        rest = [str(ROOT / "README.md") if re.fullmatch("~.*|FILE", word) else word for word in rest]
        command.make_context("agentic-search", rest, resilient_parsing=command is whole or not rest)


def test_modules_and_files_that_python_runs() -> None:
    for where, words in words_of("python", "python3", ".venv/bin/python"):
        if words[0] == "-m" and not _READERS_OWN.search(words[1]) and words[1] != "venv":
            module = importlib.util.find_spec(words[1])
            assert module is not None, (where, words[1])
            if module.submodule_search_locations is not None:
                assert importlib.util.find_spec(f"{words[1]}.__main__") is not None, (where, words[1])
        elif not words[0].startswith("-"):
            assert (ROOT / words[0]).is_file(), (where, words[0])


def test_the_options_of_an_import_of_stories() -> None:
    imports = [
        words[3:] for _, words in words_of("python") if words[1:3] == ["agentic_search.mcp_servers.stories", "import"]
    ]
    assert len(imports) == 3
    for words in imports:
        parse_options(words)


def test_benchmarks_that_are_named() -> None:
    for _, words in words_of("python"):
        if words[:2] == ["-m", "benchmarks"]:
            done = subprocess.run([sys.executable, *words, "--help"], cwd=ROOT, capture_output=True)
            assert done.returncode == 0, done.stderr


def test_profiles_and_services_of_compose() -> None:
    profiles = {name for service in COMPOSE.values() for name in service.get("profiles", ())}
    for where, words in words_of("docker"):
        assert words[0] == "compose", where
        rest = words[1:]
        if rest[0] == "--profile":
            assert rest[1] in profiles, (where, rest[1])
            rest = rest[2:]
        assert rest[0] == "up" and {*rest[1:]} <= COMPOSE.keys(), (where, rest)


def test_what_is_installed() -> None:
    for where, words in words_of("pip", "search/bin/pip"):
        assert words[0] == "install", where
        wheel = r"dist/agentic_search-\*\.whl"
        extras = re.fullmatch(rf"{wheel}|agentic-search\[([\w,]+)\]", words[1])
        assert extras, (where, words[1])
        assert {*filter(None, (extras[1] or "").split(","))} <= PROJECT["optional-dependencies"].keys(), where
    assert "agentic-search" in PROJECT["scripts"]


def test_the_chart_and_what_is_set_in_it() -> None:
    ((_, words),) = words_of("helm")
    _, _, chart, *options = words
    values: Any = yaml.safe_load((ROOT / chart / "values.yaml").read_text())
    for option in options[1::2]:
        found = values
        for key in option.partition("=")[0].split("."):
            found = found[key]
    ((_, words),) = words_of("kubectl")
    secret = dict(pairwise(words))
    assert secret["generic"] in options[1]
    (literal,) = (word.removeprefix("--from-literal=") for word in words if word.startswith("--from-literal="))
    assert literal.partition("=")[0].removeprefix("agentic_search_") in Settings.model_fields


def test_variables_are_settings_or_are_read_elsewhere() -> None:
    settings = {f"AGENTIC_SEARCH_{name.upper()}" for name in Settings.model_fields}
    named = {name for page in PAGES for name in re.findall(r"AGENTIC_SEARCH_[A-Z_]*[A-Z]\b", page.read_text())}
    named -= {"AGENTIC_SEARCH_MODELS_NAME_KEY"}
    assert named <= settings | OTHER_VARIABLES.keys(), named - settings - OTHER_VARIABLES.keys()
    assert not OTHER_VARIABLES.keys() - named, "the list has what is no longer named"
    for name, place in OTHER_VARIABLES.items():
        files = [ROOT / place] if (ROOT / place).is_file() else [*(ROOT / place).rglob("*.py")]
        assert not place or any(name in file.read_text() for file in files), name
