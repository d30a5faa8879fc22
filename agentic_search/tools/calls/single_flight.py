"""Equal calls at the same time are made once: whoever asks for one that is under way waits for its result too."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeAlias, TypeVar

from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.errors import ConnectionLost

Key = TypeVar("Key", bound=Hashable)
MakeCall: TypeAlias = Callable[[OnProgress], Awaitable[ToolResult]]
"""Makes the call that several may wait for; given the function that its progress is reported to."""


@dataclass(frozen=True, eq=False, slots=True)
class _Waiter:
    """Who waits for a call, until when, and the context that progress is reported in."""

    on_progress: OnProgress
    ended: asyncio.Future[None]
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


class _Flight:
    """One call under way and everybody who waits for it."""

    def __init__(self, group: asyncio.TaskGroup, make: MakeCall) -> None:
        self.waiters: set[_Waiter] = set()
        self.task = group.create_task(self._supervise(make), name="shared call")

    async def _supervise(self, make: MakeCall) -> ToolResult | Exception:
        """What the call ends with, its failure as a value: raised here, it would end the group and everything in it."""
        try:
            return await make(self._emit)
        except Exception as error:  # noqa: BLE001 - the supervisor of a call: each waiter raises it in its own task
            return error

    def wake(self) -> None:
        """The call has ended."""
        for waiter in self.waiters:
            if not waiter.ended.done():
                waiter.ended.set_result(None)

    def outcome(self) -> ToolResult:
        """The result; raises what the call raised, in every waiter."""
        if self.task.cancelled():
            raise ConnectionLost("the call was broken off: the tools are being closed")
        match self.task.result():
            case ToolResult() as result:
                return result
            case error:
                raise error

    def _emit(self, progress: float, total: float | None, text: str) -> None:
        for waiter in self.waiters:
            waiter.context.run(waiter.on_progress, progress, total, text)


class SingleFlight(Generic[Key]):
    """The calls under way, each in a task of the group's, so that none depends on whoever began it.

    A call goes on while anybody waits for it; when the last one leaves it is cancelled.
    """

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._under_way: dict[Key, _Flight] = {}

    def __repr__(self) -> str:
        waiting = sum(len(flight.waiters) for flight in self._under_way.values())
        return f"<SingleFlight: {len(self._under_way)} calls, {waiting} waiting>"

    async def join(self, key: Key, make: MakeCall, on_progress: OnProgress) -> tuple[ToolResult, bool]:
        """What the call of this key gives, and whether somebody else began it; `make` begins it where nobody did.

        `on_progress` is called from now on, in the caller's context. Cancelling the coroutine lets the others wait on;
        that of the last one returns only when the call has ended. Raises what the call raises.
        """
        joined = key in self._under_way
        flight = self._under_way[key] if joined else self._begin(key, make)
        waiter = _Waiter(on_progress, asyncio.get_running_loop().create_future())
        flight.waiters.add(waiter)
        try:
            await waiter.ended
        finally:
            flight.waiters.discard(waiter)
            if not (flight.waiters or flight.task.done()):
                await self._give_up(key, flight)
        return flight.outcome(), joined

    def close(self) -> None:
        """Break off what is under way; everybody who waits for it gets ConnectionLost."""
        for flight in self._under_way.values():
            flight.task.cancel()

    def _begin(self, key: Key, make: MakeCall) -> _Flight:
        flight = self._under_way[key] = _Flight(self._group, make)
        # Not at the end of the task's own code: a task that is cancelled before its first step runs none of it.
        flight.task.add_done_callback(partial(self._end, key, flight))
        return flight

    def _end(self, key: Key, flight: _Flight, _: asyncio.Task[ToolResult | Exception]) -> None:
        self._forget(key, flight)
        flight.wake()

    async def _give_up(self, key: Key, flight: _Flight) -> None:
        self._forget(key, flight)  # at once: who asks now must not join a call that is being cancelled
        flight.task.cancel()
        await asyncio.wait((flight.task,))

    def _forget(self, key: Key, flight: _Flight) -> None:
        if self._under_way.get(key) is flight:
            del self._under_way[key]
