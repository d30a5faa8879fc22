"""Lists of runs and conversations: paged, filtered and searched alike on every database."""

import asyncio
from collections.abc import Sequence

import pytest

from agentic_search.database.address import DatabaseAddress
from agentic_search.domain.history import RunFilter
from agentic_search.domain.query import Query
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.protocols import Run
from agentic_search.errors import NotFound, RequestError
from agentic_search.events.facts import AnswerCompleted
from tests.contract.programs import ScriptedProgram, do_nothing
from tests.history.opening import kept_runs, listed

ASKED = {
    "lamps": ("Which lamps burn in the Straße?", "Three sodium lamps are burning [1]."),
    "owls": ("Where do OWLS nest? 100%_sure", "Barn owls choose 'old' towers; children's books say so."),
    "tower": ("東京タワーの高さは?", "It is 333 m; half a pair \ud83d and a NUL \0 in it."),
    "injected": ("'; DROP TABLE history_runs; --", 'A "quoted" answer with * and ^ and NEAR(x).'),
}


async def ask_all(engine: KeptRuns, program: ScriptedProgram) -> None:
    """Ask all of it, each in a conversation of its own."""
    for run_id, (question, text) in ASKED.items():

        async def answer(run: Run, text: str = text) -> None:
            run.emit(AnswerCompleted(answer=text, html="", sources=()))

        program.scripts[run_id] = answer
        await engine.start(run_id, Query(query=question), thread_id=f"t-{run_id}")
        await engine.ended(run_id)


async def test_runs_and_conversations_are_found_by_what_was_asked_and_answered(address: DatabaseAddress) -> None:
    wanted: dict[str, Sequence[str]] = {
        "lamp": ["lamps"],
        "LAMPS": ["lamps"],
        "burning lamp": ["lamps"],
        "burned": ["lamps"],
        "strasse": ["lamps"],
        "sod": ["lamps"],
        "sodium owl": [],
        "ich lam": ["lamps"],
        "child": ["owls"],
        "100%_s": ["owls"],
        "100_": ["owls"],
        "100x": [],
        "%": ["owls"],
        "owls tower": ["owls"],
        "タワー": ["tower"],
        "333": ["tower"],
        "drop table": ["injected"],
        '"': [],
        "'": ["injected"],
        "near(x)": ["injected"],
        "* OR rowid": [],
        "-": ["injected"],
        "\0": [],
        "?": ["tower", "owls", "lamps"],
        "": [*ASKED][::-1],
        "word " * 3_000: [],
    }
    program = ScriptedProgram()
    async with asyncio.timeout(60), kept_runs(address, program, in_memory=1) as engine:
        await ask_all(engine, program)
        found = {text: await listed(engine, text) for text in wanted}
        assert found == wanted
        for text, runs in wanted.items():
            threads = (await engine.history.threads(text, limit=100)).threads
            assert [thread.id for thread in threads] == [f"t-{run_id}" for run_id in runs], text


async def test_pages_hold_every_run_once_also_while_some_live(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    ids = [f"r{number}" for number in range(12)]
    program.scripts |= dict.fromkeys(ids[::2], do_nothing)
    async with asyncio.timeout(60), kept_runs(address, program, in_memory=1, at_once=100) as engine:
        for number, run_id in enumerate(ids):
            await engine.start(run_id, Query(query=run_id), thread_id=f"t{number % 3}")
            if number % 2 == 0:
                await engine.ended(run_id)
        for limit in (1, 5, 12, 50):
            assert await paged(engine, RunFilter(), limit) == ids[::-1]
        assert await paged(engine, RunFilter(thread_id="t1"), 2) == ["r10", "r7", "r4", "r1"]
        assert await paged(engine, RunFilter(status="completed"), 2) == ids[::2][::-1]
        assert await paged(engine, RunFilter(status="running"), 2) == ids[1::2][::-1]
        assert await paged(engine, RunFilter(text="r1"), 1) == ["r11", "r10", "r1"]
        assert await paged(engine, RunFilter(thread_id="none"), 2) == []
        program.go.set()


async def paged(engine: KeptRuns, chosen: RunFilter, limit: int) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await engine.history.list(chosen, limit=limit, cursor=cursor)
        assert len(page.runs) <= limit
        found += [run.id for run in page.runs]
        if (cursor := page.next_cursor) is None:
            return found


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".a", "-1.a", "1" * 30 + ".a", "١.a", "1e3.a"])
async def test_a_cursor_that_is_none_is_refused(cursor: str, address: DatabaseAddress) -> None:
    async with asyncio.timeout(30), kept_runs(address, ScriptedProgram()) as engine:
        with pytest.raises(RequestError, match="cursor"):
            await engine.history.list(RunFilter(), limit=1, cursor=cursor)
        with pytest.raises(RequestError, match="cursor"):
            await engine.history.threads(None, limit=1, cursor=cursor)


async def test_conversations_are_listed_by_their_newest_question_and_renamed(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    program.go.set()
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        for run_id, thread in (("a", "t"), ("b", "u"), ("c", "t"), ("d", "v")):
            await engine.start(run_id, Query(query=f"{run_id} \n in  {thread}?" + "x" * 300), thread_id=thread)
            await engine.ended(run_id)
        seen: list[tuple[str, str, int]] = []
        cursor: str | None = None
        while True:
            page = await engine.history.threads(None, limit=1, cursor=cursor)
            seen += [(each.id, each.title[:7], each.run_count) for each in page.threads]
            if (cursor := page.next_cursor) is None:
                break
        assert seen == [("v", "d in v?", 1), ("t", "a in t?", 2), ("u", "b in u?", 1)]
        renamed = await engine.history.rename("t", "  Lamps \0 of\nthe  tower ")
        assert renamed.title == "Lamps \ufffd of the tower"
        assert [run.id for run in renamed.runs] == ["a", "c"]
        assert [each.id for each in (await engine.history.threads("OF THE tow", limit=9)).threads] == ["t"]
        await engine.start("e", Query(query="more?"), thread_id="t")
        await engine.ended("e")
        thread = await engine.history.thread("t")
        assert (thread.title, thread.run_count) == (renamed.title, 3)
        assert thread.created_at < thread.changed_at
        for unknown in ("nobody", "\0", "t' OR 1=1"):
            with pytest.raises(NotFound, match="no conversation"):
                await engine.history.thread(unknown)
            with pytest.raises(NotFound, match="no conversation"):
                await engine.history.rename(unknown, "x")
