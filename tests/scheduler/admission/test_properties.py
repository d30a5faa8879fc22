"""What holds of admission for any runs, plans, limits and ends of calls, in any order, cancelled at any moment.

A world of machines with one admission is driven at random beside an oracle that knows the rules by brute force: every
grant was the best that could begin, and whenever nothing is granted nothing could be. So no slot and no rate is
exceeded, in any sliding span; every run ends; and nothing is held after the last.
"""

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.limits import Limit, Rate
from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.admission import Admission, Slot
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallGranted,
    MachineInput,
    OfferCall,
    PlanSealed,
    StartCall,
    Stopped,
    TasksAdded,
    TimePassed,
    WithdrawCall,
)
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.retries import Policy
from tests.scheduler.admission.oracle import Oracle
from tests.scheduler.plans import result, task
from tests.support.effort import cases

THRICE = Policy(attempts=3, repeatable=True, first_wait=0.3)
TOOLS = {
    name: Tool(name=name, server=server, remote_name=name, input_schema={})
    for name, server in {"a": "one", "b": "one", "c": "two", "d": "three"}.items()
}


def any_limit(dice: Random) -> Limit:
    """Places, a rate, both or neither."""
    slots = dice.choice([None, None, 1, 2, 3])
    rate = dice.choice([None, None, Rate(dice.randint(1, 4), dice.choice([0.5, 1.0, 2.5]))])
    return Limit(slots, rate)


def any_plan(dice: Random) -> list[Task]:
    """Acyclic, of up to eight tasks, some over lists, written in any order."""
    tasks: list[Task] = []
    for number in range(dice.randint(1, 8)):
        before = dice.sample([each.id for each in tasks], dice.randint(0, min(2, len(tasks))))
        more: dict[str, object] = {"priority": dice.choice([0, 0, 0, 1, -1]), "tool": dice.choice(list(TOOLS))}
        if before and dice.random() < 0.3:
            more |= {"for_each": f"${{{before[0]}}}", "arguments": {"x": "${item}"}}
        tasks.append(task(f"t{number}", *before, **more))
    dice.shuffle(tasks)
    return tasks


class Run:
    """One run of the world: what of its plan is not yet written, and the machine."""

    def __init__(self, dice: Random) -> None:
        self.gone = False
        self.begin_again(dice)

    def begin_again(self, dice: Random) -> None:
        """With another plan; calls of the one before are no longer listened to."""
        self.unwritten = any_plan(dice)
        self.plan = {each.id: each for each in self.unwritten}
        self.machine = Machine(policy_of=lambda _: THRICE, jitter=dice.random)
        self.sealed = False


class World:
    """Many runs, one admission, a clock, and calls whose ends are chosen by the dice."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.now = 0.0
        servers = {name: any_limit(dice) for name in ("one", "two")}
        tools = {name: any_limit(dice) for name in ("a", "c") if dice.random() < 0.7}
        self.admission = Admission(servers, lambda tool: tools.get(tool.name))
        self.oracle = Oracle.of(servers, tools)
        self.coming = [Run(dice) for _ in range(dice.randint(1, 5))]
        self.here: list[Run] = []
        self.under_way: list[Slot] = []
        self.tool_of: dict[Slot, Tool] = {}
        self.forgotten: set[Slot] = set()
        """Calls of plans that were given up."""

    def play(self) -> None:
        """Until every run has ended and every call too."""
        moves = 0
        while self.coming or self.here or self.under_way:
            moves += 1
            assert moves < 3_000, "a run does not end"
            self.dice.choice(self._moves())()
            self._settle()
        assert self.admission.idle

    def _moves(self) -> list[Callable[[], None]]:
        moves: list[Callable[[], None]] = []
        if self.coming:
            moves.append(self._begin_a_run)
        if any(not run.sealed for run in self.here):
            moves.append(self._write)
        if self.under_way:
            moves += [self._end_a_call] * 3
        if self.here and self.dice.random() < 0.05:
            moves += [self._cancel_a_run, self._give_up_a_plan]
        return [*moves, self._pass_time]

    def _begin_a_run(self) -> None:
        run = self.coming.pop()
        slots, batch = self.dice.randint(1, 4), self.dice.random() < 0.3
        self.here.append(run)
        self.admission.enter(run, max_concurrent=slots, batch=batch)
        self.oracle.enter(run, max_concurrent=slots, batch=batch)

    def _write(self) -> None:
        run = self.dice.choice([run for run in self.here if not run.sealed])
        if run.unwritten:
            size = self.dice.randint(1, 3)
            written, run.unwritten = run.unwritten[:size], run.unwritten[size:]
            self._emit(run, TasksAdded(tuple(written)))
        else:
            run.sealed = True
            self._emit(run, PlanSealed())

    def _end_a_call(self) -> None:
        slot = self.dice.choice(self.under_way)
        run = slot.run
        assert isinstance(run, Run)
        ended: MachineInput
        match self.dice.choice(["good", "good", "good", "bad", "away", "lost"]):
            case "good":
                ended = CallCompleted(slot.call, result(list(range(self.dice.randint(0, 4)))))
            case "away":
                wait = self.dice.choice([None, 0.5, 2.0])
                ended = CallFailed(slot.call, "too many", "rate_limited", wait or 0.0)
                self._turn_away(slot, wait)
            case "lost":
                ended = CallFailed(slot.call, "gone", "connection_lost")
            case _:
                ended = CallFailed(slot.call, "no", "tool_failed")
        if not run.gone and slot not in self.forgotten:
            self._emit(run, ended)
        self._release(slot)

    def _turn_away(self, slot: Slot, wait: float | None) -> None:
        tool = self.tool_of[slot]
        before = dict(self.oracle.rates)
        expected = self.oracle.turned_away(slot, tool, wait, self.now)
        learnt = self.admission.turned_away(slot, wait, self.now)
        assert learnt == expected
        for name, rate in before.items():
            now = self.oracle.rates[name]
            assert now.calls / now.seconds <= rate.calls / rate.seconds, "a rate was raised"

    def _cancel_a_run(self) -> None:
        """Sometimes its machine is stopped, sometimes it is only left."""
        run = self.dice.choice(self.here)
        if self.dice.random() < 0.5:
            self._emit(run, Stopped("enough"))
        self._leave(run)

    def _give_up_a_plan(self) -> None:
        run = self.dice.choice(self.here)
        self._emit(run, Stopped("another plan is better"))
        self.forgotten |= {slot for slot in self.under_way if slot.run is run}
        run.begin_again(self.dice)

    def _pass_time(self) -> None:
        dues = [run.machine.next_due for run in self.here if run.machine.next_due is not None]
        if (due := self.admission.next_due) is not None:
            dues.append(due)
        if not dues and not self.under_way and not self.coming:
            assert any(not run.sealed for run in self.here), "everybody waits for nothing"
        self.now = min(dues, default=self.now) if self.dice.random() < 0.6 else self.now + self.dice.random()
        for run in list(self.here):
            self._emit(run, TimePassed())

    def _emit(self, run: Run, machine_input: MachineInput) -> None:
        for command in run.machine.handle(machine_input, self.now):
            match command:
                case OfferCall():
                    tool = TOOLS[command.task.tool]
                    self.admission.offer(run, command.call, command.order, tool=tool, now=self.now)
                    self.oracle.offer(run, command.call, command.order, tool=tool, now=self.now)
                case WithdrawCall():
                    self.admission.withdraw(run, command.call)
                    self.oracle.withdraw(run, command.call)
                case StartCall():
                    outcomes: dict[str, Outcome] = run.machine.outcomes
                    assert all(outcomes[it].status == "completed" for it in command.task.depends_on)
                case _:
                    pass

    def _settle(self) -> None:
        while slot := self.admission.next_grant(self.now):
            self.oracle.granted(slot, self.now)
            self.under_way.append(slot)
            assert isinstance(slot.run, Run)
            self.tool_of[slot] = TOOLS[slot.run.plan[slot.call.task_id].tool]
            self._emit(slot.run, CallGranted(slot.call))
        self.oracle.nothing_granted(self.now)
        due = self.admission.next_due
        assert due is None or due > self.now, "the alarm would ring without end"
        for run in [run for run in self.here if run.machine.finished]:
            assert set(run.machine.outcomes) == set(run.plan)
            self._leave(run)

    def _leave(self, run: Run) -> None:
        run.gone = True
        self.here.remove(run)
        self.admission.leave(run)
        self.oracle.leave(run)

    def _release(self, slot: Slot) -> None:
        self.under_way.remove(slot)
        self.admission.release(slot)
        self.oracle.released(slot)


@settings(max_examples=cases(50), deadline=None)
@given(st.randoms(use_true_random=False))
def test_priorities_slots_and_rates_are_kept_and_every_run_ends(dice: Random) -> None:
    World(dice).play()


def test_so_do_worlds_of_many_more_moves() -> None:
    for seed in range(250):
        World(Random(seed)).play()
