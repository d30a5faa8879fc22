"""Questions of users, asked of the running service without a model: whether the right passage is first, and whether it
says "nothing found" where there is nothing.

    python -m benchmarks.quality.user_questions [--questions FILE] [--stories FILE] [--cache FOLDER] [--show]

Over the bundled servers, with the project's docs as documents and an archive of invented stories. A row of the table of
questions holds `right`: ways to be right, each a list of patterns that must all be found; null where nothing answers.
`{version:NAME}` in a pattern is the version of an installed package, `{documents}` the number of documents. With
`"sides": 2` the first two sources count as the first: it is asked for two things.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.models.observing import Observed, ask
from benchmarks.quality.archive import write_archive
from benchmarks.report import median, print_report
from tests.support.service import ROOT, RunningService, environment_for, running_service

QUESTIONS = Path(__file__).with_suffix(".json")
DOCS = ROOT / "docs"
BUNDLED = ("python_docs", "documents", "stories")
FIRST_FEW = 3
_VERSION = re.compile(r"\{version:([\w-]+)\}")


@dataclass(frozen=True, slots=True)
class Grade:
    """What one answer is worth."""

    answerable: bool
    first: bool
    """The right passage stands first."""
    among_three: bool
    abstained: bool
    seconds: float


def grade(row: dict[str, Any], run: Observed) -> Grade:
    """Judge the answer to one row of the table."""
    ways: Sequence[Sequence[str]] = row["right"] or ()
    sides = row.get("sides", 1)
    lead, abstained = _lead(run.answer), bool(run.run["nothing_found"])
    first = any(_holds(way, _seen(run, sides, lead)) for way in ways) and not abstained
    may_abstain = row["right"] is None or row.get("or_nothing", False)
    return Grade(
        answerable=not may_abstain,
        first=first,
        among_three=any(_holds(way, _seen(run, FIRST_FEW, lead)) for way in ways) and not abstained,
        abstained=abstained or (may_abstain and first),
        seconds=run.run["timings"]["total"],
    )


def _lead(answer: str) -> str:
    """What a reader sees first: the answer to the end of the paragraph with the first mark."""
    mark = re.search(r"\[\d+\]", answer)
    end = answer.find("\n\n", mark.end()) if mark else -1
    return answer[: end if end >= 0 else len(answer)] if mark else ""


def _seen(run: Observed, sources: int, lead: str) -> str:
    return "\n".join([lead, *(f"{one['title']}\n{one['url']}\n{one['snippet']}" for one in run.sources[:sources])])


def _holds(way: Sequence[str], text: str) -> bool:
    return all(re.search(_filled(pattern), text, re.IGNORECASE) for pattern in way)


def _filled(pattern: str) -> str:
    documents = sum(1 for file in DOCS.rglob("*") if file.suffix == ".md")
    pattern = pattern.replace("{documents}", str(documents))
    return _VERSION.sub(lambda found: re.escape(version(found[1])), pattern)


async def ask_all(rows: Sequence[dict[str, Any]], given: argparse.Namespace) -> list[Grade]:
    """Ask a service of its own every question, in order, when its documentation is indexed."""
    grades: list[Grade] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _import(given.stories or write_archive(folder / "archive.jsonl"), folder)
        settings = {"CACHE": str(given.cache or folder / "cache"), "DOCUMENTS": str(DOCS)}
        async with running_service(folder, bundled=True, settings=settings) as service:
            await service.ready_servers(*BUNDLED)
            await _indexed(service)
            for row in rows:
                run = await ask(service, row["question"], model="offline")
                grades.append(grade(row, run))
                if given.show:
                    print("\n".join(_shown(row, run, grades[-1])), file=sys.stderr, flush=True)
    return grades


def _import(stories: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "agentic_search.mcp_servers.stories", "import", str(stories)]
    subprocess.run(command, cwd=ROOT, env=environment_for(folder), check=True, stdout=subprocess.DEVNULL)


async def _indexed(service: RunningService) -> None:
    """Wait until every installed package's documentation can be searched."""
    while await _missing(service):  # noqa: ASYNC110 - another process indexes
        await asyncio.sleep(2)


async def _missing(service: RunningService) -> bool:
    plan = {"tasks": [{"tool": "list_packages"}]}
    return bool((await service.ask("packages", plan=plan, model="offline"))["tasks"][0]["result"]["missing"])


def _shown(row: dict[str, Any], run: Observed, graded: Grade) -> Iterator[str]:
    """What was asked, called and answered, to see why."""
    wrong = not (graded.first if graded.answerable else graded.abstained)
    told = f"three={graded.among_three} nothing={graded.abstained}"
    yield f"{'WRONG' if wrong else 'right'} {row['id']} {told}: {row['question']}"
    arguments = {task["id"]: task["arguments"] for task in run.run["plan"]["tasks"]}
    for task in run.run["tasks"]:
        given = json.dumps(arguments.get(task["id"]), ensure_ascii=False)
        yield f"    {task['tool']} {given} {task['status']} {task['note'] or task['error'] or ''}"
    if wrong:
        yield "    sources: " + " | ".join(one["title"] for one in run.sources)
        yield "    answer: " + " ".join(run.answer.split())[:400]


def table(grades: Sequence[Grade]) -> dict[str, object]:
    """The figures."""
    right, without = ([one for one in grades if one.answerable is is_so] for is_so in (True, False))
    return {
        "answerable": len(right),
        "right first": sum(one.first for one in right),
        "among three": sum(one.among_three for one in right),
        "falsely nothing": sum(one.abstained for one in right),
        "unanswerable": len(without),
        "nothing found": sum(one.abstained for one in without),
        "median s": round(median([one.seconds for one in grades]), 3),
    }


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="another table of the same form")
    parser.add_argument("--stories", type=Path, help="another archive, as JSON lines")
    parser.add_argument("--cache", type=Path, help="folder of the documentation's index, to be kept")
    parser.add_argument("--show", action="store_true", help="show what was called and answered")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = json.loads(given.questions.read_text(encoding="utf-8"))
    print_report("user_questions", [table(asyncio.run(ask_all(rows, given)))])


if __name__ == "__main__":
    main()
