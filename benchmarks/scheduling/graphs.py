"""Task graphs, from evaluation sets and random numbers; their plans, and bounds that no schedule beats."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from pydantic import BaseModel

from agentic_search.domain.plan import Plan, Task


@dataclass(frozen=True, slots=True)
class Graph:
    """Tasks with durations, and what each waits for."""

    name: str
    seconds: Mapping[str, float]
    """How long each task lasts, by id."""
    needs: Mapping[str, Sequence[str]]
    """What each task waits for."""

    def plan(self) -> Plan:
        """As a plan whose tasks sleep. Built unchecked: a benchmark may hold more tasks than a request may."""
        tasks = tuple(
            Task(id=task, tool="sleep", arguments={"task": task}, depends_on=tuple(self.needs[task]))
            for task in self.seconds
        )
        return Plan.model_construct(tasks=tasks)

    def lasting(self, change: Callable[[float], float]) -> "Graph":
        """The same graph with other durations."""
        return Graph(self.name, {task: change(seconds) for task, seconds in self.seconds.items()}, self.needs)


def critical_path(graph: Graph, seconds: Mapping[str, float] | None = None) -> float:
    """Seconds of the longest path: no schedule is shorter. `seconds`: durations in place of the graph's own."""
    lasting = seconds or graph.seconds
    done: dict[str, float] = {}
    for task in TopologicalSorter(graph.needs).static_order():
        done[task] = lasting[task] + max((done[need] for need in graph.needs[task]), default=0.0)
    return max(done.values())


def lower_bound(graph: Graph, slots: int, seconds: Mapping[str, float] | None = None) -> float:
    """Seconds that even the best schedule on so many slots needs; it may need more."""
    work = sum((seconds or graph.seconds).values())
    return max(critical_path(graph, seconds), work / slots)


def random_graph(size: int, shortest: float, longest: float, *, seed: int) -> Graph:
    """Each task waits for up to three of the twenty before it."""
    dice = random.Random(f"{size} {seed}")
    needs: dict[str, list[str]] = {}
    for index in range(size):
        before = [f"t{other}" for other in range(max(0, index - 20), index)]
        needs[f"t{index}"] = dice.sample(before, min(len(before), dice.randint(0, 3)))
    return Graph(f"random {size}", {task: dice.uniform(shortest, longest) for task in needs}, needs)


class AsyncHow(BaseModel):
    """One line of asynchow's `dags.jsonl`: an errand of daily life, its steps and how they depend on one another."""

    id: str
    edges: list[tuple[str, str]]
    duration_s: dict[str, float]
    min_makespan_s: float

    def graph(self) -> Graph:
        """In seconds of daily life: a step may last a week."""
        steps = sorted(self.duration_s, key=int)
        needs = {f"s{step}": [f"s{before}" for before, after in self.edges if after == step] for step in steps}
        return Graph(self.id, {f"s{step}": self.duration_s[step] for step in steps}, needs)


def read_asynchow(folder: Path) -> list[AsyncHow]:
    """Every graph of the set. Raises FileNotFoundError."""
    return [AsyncHow.model_validate_json(line) for line in (folder / "dev/dags.jsonl").read_text().splitlines()]
