"""The rules of admission, as tables: who may begin, in which order, and what is learnt of servers that ask for less."""

from collections.abc import Hashable
from itertools import permutations

from agentic_search.domain.limits import Limit, Rate
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.admission import Admission, Slot
from agentic_search.scheduler.commands import CallId, CallOrder, order_of
from tests.scheduler.plans import task

SEARCH = Tool(name="search", server="s", remote_name="search", input_schema={})
READ = Tool(name="read", server="s", remote_name="read", input_schema={})
OTHER = Tool(name="other", server="elsewhere", remote_name="other", input_schema={})


def admission_with(
    *runs: Hashable, limits: dict[str, Limit] | None = None, of_search: Limit | None = None
) -> Admission:
    """An admission with these runs, with many slots each."""
    admission = Admission(limits, lambda tool: of_search if tool is SEARCH else None)
    for run in runs:
        admission.enter(run, max_concurrent=100)
    return admission


def offer(
    admission: Admission,
    run: Hashable,
    *names: str,
    tool: Tool = SEARCH,
    now: float = 0.0,
    order: CallOrder | None = None,
) -> None:
    """Offer calls that are equal in order but for their position in the plan."""
    for slot, name in enumerate(names):
        admission.offer(run, CallId(name), order or CallOrder(0, -1.0, slot, 0), tool=tool, now=now)


def granted(admission: Admission, now: float = 0.0) -> list[Slot]:
    """Everything that may begin now, in order."""
    slots: list[Slot] = []
    while slot := admission.next_grant(now):
        slots.append(slot)
    return slots


def names(slots: list[Slot]) -> list[str]:
    """Of their calls."""
    return [slot.call.task_id for slot in slots]


def test_the_order_of_a_call_is_priority_then_longest_path_then_position_then_element() -> None:
    low, high = task("low"), task("high", priority=1)
    best_first = [
        order_of(high, path=1, position=9, element=0),
        order_of(low, path=7, position=9, element=9),
        order_of(low, path=2, position=1, element=3),
        order_of(low, path=2, position=2, element=0),
        order_of(low, path=2, position=2, element=1),
    ]
    assert all(sorted(order) == best_first for order in permutations(best_first))


def test_interactive_runs_go_before_batches_whatever_the_priority_of_their_tasks() -> None:
    admission = Admission()
    admission.enter("batch", max_concurrent=9, batch=True)
    admission.enter("asked", max_concurrent=9)
    offer(admission, "batch", "urgent", order=CallOrder(-99, -99, 0, 0))
    offer(admission, "asked", "idle", order=CallOrder(5, -1, 0, 0), now=1)
    assert names(granted(admission, 1)) == ["idle", "urgent"]


def test_of_calls_equal_in_priority_and_path_the_first_that_was_ready_begins_whichever_run_it_is_of() -> None:
    admission = admission_with("x", "y")
    offer(admission, "y", "early", order=CallOrder(0, -1, 9, 0), now=1)
    offer(admission, "x", "late", order=CallOrder(0, -1, 0, 0), now=2)
    offer(admission, "x", "long", order=CallOrder(0, -5, 3, 0), now=3)
    assert names(granted(admission, 3)) == ["long", "early", "late"]


def test_a_run_has_no_more_calls_under_way_than_it_may() -> None:
    admission = Admission()
    admission.enter("x", max_concurrent=2)
    offer(admission, "x", "a", "b", "c")
    a, b = granted(admission)
    assert [a.call.task_id, b.call.task_id] == ["a", "b"]
    admission.release(b)
    assert names(granted(admission)) == ["c"]


def test_a_slot_that_becomes_free_goes_to_the_best_of_all_runs() -> None:
    admission = admission_with("x", "y", "z", limits={"s": Limit(1)})
    offer(admission, "x", "first")
    (slot,) = granted(admission)
    offer(admission, "y", "short", now=1)
    offer(admission, "z", "long", order=CallOrder(0, -3, 0, 0), now=2)
    assert granted(admission, 2) == []
    admission.release(slot)
    assert names(granted(admission, 3)) == ["long"]


def test_a_server_that_is_full_holds_up_no_call_to_another() -> None:
    admission = admission_with("x", limits={"s": Limit(1)})
    offer(admission, "x", "a", "b")
    offer(admission, "x", "c", tool=OTHER)
    assert names(granted(admission)) == ["a", "c"]


def test_a_tool_that_is_full_holds_up_no_other_of_its_server_and_both_count_for_the_server() -> None:
    admission = admission_with("x", limits={"s": Limit(3)}, of_search=Limit(1))
    offer(admission, "x", "a", "b")
    offer(admission, "x", "c", "d", "e", tool=READ)
    assert names(granted(admission)) == ["a", "c", "d"]


def test_the_slots_of_a_tool_are_for_all_runs_together() -> None:
    admission = admission_with("x", "y", of_search=Limit(1))
    offer(admission, "x", "a")
    offer(admission, "y", "b", now=1)
    assert names(granted(admission, 1)) == ["a"]


def test_a_call_that_two_gates_hold_up_begins_when_the_last_of_them_opens() -> None:
    admission = admission_with("x", "y", limits={"s": Limit(1)})
    admission.enter("narrow", max_concurrent=1)
    offer(admission, "narrow", "mine", tool=OTHER)
    offer(admission, "y", "theirs")
    mine, theirs = granted(admission)
    offer(admission, "narrow", "waits")
    assert granted(admission) == []
    admission.release(mine)
    assert granted(admission) == []
    admission.release(theirs)
    assert names(granted(admission)) == ["waits"]


def test_a_rate_lets_calls_begin_as_time_passes_and_says_when_to_ask() -> None:
    admission = admission_with("x", limits={"s": Limit(rate=Rate(2, 1))})
    offer(admission, "x", "a", "b", "c", now=10)
    assert names(granted(admission, 10)) == ["a", "b"]
    assert admission.next_due == 11
    assert granted(admission, 10.9) == []
    assert names(granted(admission, 11)) == ["c"]
    assert admission.next_due is None


def test_nobody_asks_to_be_woken_for_a_rate_that_no_call_waits_for() -> None:
    admission = admission_with("x", limits={"s": Limit(rate=Rate(1, 1))})
    offer(admission, "x", "a", "b")
    granted(admission)
    assert admission.next_due == 1
    admission.withdraw("x", CallId("b"))
    assert admission.next_due is None


def test_a_rate_counts_calls_that_have_ended() -> None:
    admission = admission_with("x", limits={"s": Limit(rate=Rate(1, 1))})
    offer(admission, "x", "a", "b")
    (slot,) = granted(admission)
    admission.release(slot)
    assert granted(admission, 0.5) == []


def test_a_call_that_is_withdrawn_from_the_front_leaves_those_behind_it_in_their_order() -> None:
    admission = admission_with("x", "y", limits={"s": Limit(1)})
    offer(admission, "x", "held")
    (slot,) = granted(admission)
    offer(admission, "x", "front", order=CallOrder(-9, -1, 0, 0))
    offer(admission, "x", "back", order=CallOrder(0, -1, 0, 0))
    offer(admission, "y", "between", order=CallOrder(-5, -1, 0, 0))
    assert granted(admission) == []
    admission.withdraw("x", CallId("front"))
    admission.withdraw("x", CallId("nowhere"))
    admission.release(slot)
    (slot,) = granted(admission)
    assert slot.call == CallId("between")


def test_a_call_offered_again_moves_up_and_keeps_the_time_since_which_it_is_ready() -> None:
    admission = admission_with("x", "y", limits={"s": Limit(1)})
    offer(admission, "x", "held")
    (slot,) = granted(admission)
    offer(admission, "x", "early", now=1)
    offer(admission, "y", "late", now=2)
    offer(admission, "y", "late", order=CallOrder(0, -8, 0, 0), now=3)
    offer(admission, "x", "early", order=CallOrder(0, -8, 0, 0), now=4)
    admission.release(slot)
    assert names(granted(admission, 5)) == ["early"]


def test_a_call_offered_again_when_more_is_known_of_its_tool_is_granted_once() -> None:
    admission = admission_with("x")
    offer(admission, "x", "a")
    offer(admission, "x", "a", tool=READ)
    assert names(granted(admission)) == ["a"]


def test_the_next_moment_to_ask_at_is_that_of_the_server_that_opens_first() -> None:
    admission = admission_with("x", limits={"s": Limit(rate=Rate(1, 9.0)), "elsewhere": Limit(rate=Rate(1, 3.0))})
    for tool in (SEARCH, OTHER):
        offer(admission, "x", f"{tool.name}1", f"{tool.name}2", tool=tool)
    assert names(granted(admission)) == ["search1", "other1"]
    assert admission.next_due == 3.0


def test_a_call_of_a_run_that_has_left_may_be_withdrawn() -> None:
    admission = admission_with("x")
    offer(admission, "x", "a", "b")
    admission.leave("x")
    admission.withdraw("x", CallId("a"))
    assert admission.idle


def test_a_run_that_offers_nothing_is_there_all_the_same() -> None:
    admission = admission_with("x")
    assert not admission.idle
    admission.leave("x")
    assert admission.idle


def test_what_waits_for_another_call_to_end_is_due_at_no_moment() -> None:
    admission = admission_with("x", limits={"s": Limit(1)})
    offer(admission, "x", "a", "b")
    granted(admission)
    assert admission.next_due is None


def test_a_run_that_leaves_frees_the_way_and_what_it_holds_stays_held_until_it_is_given_back() -> None:
    admission = admission_with("x", "y", limits={"s": Limit(1)})
    offer(admission, "x", "a", "b")
    offer(admission, "y", "c", now=1)
    (slot,) = granted(admission)
    admission.leave("x")
    offer(admission, "x", "too late")
    assert granted(admission, 2) == []
    admission.release(slot)
    assert names(granted(admission, 3)) == ["c"]


def test_nothing_is_left_when_everybody_has_gone() -> None:
    admission = admission_with("x", "y", limits={"s": Limit(1, Rate(1, 60))})
    offer(admission, "x", "a", "b")
    offer(admission, "y", "c", tool=READ)
    (slot,) = granted(admission)
    admission.leave("x")
    admission.leave("y")
    assert not admission.idle
    admission.release(slot)
    assert admission.idle and admission.next_due is None


def test_a_tool_that_is_in_no_catalog_is_limited_by_its_run_alone_and_no_rate_is_learnt_of_it() -> None:
    admission = Admission()
    admission.enter("x", max_concurrent=1)
    for name in "ab":
        admission.offer("x", CallId(name), CallOrder(0, -1, 0, 0), tool=None, now=0)
    (a,) = granted(admission)
    assert admission.turned_away(a, 5, 0) is None
    admission.release(a)
    assert names(granted(admission)) == ["b"]


def test_an_admission_is_idle_when_no_run_is_there_and_nothing_is_held() -> None:
    admission = admission_with("x")
    assert not admission.idle
    offer(admission, "x", "a")
    (a,) = granted(admission)
    admission.leave("x")
    assert not admission.idle
    admission.release(a)
    assert admission.idle
