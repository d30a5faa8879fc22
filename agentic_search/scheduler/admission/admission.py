"""Who may begin, over all runs of the process: offers of calls and the time flow in, grants flow out. No I/O.

Each run offers its ready calls. They stand in lanes, one a run and tool, the best in rank in front. A lane stands at
one gate: the first that is closed for it, or the door, which is always open, when it has not been asked yet. A grant
takes the best of all lanes that stand at open gates: if another gate is closed for it, it goes there, else its first
call begins. So at every grant no call that could begin and is better in rank is passed over; a call that may not begin
holds up no other; and a place that has become free is given away without asking the runs.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import TypeAlias

from agentic_search.domain.limits import NO_LIMIT, Limit, Rate
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.gates import Gate, Lane
from agentic_search.scheduler.admission.order import Rank, Standing
from agentic_search.scheduler.messages import CallId

LimitOfTool: TypeAlias = Callable[[Tool], Limit | None]
LONGEST_REST = 3_600.0
"""Seconds: a server that asks for a longer rest is asked again after this."""


@dataclass(slots=True, eq=False)
class Place:
    """What a call that was granted holds, until it is given back."""

    run: Hashable
    call: CallId
    lane: Lane
    begun: float


@dataclass(frozen=True, slots=True)
class LearntRate:
    """What was learnt of a server that asked for fewer calls; it holds for as long as the process lives."""

    server: str
    tool: str | None
    """Where the rate is that of one tool."""
    rate: Rate
    wait: float
    """Seconds without any call."""


@dataclass(slots=True)
class _Party:
    """A run that is on the floor."""

    gate: Gate
    batch: bool
    lane_of: dict[CallId, Lane] = field(default_factory=dict[CallId, Lane])
    """Where each offered call stands."""
    lanes: dict[tuple[str, str] | None, Lane] = field(default_factory=dict[tuple[str, str] | None, Lane])
    """By server and tool."""


class Floor:
    """The gates of all runs, servers and tools. Every method is synchronous; times are on one clock, in seconds."""

    def __init__(
        self, limit_of_server: Mapping[str, Limit] | None = None, limit_of_tool: LimitOfTool = lambda tool: None
    ) -> None:
        """Limits hold for all runs together; a server or tool without one takes whatever comes."""
        self._limit_of_server = dict(limit_of_server or {})
        self._limit_of_tool = limit_of_tool
        self._runs: dict[Hashable, _Party] = {}
        self._servers: dict[str, Gate] = {}
        self._tools: dict[tuple[str, str], Gate | None] = {}
        self._door = Gate("the door")
        self._opened: dict[Gate, None] = {}
        """Where lanes may stand that have not been asked since the gate opened."""
        self._due: dict[Gate, float] = {}
        """Where lanes stand that wait for a time."""
        self._numbers = count()

    def __repr__(self) -> str:
        waiting = sum(len(party.lane_of) for party in self._runs.values())
        gates = [gate for gate in self._gates if gate.under_way]
        return f"<Floor {len(self._runs)} runs, {waiting} calls wait, {gates}>"

    @property
    def idle(self) -> bool:
        """Nobody is here and nothing is held."""
        return not self._runs and not any(gate.under_way or gate.lanes for gate in self._gates)

    @property
    def next_due(self) -> float | None:
        """When a grant has to be asked for although nothing else has happened."""
        if not self._due:
            return None
        for gate in [gate for gate in self._due if not gate.lanes]:
            del self._due[gate]
        return min(self._due.values(), default=None)

    def enter(self, run: Hashable, *, max_concurrent: int, batch: bool = False) -> None:
        """A run begins: at most `max_concurrent` of its calls are under way at once. `batch`: nobody waits for it."""
        self._runs[run] = _Party(Gate("the run", Limit(max_concurrent)), batch)

    def leave(self, run: Hashable) -> None:
        """The run has no more offers; what it holds it still has to give back."""
        for lane in self._runs.pop(run).lanes.values():
            lane.leave()

    def offer(self, run: Hashable, call: CallId, rank: Rank, *, tool: Tool | None, now: float) -> None:
        """A call is ready to begin or, offered again, has another rank; nothing happens where the run has left.

        Without a tool only the run's gate counts.
        """
        party = self._runs.get(run)
        if party is None:
            return
        since = now
        if (before := party.lane_of.get(call)) is not None:
            since = before.calls.rank_of(call).since
            self.withdraw(run, call)
        less_urgent, shorter, place, element = rank
        standing = Standing(party.batch, less_urgent, shorter, since, place, element, next(self._numbers))
        party.lane_of[call] = lane = self._lane(run, party, tool)
        lane.calls.put(call, standing)
        if lane.calls.first is standing:
            lane.go_to(self._door)
            self._opened[self._door] = None

    def withdraw(self, run: Hashable, call: CallId) -> None:
        """The call is not to begin; nothing happens where it is not offered."""
        party = self._runs.get(run)
        lane = party.lane_of.pop(call, None) if party else None
        if lane is None:
            return
        was_first = lane.calls.first is lane.calls.rank_of(call)
        lane.calls.discard(call)
        if was_first and lane.waits_at is not None:
            lane.go_to(lane.waits_at)

    def next_grant(self, now: float) -> Place | None:
        """The best call that may begin now, its places taken; none where no more may."""
        self._open_due(now)
        while (gate := self._best_gate(now)) is not None:
            lane = gate.lanes.pop()
            if self._may_begin(lane, now):
                return self._grant(lane, gate, now)
        return None

    def give_back(self, place: Place) -> None:
        """A call that was granted has ended, or was not made after all."""
        for gate in place.lane.gates:
            gate.give_back()
            if gate.lanes:
                self._opened[gate] = None

    def turned_away(self, place: Place, retry_after: float | None, now: float) -> LearntRate | None:
        """A call was told that there are too many; `retry_after` in seconds, where the server said when to come again.

        None where that was known: the call began before the rate was lowered for another's sake.
        """
        tool, wait = place.lane.tool, min(max(0.0, retry_after or 0.0), LONGEST_REST)
        if tool is None:
            return None
        server, own = self._server_gate(tool.server), self._tool_gate(tool)
        learner = own if own and own.rate and not server.rate else server
        rate = learner.learn(place.begun, now, wait)
        return None if rate is None else LearntRate(tool.server, tool.name if learner is own else None, rate, wait)

    @property
    def _gates(self) -> list[Gate]:
        runs = [party.gate for party in self._runs.values()]
        return [self._door, *runs, *self._servers.values(), *filter(None, self._tools.values())]

    def _may_begin(self, lane: Lane, now: float) -> bool:
        """Else it stands at the gate that is in its way."""
        for gate in lane.gates:
            until = gate.closed_until(now)
            if until is not None:
                lane.go_to(gate)
                self._wait(gate, until)
                return False
        return True

    def _grant(self, lane: Lane, stood_at: Gate, now: float) -> Place:
        call = lane.calls.pop()
        del self._runs[lane.run].lane_of[call]
        for gate in lane.gates:
            gate.take(now)
        lane.go_to(stood_at)
        return Place(lane.run, call, lane, now)

    def _best_gate(self, now: float) -> Gate | None:
        """Of the open gates with lanes, the one where the best stands."""
        best, its_rank = None, None
        for gate in tuple(self._opened):
            rank = gate.lanes.first
            if rank is None:
                del self._opened[gate]
            elif (until := gate.closed_until(now)) is not None:
                del self._opened[gate]
                self._wait(gate, until)
            elif its_rank is None or rank < its_rank:
                best, its_rank = gate, rank
        return best

    def _wait(self, gate: Gate, until: float) -> None:
        if until < inf:
            self._due[gate] = until

    def _open_due(self, now: float) -> None:
        if self._due:
            for gate in [gate for gate, due in self._due.items() if due <= now]:
                del self._due[gate]
                self._opened[gate] = None

    def _lane(self, run: Hashable, party: _Party, tool: Tool | None) -> Lane:
        key = None if tool is None else (tool.server, tool.name)
        lane = party.lanes.get(key)
        if lane is None:
            party.lanes[key] = lane = self._new_lane(run, party, tool)
        return lane

    def _new_lane(self, run: Hashable, party: _Party, tool: Tool | None) -> Lane:
        gates = [party.gate]
        if tool is not None:
            gates += filter(None, (self._server_gate(tool.server), self._tool_gate(tool)))
        return Lane(run, tuple(gates), tool)

    def _server_gate(self, server: str) -> Gate:
        gate = self._servers.get(server)
        if gate is None:
            self._servers[server] = gate = Gate(server, self._limit_of_server.get(server, NO_LIMIT))
        return gate

    def _tool_gate(self, tool: Tool) -> Gate | None:
        key = (tool.server, tool.remote_name)
        if key not in self._tools:
            limit = self._limit_of_tool(tool)
            self._tools[key] = Gate(tool.name, limit) if limit else None
        return self._tools[key]
