"""Measures a language model at the service's own work, over POST /search, and prints JSON and a row of Markdown.

    python -m benchmarks.models.evaluate MODEL [--ollama URL | --server NAME=URL | --real-model] [--data FOLDER] …

Asked are 60 questions over the bundled servers, with the model and without any; 20 conversations; and plans alone over
a sample of the planning sets in the data folder. `--real-model` starts the small model of the tests, and counts the
prompt tokens that its engine evaluates; `--metrics` does the same for any llama.cpp server.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from agentic_search.models.cards.card import CARDS, card_name
from benchmarks.models import figures
from benchmarks.models.figures import Figures
from benchmarks.models.observing import Observed, ask, ask_for_plan
from benchmarks.models.offering import offering
from benchmarks.models.planning_sets import PlanningSet, read_sets
from tests.real_model.engine import Counted, counted, llama_server
from tests.real_model.ollama_front import MODEL, LlamaEngine
from tests.real_model.set_up import default_folder, set_up
from tests.support.ollama_double import OllamaDouble
from tests.support.service import NOBODY, ROOT, RunningService, environment_for, running_service

QUALITY = ROOT / "benchmarks" / "quality"
BUNDLED = ("python_docs", "documents", "stories")
_PATIENCE = 3_600
AT_ONCE = 5
"""Searches that share the engine."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that is measured, and how the service is told of it."""

    model: str
    ollama: str
    settings: dict[str, str]
    metrics: str | None
    """Where its engine counts tokens."""
    deadline: float
    """Seconds for each search."""

    async def counted(self) -> Counted:
        """What the engine has worked on so far; nothing where it does not count."""
        return await counted(self.metrics) if self.metrics else Counted(0, 0, 0.0)


@asynccontextmanager
async def subject(given: argparse.Namespace, folder: Path) -> AsyncGenerator[Subject, None]:
    """What the options say, its engine running."""
    settings = {"MODEL": given.model, "CACHE": str(folder / "cache"), "DOCUMENTS": str(ROOT / "docs")}
    if given.num_ctx:
        settings["NUM_CTX"] = str(given.num_ctx)
    if given.server:
        settings["MODELS"] = given.server
    async with AsyncExitStack() as stack:
        ollama, metrics = given.ollama, given.metrics
        if given.real_model:
            engine = await stack.enter_async_context(llama_server(set_up(default_folder()), folder / "engine"))
            front = OllamaDouble([MODEL], engine=LlamaEngine(engine.url))
            ollama, metrics = (await stack.enter_async_context(front)).url, engine.url
        yield Subject(given.model, ollama, settings, metrics, given.deadline)


async def answering(subject: Subject, folder: Path, questions: int, conversations: int) -> dict[str, Figures]:
    """The figures of questions and of conversations, over the bundled servers."""
    import_stories(folder)
    starting = running_service(folder, bundled=True, ollama=subject.ollama, settings=subject.settings, forked=False)
    async with starting as service:
        service.client.timeout = _PATIENCE
        await service.ready_servers(*BUNDLED)
        return {
            "at once": await _at_once(service, subject, _read("questions.json")[:AT_ONCE]),
            "questions": await _questions(service, subject, _read("questions.json")[:questions]),
            "conversations": await _conversations(service, subject, _read("conversations.json")[:conversations]),
        }


def import_stories(folder: Path) -> None:
    """Fill the archive of a service that keeps its files in `folder`."""
    command = [sys.executable, "-m", "agentic_search.mcp_servers.stories", "import", str(QUALITY / "stories.jsonl")]
    subprocess.run(command, cwd=ROOT, env=environment_for(folder), check=True, stdout=subprocess.DEVNULL)


async def _at_once(service: RunningService, subject: Subject, rows: Sequence[dict[str, Any]]) -> Figures:
    """Several searches at once: how many got the model's plan and answer; their time over the engine's own."""
    before, began = await subject.counted(), perf_counter()
    patient: dict[str, Any] = {"model": subject.model, "deadline": subject.deadline * len(rows)}
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(service, row["question"], **patient)) for row in rows]
    seconds, worked = perf_counter() - began, (await subject.counted()).since(before).seconds
    runs = [task.result() for task in asking]
    of_answers = figures.of_answers(runs)
    return {
        "n": len(runs),
        **{name: of_answers[name] for name in ("planned by the model", "written by the model")},
        "model calls": figures.of_usage(runs)["model calls"],
        "told silent": sum("silent" in step for run in runs for step in run.run["thinking_steps"]),
        "seconds": round(seconds, 1),
        "engine seconds": round(worked, 1) if worked else None,
        "ratio": round(seconds / worked, 3) if worked else None,
    }


async def _questions(service: RunningService, subject: Subject, rows: Sequence[dict[str, Any]]) -> Figures:
    expected = [row["expect"] for row in rows]
    offline = [await ask(service, row["question"], model="offline") for row in rows]
    before = await subject.counted()
    runs: list[Observed] = []
    for row in rows:
        runs.append(await ask(service, row["question"], model=subject.model, deadline=subject.deadline))
        _say(row["id"], runs[-1])
    evaluated = (await subject.counted()).since(before).evaluated
    return {
        **_of_searches(runs),
        "found": figures.of_finding(runs, expected),
        "found offline": figures.of_finding(offline, expected),
        "answered offline": figures.mean(bool(run.answer) for run in offline),
        "evaluated tokens": round(evaluated / len(runs)) if subject.metrics and runs else None,
    }


async def _conversations(service: RunningService, subject: Subject, rows: Sequence[dict[str, Any]]) -> Figures:
    """The later questions of each conversation count: the first is asked for their sake."""
    runs: list[Observed] = []
    expected: list[str | None] = []
    offline: list[Observed] = []
    for row in rows:
        for asked, model in ((runs, subject.model), (offline, "offline")):
            thread: dict[str, str] = {}
            for index, turn in enumerate(row["turns"]):
                run = await ask(service, turn["question"], model=model, deadline=subject.deadline, **thread)
                thread = {"thread_id": run.run["thread_id"]}
                if index:
                    asked.append(run)
        expected += [turn["expect"] for turn in row["turns"][1:]]
        _say(row["id"], runs[-1])
    found, without = figures.of_finding(runs, expected), figures.of_finding(offline, expected)
    return {**_of_searches(runs), "found": found, "found offline": without}


def _of_searches(runs: Sequence[Observed]) -> Figures:
    return {"n": len(runs), **figures.of_plans(runs), **figures.of_answers(runs), **figures.of_usage(runs)}


async def planning(subject: Subject, folder: Path, each: PlanningSet) -> Figures:
    """The figures of one planning set."""
    async with (
        offering(each.catalogs) as servers,
        running_service(
            folder, servers=servers, ollama=subject.ollama, settings=subject.settings, forked=False
        ) as service,
    ):
        service.client.timeout = _PATIENCE
        await service.ready_servers(*servers)
        runs: list[Observed] = []
        for case in each.cases:
            only: dict[str, Any] = {"tools": [f"{case.catalog}.*"], "model": subject.model}
            runs.append(await ask_for_plan(service, case.query, **only, deadline=subject.deadline))
            _say(each.name, runs[-1])
    judged = [
        case.judge([{**call, "tool": call["tool"].removeprefix(f"{case.catalog}.")} for call in run.calls])
        for case, run in zip(each.cases, runs, strict=True)
    ]
    return {
        "n": len(runs),
        **figures.of_plans(runs),
        "tools": figures.mean(tools for tools, _ in judged),
        "arguments": figures.mean(arguments for _, arguments in judged if arguments is not None),
        **figures.of_usage(runs),
    }


def new_folder(parent: str) -> Path:
    """An empty folder for the files of one service."""
    return Path(tempfile.mkdtemp(dir=parent))


def _read(name: str) -> list[dict[str, Any]]:
    return json.loads((QUALITY / name).read_text(encoding="utf-8"))


def _say(what: str, run: Observed) -> None:
    seconds = run.run["timings"]["total"]
    print(f"{what}: plan {run.plan_came}, {run.run['status']}, {seconds:.1f} s", file=sys.stderr, flush=True)


async def evaluate(given: argparse.Namespace) -> AsyncGenerator[Figures, None]:
    """The figures so far, after each part: it takes long, and what was measured is not to be lost."""
    sets = read_sets(given.data, given.n, given.seed) if given.data else []
    plans: dict[str, Figures] = {}
    report: Figures = {"model": given.model, "measured": datetime.now(UTC).date().isoformat(), "planning": plans}
    with tempfile.TemporaryDirectory() as folder:
        async with subject(given, Path(folder)) as measured:
            report |= await answering(measured, new_folder(folder), given.questions, given.conversations)
            yield report
            for each in sets:
                plans[each.name] = await planning(measured, new_folder(folder), each)
                yield report


async def measure(given: argparse.Namespace) -> Figures:
    """All figures; those so far are in the file that was asked for."""
    report: Figures = {}
    async with aclosing(evaluate(given)) as reports:
        async for report in reports:
            if given.out:
                await asyncio.to_thread(given.out.write_text, f"{as_json(report)}\n", encoding="utf-8")
    return report


def as_json(report: Figures) -> str:
    """For people and programs."""
    return json.dumps(report, indent=2, ensure_ascii=False)


def parser() -> argparse.ArgumentParser:
    """What a measurement is told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="as the service knows it: qwen3:8b, or NAME/MODEL of another server")
    parser.add_argument("--ollama", default=NOBODY, help="URL of an Ollama")
    parser.add_argument("--server", help="an OpenAI-compatible server: NAME=URL, as in AGENTIC_SEARCH_MODELS")
    parser.add_argument("--real-model", action="store_true", help="start the small model that the tests use")
    parser.add_argument("--metrics", help="URL of a llama.cpp server started with --metrics")
    parser.add_argument("--num-ctx", type=int, help="context in tokens, where not the service's own choice")
    parser.add_argument("--deadline", type=float, default=120, help="seconds for each search")
    parser.add_argument("--data", type=Path, help="folder of planning sets")
    parser.add_argument("--n", type=int, default=25, help="cases of each planning set")
    parser.add_argument("--seed", type=int, default=7, help="of the samples")
    parser.add_argument("--questions", type=int, default=60, help="at most")
    parser.add_argument("--conversations", type=int, default=20, help="at most")
    parser.add_argument("--out", type=Path, help="file for the figures, as JSON")
    parser.add_argument("--card", action="store_true", help="write the model's card into the package")
    return parser


def main() -> None:
    """Measure, print, and keep what is to be kept."""
    given = parser().parse_args()
    report = asyncio.run(measure(given))
    print(f"{as_json(report)}\n\n{figures.markdown(given.model, report)}")
    if given.card:
        card = figures.card(given.model, report["questions"]["n"], report["questions"])
        path = CARDS / f"{card_name(given.model)}.json"
        path.write_text(f"{card.model_dump_json(indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
