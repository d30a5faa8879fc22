"""Five hundred texts, or a fifth, that no model should write as a plan: each gives checked tasks or a refusal."""

import json
import random
from collections.abc import Callable

import pytest
from pydantic import JsonValue

from agentic_search.domain.plan import MOST_TASKS
from agentic_search.domain.run import Usage
from agentic_search.errors import PlanRefused
from agentic_search.models.chat import Finish
from agentic_search.models.scripted import ScriptedModel
from agentic_search.planning.draft.check import check
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.planner import DraftMended, Planned, PlannerWaiting, TaskReady
from tests.planning.schemas import tool
from tests.support.effort import cases

TOOLS = [
    tool("search", {"type": "object", "properties": {"query": {"type": "string"}, "size": {"type": "integer"}}}),
    tool("read", {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}),
    tool("measure", {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}),
    tool("now"),
]
NAMES = [each.name for each in TOOLS]
WORDS = [
    "",
    "x",
    "Ünïcode",
    "документ",
    "文書を探す",
    "مستند",
    "🙂",
    "\x00",
    "\u2028",
    "${",
    "}",
    "${t1}",
    "<|im_end|>",
    '"',
    "\\",
]
VALUES: list[JsonValue] = [
    None,
    True,
    -1,
    10**400,
    1e308,
    "x",
    [],
    {},
    [[[[]]]],
    {"a": {"b": [None]}},
    "${t1.x}",
    "${item}",
]
REFERENCES = [
    *("${t1}", "${t2.a[0].b}", "${t99}", "${item}", "${inputs.x}", "${}"),
    *("${t1", "${t1 ||}", "${`1`}", "$${t1}", "${t1}}", "${t3[?t1]}"),
]


def task(dice: random.Random) -> dict[str, JsonValue]:
    """A task with this and that wrong."""
    arguments: dict[str, JsonValue] = {
        dice.choice(["query", "id", "size", "n", "other"]): dice.choice([*VALUES, *REFERENCES, *WORDS])
        for _ in range(dice.randrange(3))
    }
    name = dice.choice([*NAMES, *NAMES, "serch", ""])
    made: dict[str, JsonValue] = dice.choice(
        [{name: arguments}, {"tool": name, "with": arguments}, {"name": name, "arguments": json.dumps(arguments)}]
    )
    for field in dice.sample(
        ["id", "depends_on", "for_each", "when", "priority", "timeout", "colour"], dice.randrange(3)
    ):
        ids: list[JsonValue] = [f"t{dice.randrange(1, 6)}" for _ in range(dice.randrange(3))]
        made[field] = dice.choice([ids, *REFERENCES, "t1", *VALUES])
    return made


def plan(dice: random.Random, most: int = 6) -> str:
    return json.dumps(
        {"tasks": [task(dice) for _ in range(dice.randrange(most + 1))]}, ensure_ascii=dice.random() < 0.5
    )


def surrounded(dice: random.Random) -> str:
    around = ["Sure {x}:\n", "```json\n", '<think>{"tasks": [{}]}</think>', "[1] ", "\ufeff", *WORDS]
    return f"{dice.choice(around)}{plan(dice)}{dice.choice(['', '```', ' {', ' }}}', ' [1]', plan(dice)])}"


def cut(dice: random.Random) -> str:
    text = plan(dice)
    return text[: dice.randrange(len(text) + 1)]


def stirred(dice: random.Random) -> str:
    """Characters that mean something, taken out and put in."""
    text = [*plan(dice)]
    for _ in range(dice.randrange(1, 12)):
        text[dice.randrange(len(text))] = dice.choice(['"', "{", "}", "[", "]", ",", ":", "\\", "'", "\n", ""])
    return "".join(text)


def cycle(dice: random.Random) -> str:
    size = dice.choice([1, 2, 3, 30, 300])
    edges = [f"t{(index + dice.choice([1, 1, 2, size])) % size + 1}" for index in range(size)]
    how = dice.choice(["depends_on", "id", "query", "for_each"])
    tasks: list[dict[str, JsonValue]] = []
    for index, edge in enumerate(edges):
        forms: dict[str, dict[str, JsonValue]] = {
            "depends_on": {"now": {}, "depends_on": [edge]},
            "id": {"read": {"id": f"${{{edge}.id}}"}},
            "query": {"search": {"query": f"{index} ${{{edge}.id}}"}},
            "for_each": {"search": {"query": f"${{item}} {index}"}, "for_each": f"${{{edge}.list}}"},
        }
        tasks.append(forms[how])
    return json.dumps({"tasks": tasks})


def many(dice: random.Random) -> str:
    number = dice.choice([MOST_TASKS, MOST_TASKS + 1, 10_000])
    same = dice.random() < 0.5
    return json.dumps({"tasks": [{"search": {"size": 1 if same else index}} for index in range(number)]})


def deep(dice: random.Random) -> str:
    opening = dice.choice(["[", '{"a":', '{"tasks":[', '{"tasks":[{"search":{"query":[', "{", '{"tasks":{"tasks":'])
    return opening * dice.choice([50, 500, 3_000]) + dice.choice(["", "]" * 500, "1"])


def native(dice: random.Random) -> str:
    arguments: list[JsonValue] = ['{"query": "x"}', "{", "[]", '"', {"id": 1}, None, 7]
    call: dict[str, JsonValue] = {"name": dice.choice(NAMES), "arguments": dice.choice(arguments)}
    wrapped: dict[str, JsonValue] = {"id": "call_1", "type": "function", "function": call}
    calls: list[JsonValue] = [wrapped, call, {"function": "now", "parameters": {}}]
    texts: list[JsonValue] = [call, calls, {"tool_calls": calls}, {"tasks": calls}, [calls], {"tasks": {"t1": call}}]
    return json.dumps(dice.choice(texts))


def numbers(dice: random.Random) -> str:
    number = dice.choice(["NaN", "-Infinity", "1e999", "-0", "1" * 5_000, "0x10", "01", "1.", "--1"])
    return f'{{"tasks": [{{"now": {{}}}}, {{"measure": {{"n": {number}}}}}, {{"search": {{"size": {number}}}}}]}}'


def twice(dice: random.Random) -> str:
    first, second = json.dumps([task(dice)]), json.dumps([task(dice), task(dice)])
    return f'{{"tasks": {first}, "tasks": {second}, "tool": "now", "tool": 1}}'


def other(dice: random.Random) -> str:
    anything: list[JsonValue] = [
        *VALUES[:3],
        *VALUES[5:],
        "".join(dice.choices(WORDS, k=9)),
        [task(dice)],
        [[task(dice)]],
    ]
    return json.dumps(dice.choice([*anything, {"tasks": dice.choice(anything)}]), ensure_ascii=False)


KINDS: list[Callable[[random.Random], str]] = [
    plan, surrounded, cut, stirred, cycle, many, deep, native, numbers, twice, other,
]  # fmt: skip


def pieces(text: str, dice: random.Random) -> list[str]:
    step = dice.choice([len(text) + 1, 7, 40]) if len(text) < 5_000 else 4_000
    return [text[start : start + step] for start in range(0, len(text), step)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hostile_text_gives_tasks_that_pass_the_check_or_a_refusal(
    kind: Callable[[random.Random], str],
) -> None:
    times = cases(5 if kind is many else 50)
    for seed in range(times):
        dice = random.Random(seed)
        text = kind(dice)
        finish = Finish(dice.choice(["stop", "stop", "length"]), Usage(model_calls=1))
        model = ScriptedModel("m", [[*pieces(text, dice), finish]])
        steps: list[PlannerWaiting | TaskReady | DraftMended | Planned] = []
        try:
            steps += [step async for step in PlanDraft(TOOLS).generate(model, (), schema={}, max_tokens=99)]
        except PlanRefused as refused:
            assert refused.complaints, text
            continue
        planned, given = steps[-1], [step.task for step in steps if isinstance(step, TaskReady)]
        assert isinstance(planned, Planned)
        assert sorted(task.id for task in given) == sorted(task.id for task in planned.tasks), text
        drafts: list[JsonValue] = [each.model_dump(mode="json") for each in planned.tasks]
        assert check({"tasks": drafts}, TOOLS).tasks == planned.tasks, text
        json.dumps(drafts, allow_nan=False)
