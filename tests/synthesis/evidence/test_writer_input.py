"""Outcomes become numbered evidence and lines about what is missing; large evidence is read in a thread."""

import threading

import pytest

from agentic_search.domain.answer import LeftOut
from agentic_search.domain.outcome import Completed, Failed, Outcome, Passage, Skipped, ToolResult
from agentic_search.domain.plan import Plan
from agentic_search.synthesis.evidence.writer_input import AT_ONCE, WriterInput, in_thread_if_large, make_writer_input
from tests.synthesis.evidence.samples import numbered

PLAN = Plan.model_validate(
    {
        "tasks": [
            {"id": "a", "tool": "search", "purpose": "Find"},
            {"id": "b", "tool": "read"},
            {"id": "c", "tool": "list"},
        ]
    }
)


def completed(task: str, *passages: Passage) -> Completed:
    result = ToolResult(value=None, text="", passages=passages)
    return Completed(task_id=task, result=result, started_at=0, duration=1)


def test_passages_are_numbered_in_the_order_of_the_plan_and_not_of_completion() -> None:
    outcomes: dict[str, Outcome] = {
        "b": completed("b", Passage(title="B", text="second")),
        "a": completed("a", Passage(title="A", text="first"), Passage(title="A2", text="other")),
    }

    writer_input = make_writer_input("q", PLAN, outcomes)

    assert [(item.id, item.passage.title, item.task_id) for item in writer_input.evidence] == [
        (1, "A", "a"),
        (2, "A2", "a"),
        (3, "B", "b"),
    ]


def test_a_text_found_twice_counts_once_under_the_task_that_comes_first() -> None:
    outcomes: dict[str, Outcome] = {
        "a": completed("a", Passage(title="A", url="https://x.example/1", text="one  text")),
        "b": completed(
            "b", Passage(title="same", url="https://x.example/2", text="one\ntext"), Passage(title="B", text="b")
        ),
        "c": completed("c", Passage(title="C", text="c"), Passage(title="blank", text=" \n")),
    }

    writer_input = make_writer_input("q", PLAN, outcomes)

    assert [(item.passage.title, item.task_id) for item in writer_input.evidence] == [
        ("A", "a"),
        ("B", "b"),
        ("C", "c"),
    ]


def test_a_page_read_in_full_replaces_the_part_that_a_search_showed() -> None:
    url = "https://x.example/1"
    outcomes: dict[str, Outcome] = {
        "a": completed("a", Passage(title="Part", url=url, text="the middle"), Passage(title="Other", text="other")),
        "b": completed("b", Passage(title="Page", url=url, text="beginning, the middle, end")),
        "c": completed("c", Passage(title="Part again", url=url, text="end")),
    }

    writer_input = make_writer_input("q", PLAN, outcomes)

    assert [(item.id, item.passage.title, item.task_id) for item in writer_input.evidence] == [
        (1, "Page", "a"),
        (2, "Other", "a"),
    ]


def test_different_texts_at_one_address_are_different_passages() -> None:
    address = "tool:weather/forecast#1"
    outcomes: dict[str, Outcome] = {
        "a": completed("a", Passage(title="Forecast", url=address, text="Berlin: sun")),
        "b": completed("b", Passage(title="Forecast", url=address, text="Rome: rain")),
    }

    assert len(make_writer_input("q", PLAN, outcomes).evidence) == 2


def test_thousands_of_texts_at_one_address_are_not_each_looked_for_in_all_others() -> None:
    """That took minutes, and held up all other runs."""
    passages = [Passage(title="A", url="x:a", text=f"<{n}> " + "word " * 200) for n in range(10_000)]
    outcomes: dict[str, Outcome] = {"a": completed("a", *passages, passages[0])}
    assert len(make_writer_input("q", PLAN, outcomes).evidence) == len(passages)


def test_tasks_that_gave_nothing_are_named_with_the_reason() -> None:
    outcomes: dict[str, Outcome] = {
        "a": Failed(task_id="a", error="no such index", started_at=0, duration=1),
        "b": Skipped(task_id="b", because="a failed"),
    }

    writer_input = make_writer_input("q", PLAN, outcomes)

    assert writer_input.evidence == ()
    assert writer_input.left_out == (
        LeftOut(what="a: search - Find", why="failed: no such index"),
        LeftOut(what="b: read", why="skipped: a failed"),
        LeftOut(what="c: list", why="came too late"),
    )


@pytest.mark.parametrize(("characters", "here"), [(0, True), (AT_ONCE, True), (AT_ONCE + 1, False)])
async def test_only_much_evidence_is_read_in_a_thread(characters: int, here: bool) -> None:
    writer_input = WriterInput("why?", numbered("x" * characters))
    ran_in = await in_thread_if_large(writer_input, threading.current_thread)
    assert (ran_in is threading.current_thread()) is here


@pytest.mark.parametrize(("characters", "here"), [(0, True), (AT_ONCE, True), (AT_ONCE + 1, False)])
async def test_only_large_outcomes_are_read_in_a_thread(characters: int, here: bool) -> None:
    failed = Failed(task_id="c", error="no such index", started_at=0, duration=1)
    outcomes: dict[str, Outcome] = {"a": completed("a", Passage(title="A", text="x" * characters)), "c": failed}
    ran_in = await in_thread_if_large(outcomes, threading.current_thread)
    assert (ran_in is threading.current_thread()) is here


async def test_an_error_of_the_work_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread_if_large(WriterInput("why?", ()), lambda: 1 // 0)
