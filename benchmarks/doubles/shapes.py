"""Plans as a model would write them, made from a shape and a run's number, and the least time that each needs.

Model, tool server and caller all make them anew from the number, so that nothing has to pass between the processes.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentic_search.domain.data import JsonObject
from agentic_search.planning.draft.stream import PlanStream

CHARACTERS = 4
"""Of a plan's text to one token."""
ANSWER_TOKENS = 40
"""An answer is short here, so that what is measured is a large part of a search."""
HITS = 3
"""What a search finds, and how often the task after it runs."""
_QUESTION = re.compile(r"part (\d+) of ([a-z-]+) say at ([\d.]+)\?")


@dataclass(frozen=True, slots=True)
class Step:
    """One task, as the model writes it."""

    tool: str
    tag: str
    """What identifies its call at the tool server; no other task has it. Empty: the task waits for another."""
    seconds: float
    text: JsonObject
    needs: tuple[int, ...] = ()
    """Indexes of the tasks that it waits for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: its question says all that the model needs to know."""

    number: int
    shape: str
    tokens_per_second: float

    @property
    def question(self) -> str:
        """What the service is asked."""
        return f"What does part {self.number} of {self.shape} say at {self.tokens_per_second:g}?"

    @property
    def steps(self) -> list[Step]:
        """Its plan."""
        return SHAPES[self.shape](self.number)


def asked_in(prompt: str) -> Asked:
    """The search that a prompt is about. Raises ValueError."""
    found = _QUESTION.search(prompt)
    if found is None:
        raise ValueError(f"no question of ours in {prompt!r}")
    return Asked(int(found[1]), found[2], float(found[3]))


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the model writes."""

    tokens_per_second: float
    first_token: float
    """Seconds before each reply begins."""


def _take(number: int, index: int, seconds: float) -> Step:
    tag = f"{number}.{index}"
    return Step("take", tag, seconds, {"take": {"query": tag, "seconds": seconds}})


def _wide(number: int) -> list[Step]:
    """Equal calls."""
    return [_take(number, index, 1.0) for index in range(6)]


def _chains(number: int) -> list[Step]:
    """Two searches, each hit of which is read."""
    heads = [_take(number, index, 0.5) for index in range(2)]
    searches = [Step("search", each.tag, each.seconds, {"search": each.text["take"]}) for each in heads]
    reads = [
        Step(
            "take",
            "",
            0.5,
            {"for_each": f"${{t{index + 1}.hits}}", "take": {"query": "${item.id}", "seconds": 0.5}},
            needs=(index,),
        )
        for index in range(2)
    ]
    return searches + reads


def _slow_first(number: int) -> list[Step]:
    """One slow call, then quick ones."""
    return [_take(number, index, 0.2 if index else 2.0) for index in range(5)]


def _slow_last(number: int) -> list[Step]:
    """Quick calls, then a slow one."""
    return [_take(number, index, 0.2 if index < 4 else 2.0) for index in range(5)]


SHAPES: Mapping[str, Callable[[int], list[Step]]] = {
    "wide": _wide,
    "chains": _chains,
    "slow-first": _slow_first,
    "slow-last": _slow_last,
}


def plan_tokens(steps: list[Step]) -> list[str]:
    """The plan as its writer writes it, cut into tokens."""
    text = json.dumps({"tasks": [step.text for step in steps]}, separators=(",", ":"))
    return [text[start : start + CHARACTERS] for start in range(0, len(text), CHARACTERS)]


def closing_tokens(tokens: list[str]) -> list[int]:
    """For each task, how many tokens have been written once its closing brace is there."""
    stream = PlanStream()
    return [written for written, token in enumerate(tokens, start=1) for _ in stream.feed(token)]


def least_seconds(steps: list[Step], pace: Pace, *, early: bool = True) -> float:
    """What a search needs if each task is released as its text closes, and the answer follows the last of them.

    Not `early`: if all tasks are released when the whole plan has been written.
    """
    tokens = plan_tokens(steps)
    planned = pace.first_token + len(tokens) / pace.tokens_per_second
    ended: list[float] = []
    for step, written in zip(steps, closing_tokens(tokens), strict=True):
        closed = pace.first_token + written / pace.tokens_per_second if early else planned
        ended.append(max([closed, *(ended[need] for need in step.needs)]) + step.seconds)
    return max([planned, *ended]) + pace.first_token + ANSWER_TOKENS / pace.tokens_per_second
