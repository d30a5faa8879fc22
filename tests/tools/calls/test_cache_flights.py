"""One call for all who wait: joining, leaving and ending in any order; the calls are gates that the tests open."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.errors import ConnectionLost, ToolFailed
from agentic_search.tools.calls.single_flight import SingleFlight
from tests.support.effort import cases
from tests.support.mcp_processes import PATIENCE, unheard

Given: TypeAlias = tuple[ToolResult, bool]
Step: TypeAlias = tuple[str, int]


class Gates:
    """Calls that end when they are told to, in the order they were begun."""

    def __init__(self) -> None:
        self.calls: list[asyncio.Future[ToolResult]] = []
        self.keys: list[int] = []

    def __call__(self, key: int = 0) -> Callable[[OnProgress], Awaitable[ToolResult]]:
        async def make(emit: OnProgress) -> ToolResult:
            gate: asyncio.Future[ToolResult] = asyncio.get_running_loop().create_future()
            self.calls.append(gate)
            self.keys.append(key)
            emit(len(self.calls), None, "begun")
            return await gate

        return make

    def open(self, number: int) -> None:
        self.calls[number].set_result(ToolResult(value=number, text=str(number)))


async def turns(times: int = 6) -> None:
    """Let everybody go as far as they can."""
    for _ in range(times):
        await asyncio.sleep(0)


async def test_a_failure_reaches_all_who_wait_and_the_next_who_asks_begins_anew() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, gates = SingleFlight[str](group), Gates()
        waiting = [group.create_task(failure_of(flights.join("k", gates(), unheard))) for _ in range(3)]
        await turns()
        gates.calls[0].set_exception(ToolFailed("no such row"))
        assert [await each for each in waiting] == ["no such row"] * 3
        again = group.create_task(flights.join("k", gates(), unheard))
        await turns()
        gates.open(1)
        assert (await again) == (ToolResult(value=1, text="1"), False)


async def failure_of(doing: Awaitable[object]) -> str:
    with pytest.raises(Exception) as failure:
        await doing
    return str(failure.value)


async def test_a_call_that_breaks_down_takes_nothing_else_with_it() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, gates = SingleFlight[str](group), Gates()
        other = group.create_task(flights.join("sound", gates(), unheard))
        broken = group.create_task(failure_of(flights.join("broken", gates(), unheard)))
        await turns()
        gates.calls[1].set_exception(ZeroDivisionError("a bug"))
        assert await broken == "a bug"
        gates.open(0)
        assert (await other)[0].text == "0"


async def test_who_leaves_at_the_moment_the_call_ends_keeps_nobody_from_its_result() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, gates = SingleFlight[str](group), Gates()
        leaving, staying = (group.create_task(flights.join("k", gates(), unheard)) for _ in range(2))
        await turns()
        gates.open(0)
        asyncio.get_running_loop().call_soon(leaving.cancel)  # after the call's last step, before anybody is woken
        assert (await staying)[0].text == "0"
        await asyncio.wait([leaving])
        assert leaving.cancelled()


async def test_who_asks_while_a_call_is_being_cancelled_begins_another() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, gates, unwound = SingleFlight[str](group), Gates(), asyncio.Event()

        async def slow_to_leave(emit: OnProgress) -> ToolResult:
            try:
                return await gates()(emit)
            finally:
                await unwound.wait()

        first = group.create_task(flights.join("k", slow_to_leave, unheard))
        await turns()
        first.cancel()
        await turns()
        second = group.create_task(flights.join("k", gates(), unheard))
        await turns()
        assert not first.done(), "the last to leave sees the call end"
        unwound.set()
        await turns()
        assert first.cancelled()
        third = group.create_task(flights.join("k", gates(), unheard))
        await turns()
        gates.open(1)
        assert (await second) == (ToolResult(value=1, text="1"), False)
        assert (await third) == (ToolResult(value=1, text="1"), True)


async def test_a_call_that_is_broken_off_before_its_first_step_leaves_nobody_waiting() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, gates = SingleFlight[str](group), Gates()
        lost = group.create_task(failure_of(flights.join("k", gates(), unheard)))
        await asyncio.sleep(0)
        flights.close()
        assert "broken off" in await lost
        assert gates.calls == []
        assert repr(flights) == "<SingleFlight: 0 calls, 0 waiting>"


async def test_when_the_calls_are_broken_off_those_who_wait_are_told() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, gates = SingleFlight[str](group), Gates()
        waiting = [group.create_task(failure_of(flights.join("k", gates(), unheard))) for _ in range(2)]
        lost = group.create_task(lose(flights, gates))
        await turns()
        flights.close()
        assert [await each for each in waiting] == ["the call was broken off: the tools are being closed"] * 2
        await lost


async def lose(flights: SingleFlight[str], gates: Gates) -> None:
    with pytest.raises(ConnectionLost):
        await flights.join("other", gates(), unheard)


async def test_a_late_joiner_gets_progress_from_then_on() -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        flights, reporters = SingleFlight[str](group), list[OnProgress]()
        end = asyncio.Event()

        async def make(emit: OnProgress) -> ToolResult:
            reporters.append(emit)
            await end.wait()
            return ToolResult(value=None, text="")

        reported: dict[str, list[float]] = {"early": [], "late": []}
        for name in reported:
            group.create_task(flights.join("k", make, lambda done, _total, _text, to=reported[name]: to.append(done)))
            await turns()
            reporters[0](len(reported["early"]) + 1, None, "")
        end.set()
    assert reported == {"early": [1, 2], "late": [2]}
    assert len(reporters) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "leave", "end", "fail", "turn"]), st.integers(0, 7)), max_size=40
)


@given(STEPS)
@settings(max_examples=cases(200), deadline=None)
def test_whatever_the_order_of_asking_leaving_and_ending_everybody_gets_what_is_theirs(steps: list[Step]) -> None:
    asyncio.run(play(steps))


class Play:
    """Callers of three keys, who ask, leave and get what they get."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.flights = SingleFlight[int](group)
        self.gates = Gates()
        self.callers: list[asyncio.Task[Given | str]] = []
        self.left: set[int] = set()
        self._group = group

    def take(self, step: str, number: int) -> None:
        match step:
            case "ask":
                self.callers.append(self._group.create_task(self._ask(number % 3)))
            case "leave" if number < len(self.callers):
                self.callers[number].cancel()
                self.left.add(number)
            case "end" if self._is_open(number):
                self.gates.open(number)
            case "fail" if self._is_open(number):
                self.gates.calls[number].set_exception(ToolFailed(f"failed {number}"))
            case _:
                pass

    def check_settled(self) -> None:
        """Once everybody has gone as far as they can: one call a key, and only for keys that somebody waits for."""
        under_way = [key for key, call in zip(self.gates.keys, self.gates.calls, strict=True) if not call.done()]
        assert len(under_way) == len(set(under_way))
        waiting = sum(not caller.done() for caller in self.callers)
        assert repr(self.flights) == f"<SingleFlight: {len(under_way)} calls, {waiting} waiting>"

    def check_ended(self) -> None:
        """Once all calls have ended: who stayed has the outcome of a call, which at most one of them began."""
        begun: list[int] = []
        for number, caller in enumerate(self.callers):
            if caller.cancelled():
                assert number in self.left
                continue
            match caller.result():
                case str(failed):
                    assert str(self.gates.calls[int(failed.split()[-1])].exception()) == failed
                case (result, joined):
                    begun += [] if joined else [int(result.text)]
                    assert self.gates.calls[int(result.text)].result() is result
        assert len(begun) == len(set(begun))

    def _is_open(self, number: int) -> bool:
        return number < len(self.gates.calls) and not self.gates.calls[number].done()

    async def _ask(self, key: int) -> Given | str:
        try:
            return await self.flights.join(key, self.gates(key), unheard)
        except ToolFailed as failed:
            return str(failed)


async def play(steps: list[Step]) -> None:
    async with asyncio.timeout(PATIENCE):
        async with asyncio.TaskGroup() as group:
            play = Play(group)
            for step, number in steps:
                play.take(step, number)
                if step == "turn":
                    await turns(number)
            await turns(8)
            play.check_settled()
            for number in range(len(play.gates.calls)):
                play.take("end", number)
        play.check_ended()
        assert repr(play.flights) == "<SingleFlight: 0 calls, 0 waiting>"
