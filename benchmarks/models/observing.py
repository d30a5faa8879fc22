"""Asks the running service, and keeps what a run says of itself: its JSON, its events, how its plan came about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agentic_search.planning.draft.model_draft import SAME_AS
from benchmarks.models.sentences import marks
from tests.support.service import RunningService
from tests.support.sse import Message

PlanCame = Literal["at once", "mended", "after complaints", "fallen back", "none"]
"""How the first plan of a run came about: by the model without complaint (a task that stood there twice is no fault of
the rest), with its impossible parts dropped, at its second try; without the model; or not at all."""
PLAN_CAME: tuple[PlanCame, ...] = ("at once", "mended", "after complaints", "fallen back", "none")


@dataclass(frozen=True, slots=True)
class Observed:
    """One run, after its end."""

    run: Mapping[str, Any]
    """As GET /runs/{id} shows it."""
    events: Sequence[Message]

    @property
    def sources(self) -> Sequence[Mapping[str, Any]]:
        """What the answer cites."""
        return self.run["sources"]

    @property
    def answer(self) -> str:
        """Empty where there is none."""
        return self.run["answer"] or ""

    @property
    def plan_came(self) -> PlanCame:
        """How the first plan that was accepted came about."""
        refused = mended = False
        for message in self.events:
            told: Mapping[str, Any] = message.data["data"]
            refused |= message.event == "plan.fallback"
            mended |= message.event == "plan.mended" and any(SAME_AS not in note for note in told["notes"])
            if message.event == "plan.ready":
                if told["planner"] != "model":
                    return "fallen back"
                return "after complaints" if refused else "mended" if mended else "at once"
        return "none"

    @property
    def plan_seconds(self) -> float | None:
        """From the beginning of planning to the first accepted plan."""
        times = {kind: self._first(kind) for kind in ("plan.started", "plan.ready")}
        started, ready = times["plan.started"], times["plan.ready"]
        return None if started is None or ready is None else ready - started

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The tasks of the first accepted plan."""
        ready = (message for message in self.events if message.event == "plan.ready")
        plans: Iterator[list[dict[str, Any]]] = (message.data["data"]["plan"]["tasks"] for message in ready)
        return [
            {
                "id": task["id"],
                "tool": task["tool"],
                "arguments": task.get("arguments") or {},
                "depends_on": task.get("depends_on") or [],
            }
            for task in next(plans, list[dict[str, Any]]())
        ]

    @property
    def planning_usage(self) -> Mapping[str, int]:
        """What the model was asked until there was the last plan; for a run without one, in all."""
        told = [message.data["data"] for message in self.events if message.event == "plan.ready"]
        return told[-1]["usage"] if told else self.run["usage"]

    def found(self, expected: str) -> bool:
        """Whether a source that the answer cites bears the expected word in its title, address or text."""
        wanted = expected.lower()
        return any(
            wanted in str(source[part]).lower() for source in self.sources for part in ("title", "url", "snippet")
        )

    @property
    def marks_without_source(self) -> int:
        """Citations of what is no source; there must be none."""
        known = {source["id"] for source in self.sources}
        return sum(number not in known for number in marks(self.answer))

    def _first(self, kind: str) -> float | None:
        return next((message.data["at"] for message in self.events if message.event == kind), None)


async def ask(service: RunningService, query: str, **more: object) -> Observed:
    """A whole search."""
    run_id = await service.begin(query, **more)
    events = await service.events(run_id)
    return Observed(await service.report(run_id), events)


async def ask_for_plan(service: RunningService, query: str, **more: object) -> Observed:
    """A search that is stopped as soon as there is a plan."""
    run_id = await service.begin(query, **more)
    begun = await service.events(run_id, until="plan.ready")
    await service.client.post(f"/runs/{run_id}/cancel")
    rest = await service.events(run_id, after=begun[-1].data["seq"])
    return Observed(await service.report(run_id), [*begun, *rest])
