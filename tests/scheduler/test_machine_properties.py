"""What holds for any plan, any outcomes, any order of events: every task ends, once, and the rules are kept."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.plan import Task
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallId,
    CancelCall,
    Command,
    PlanSealed,
    StartCall,
    Stopped,
    TaskEnded,
    TasksAdded,
)
from agentic_search.scheduler.machine import Machine
from tests.scheduler.plans import result, task
from tests.scheduler.solo import Solo
from tests.support.effort import cases


@st.composite
def plans(draw: st.DrawFn) -> list[Task]:
    """Any acyclic plan of up to 12 tasks, some with conditions, some over lists, written in any order."""
    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 12))):
        earlier = [each.id for each in tasks]
        depends_on = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
        more: dict[str, object] = {"priority": draw(st.integers(-1, 2))}
        if depends_on and draw(st.booleans()):
            more["when"] = f"${{{depends_on[0]}.flag}}"
        if depends_on and draw(st.booleans()):
            more["for_each"] = f"${{{depends_on[0]}.rows}}"
            more["arguments"] = {"x": "${item}"}
        tasks.append(task(f"t{number}", *depends_on, **more))
    return draw(st.permutations(tasks))


class Drive:
    """Obeys a machine, keeping its own books, and checks each command against the rules."""

    def __init__(self, tasks: list[Task], slots: int) -> None:
        self.tasks = {each.id: each for each in tasks}
        self.slots = slots
        self.running: list[CallId] = []
        self.ends: dict[str, str] = {}

    def obey(self, commands: list[Command]) -> None:
        """Take note, and fail where a rule is broken."""
        for each in commands:
            match each:
                case StartCall():
                    assert all(self.ends.get(it) == "completed" for it in each.task.depends_on), "before a dependency"
                    assert each.call not in self.running, "started twice"
                    assert each.task.id not in self.ends, "started after its end"
                    self.running.append(each.call)
                case CancelCall():
                    self.running.remove(each.call)
                case TaskEnded():
                    assert each.task.id not in self.ends, "ended twice"
                    self.ends[each.task.id] = each.outcome.status
                case _:
                    pass
        assert len(self.running) <= self.slots


@settings(max_examples=cases(200), deadline=None)
@given(plans(), st.integers(1, 4), st.data())
def test_every_task_ends_exactly_once_whatever_happens(tasks: list[Task], slots: int, data: st.DataObject) -> None:
    machine, drive = Solo(Machine(), max_concurrent=slots), Drive(tasks, slots)
    unwritten = list(tasks)
    sealed = False
    now = 0.0
    while not machine.finished:
        now += 1
        writable = ["write"] if unwritten else [] if sealed else ["seal"]
        endable = ["succeed", "fail"] if drive.running else []
        match data.draw(st.sampled_from([*writable, *endable, "stop"] if now > 20 else [*writable, *endable])):
            case "write":
                drive.obey(machine.handle(TasksAdded((unwritten.pop(),)), now))
            case "seal":
                sealed = True
                drive.obey(machine.handle(PlanSealed(), now))
            case "stop":
                sealed = True
                unwritten.clear()
                drive.obey(machine.handle(Stopped("enough"), now))
            case "succeed":
                call = drive.running.pop(data.draw(st.integers(0, len(drive.running) - 1)))
                value = {"flag": data.draw(st.booleans()), "rows": data.draw(st.lists(st.integers(), max_size=3))}
                drive.obey(machine.handle(CallCompleted(call, result(value)), now))
            case _:
                call = drive.running.pop(data.draw(st.integers(0, len(drive.running) - 1)))
                drive.obey(machine.handle(CallFailed(call, "no", "tool_failed"), now))
    assert not drive.running
    assert drive.ends == {id_: outcome.status for id_, outcome in machine.outcomes.items()}
    assert set(drive.ends) <= set(drive.tasks)
