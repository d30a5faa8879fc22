"""What many runs come to: shares, means and counts, as JSON and as one row of Markdown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from agentic_search.models.cards.card import ModelCard
from benchmarks.models.observing import PLAN_CAME, Observed
from benchmarks.models.sentences import citing

Figures = dict[str, Any]
_USAGE = ("model_calls", "prompt_tokens", "completion_tokens")
_PHASES = ("plan", "execute", "synthesize", "total")


def mean(values: Iterable[float]) -> float | None:
    """Rounded to four places; none of nothing."""
    every = list(values)
    return round(sum(every) / len(every), 4) if every else None


def of_plans(runs: Sequence[Observed]) -> Figures:
    """How the plans came about, as shares, and how long they took."""
    came = Counter(run.plan_came for run in runs)
    return {
        **{f"plans {how}": round(came[how] / len(runs), 4) for how in PLAN_CAME},
        "plan seconds": mean(run.plan_seconds for run in runs if run.plan_seconds is not None),
        "tasks a plan": mean(len(run.calls) for run in runs if run.calls),
    }


def of_usage(runs: Sequence[Observed]) -> Figures:
    """What the model was asked, a run in the mean: in all, and until there was a plan."""
    return {
        **{name.replace("_", " "): mean(run.run["usage"][name] for run in runs) for name in _USAGE},
        **{f"plan {name.replace('_', ' ')}": mean(run.planning_usage[name] for run in runs) for name in _USAGE[1:]},
    }


def of_answers(runs: Sequence[Observed]) -> Figures:
    """Whether there are answers, by whom, and how they cite."""
    by_answer = [citing(run.answer, run.sources) for run in runs]
    sentences, cited = sum(one.sentences for one in by_answer), sum(one.cited for one in by_answer)
    return {
        "answered": mean(bool(run.answer) for run in runs),
        "planned by the model": mean(run.plan_came not in {"fallen back", "none"} for run in runs),
        "written by the model": mean(run.run["model"] is not None for run in runs),
        "with a source": mean(bool(run.sources) for run in runs),
        "sentences": sentences,
        "cited sentences": round(cited / sentences, 4) if sentences else None,
        "lexically supported": round(sum(one.supported for one in by_answer) / cited, 4) if cited else None,
        "citations without source": sum(run.marks_without_source for run in runs),
        "seconds": {phase: mean(run.run["timings"][phase] for run in runs) for phase in _PHASES},
    }


def of_finding(runs: Sequence[Observed], expected: Sequence[str | None]) -> float | None:
    """The share of runs whose sources hold what was expected, of those where something is."""
    return mean(run.found(wanted) for run, wanted in zip(runs, expected, strict=True) if wanted is not None)


def card(model: str, searches: int, figures: Figures) -> ModelCard:
    """The few figures that the service shows of a model, from those of the questions."""
    return ModelCard(
        model=model,
        measured=datetime.now(UTC).date().isoformat(),
        searches=searches,
        plans_at_once=figures["plans at once"],
        plans_by_model=figures["planned by the model"],
        found=figures["found"],
        found_offline=figures["found offline"],
        cited=figures["cited sentences"] or 0.0,
        seconds=figures["seconds"]["total"],
    )


COLUMNS = (
    "model",
    "plans at once / mended / after complaints / fallen back",
    "runs with a source",
    "right passage, with the model / without",
    "tools / arguments right (planning sets)",
    "cited sentences / lexically supported / without source",
    "completion tokens a search (plan, answer)",
    "prompt tokens evaluated a search",
    "seconds a search (plan, tools, answer)",
)


def markdown(model: str, report: Figures) -> str:
    """A table of one row, for docs/models.md."""
    asked: Figures = report["questions"]
    sets: list[Figures] = [*report["planning"].values()]
    seconds = asked["seconds"]
    written = asked["completion tokens"] - asked["plan completion tokens"]
    cells = (
        f"{model} ({report['measured']})",
        " / ".join(percent(asked[f"plans {how}"]) for how in PLAN_CAME[:4]),
        percent(asked["with a source"]),
        f"{percent(asked['found'])} / {percent(asked['found offline'])}",
        f"{_of_sets(sets, 'tools')} / {_of_sets(sets, 'arguments')}",
        f"{percent(asked['cited sentences'])} / {percent(asked['lexically supported'])}"
        f" / {asked['citations without source']}",
        f"{number(asked['completion tokens'])} ({number(asked['plan completion tokens'])}, {number(written)})",
        number(asked["evaluated tokens"]),
        f"{number(seconds['total'])} ({', '.join(number(seconds[phase]) for phase in _PHASES[:3])})",
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in (COLUMNS, ["---"] * len(COLUMNS), cells))


def _of_sets(sets: Sequence[Figures], name: str) -> str:
    return percent(mean(figures[name] for figures in sets if figures[name] is not None))


def percent(share: float | None) -> str:
    """`96 %`, or a dash."""
    return "–" if share is None else f"{100 * share:.0f} %"


def number(value: float | None) -> str:
    """A few digits, or a dash."""
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
