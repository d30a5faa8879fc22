"""What is counted stays small, whatever names strangers give their tools."""

from agentic_search.metrics.tallies import BoundedLabels, Times


def test_names_that_come_late_are_counted_as_one() -> None:
    labels = BoundedLabels(2)
    assert [labels.of("lab", f"tool {n}") for n in range(4)] == [
        ("lab", "tool 0"),
        ("lab", "tool 1"),
        ("other", "other"),
        ("other", "other"),
    ]
    assert labels.of("lab", "tool 1") == ("lab", "tool 1")
    assert len(BoundedLabels(1).of("x" * 10_000)[0]) == 100


def test_times_are_counted_up_to_each_bound_that_they_do_not_pass() -> None:
    times = Times((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.2, 5.0):
        times.note(seconds)
    assert times.buckets() == [("0.1", 2), ("1.0", 3), ("+Inf", 4)]
    assert (times.count, round(times.sum, 2)) == (4, 5.35)
