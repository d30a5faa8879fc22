"""What is new: sources and statements added, gone and changed, by what they are and not by where they stand."""

import pytest

from agentic_search.domain.answer import Source, Support
from agentic_search.domain.outcome import Passage
from agentic_search.domain.run import RunReport, TaskRecord
from agentic_search.schedules.comparing import Known, compare, known_of, still_known

QUESTION = "Which lamp does the tower have?"


def run(*passages: Passage, says: tuple[str, ...] = (), chosen: bool = False) -> Known:
    """What a run found and says; each statement cites the first source."""
    report = RunReport(
        id="r",
        thread_id="t",
        status="completed",
        query=QUESTION,
        created_at="2026-01-01T00:00:00+00:00",
        tasks=(TaskRecord(id="t1", tool="search"),),
        sources=tuple(
            Source(id=1, title=each.title, url=each.url, snippet="…", task_id="t1") for each in passages[:1] if says
        ),
        support=tuple(Support(sentence=text, source=1, verdict="supported") for text in says),
    )
    return known_of(report, {"t1": passages}, 0.0, chosen=chosen)


def lamp(name: str, text: str = "The lamp of the tower is lit.") -> Passage:
    return Passage(title=name, url=f"https://example.org/{name}", text=text)


def urls(sources: tuple[object, ...]) -> list[str]:
    return [getattr(source, "url", "").rpartition("/")[2] for source in sources]


def test_the_first_time_everything_is_new() -> None:
    news = compare(None, run(lamp("a"), lamp("b"), says=("It is lit.",)), whole=True)
    assert news.found and news.since is None
    assert urls(news.sources.added) == ["a", "b"]
    assert [each.text for each in news.statements.added] == ["It is lit."]


def test_the_same_in_another_order_is_nothing_new() -> None:
    before, now = run(lamp("a"), lamp("b"), says=("One.", "Two.")), run(lamp("b"), lamp("a"), says=("Two.", "One."))
    news = compare(before, now, whole=True)
    assert not news.found
    assert news.statements == type(news.statements)()


def test_added_gone_and_changed_sources_are_told_apart() -> None:
    before = run(lamp("a"), lamp("b"), lamp("c"))
    news = compare(before, run(lamp("b", "The lamp of the tower is broken."), lamp("c"), lamp("d")), whole=True)
    assert urls(news.sources.added) == ["d"]
    assert urls(news.sources.gone) == ["a"]
    (change,) = news.sources.changed
    assert (change.before.text, change.after.text) == (
        "The lamp of the tower is lit.",
        "The lamp of the tower is broken.",
    )


def test_a_source_without_address_is_known_by_tool_and_title() -> None:
    before = run(Passage(title="count", text="3 lamps in the tower"))
    news = compare(before, run(Passage(title="count", text="4 lamps in the tower")), whole=True)
    assert len(news.sources.changed) == 1 and not news.sources.added and not news.sources.gone


def test_what_does_not_bear_on_the_question_is_not_told_unless_somebody_chose_it() -> None:
    noise = Passage(title="re", url="pydoc:re", text="Regular expressions.")
    before = run(lamp("a"))
    assert not compare(before, run(lamp("a"), noise), whole=True).found
    assert compare(run(lamp("a"), chosen=True), run(lamp("a"), noise, chosen=True), whole=True).found
    told_once = compare(run(lamp("a"), noise), run(noise, lamp("a"), says=("It is so.",)), whole=True)
    assert not told_once.sources.added, "it was found before, though nobody cited it"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The lamp was lit in 1901.", "The lamp was lit in 1902."),
        ("It opens on 3 May 2026.", "It opens on 12 June 2026."),
        ("It burns with 40 W.", "It burns with 60 W."),
        ("There are three lamps in the tower.", "There are 5 lamps in the tower."),
        (
            "The tower is open on Sundays in the winter months.",
            "The tower is not open on Sundays in the winter months.",
        ),
        ("The keeper of the lamp in the tower is Ada Smith.", "The keeper of the lamp in the tower is Bob Smith."),
    ],
)
def test_a_statement_with_another_number_date_or_word_has_changed(before: str, after: str) -> None:
    news = compare(run(lamp("a"), says=(before,)), run(lamp("a", "Other lamp, tower."), says=(after,)), whole=True)
    (change,) = news.statements.changed
    assert (change.before.text, change.after.text) == (before, after)
    assert not news.statements.added and not news.statements.gone


def test_statements_of_different_things_are_gone_and_added() -> None:
    before, now = run(lamp("a"), says=("The lamp is red.",)), run(lamp("b"), says=("Ships pass by at night.",))
    news = compare(before, now, whole=True)
    assert [each.text for each in news.statements.added] == ["Ships pass by at night."]
    assert [each.text for each in news.statements.gone] == ["The lamp is red."]
    assert not news.statements.changed


def test_of_several_alike_each_has_the_one_that_is_likest() -> None:
    before = run(lamp("a"), says=("Lamp one burns 40 W of oil at night.", "Lamp two burns 40 W of gas at night."))
    now = run(lamp("b"), says=("Lamp two burns 50 W of gas at night.", "Lamp one burns 60 W of oil at night."))
    changed = compare(before, now, whole=True).statements.changed
    assert {(each.before.text[:8], each.after.text[:8]) for each in changed} == {
        ("Lamp one", "Lamp one"),
        ("Lamp two", "Lamp two"),
    }


def test_an_answer_put_otherwise_from_the_same_sources_is_nothing_new_but_is_told() -> None:
    news = compare(run(lamp("a"), says=("It is lit.",)), run(lamp("a"), says=("Ships see it.",)), whole=True)
    assert not news.found
    assert news.statements.added and news.statements.gone


def test_of_a_run_that_is_not_whole_nothing_is_told_as_gone_and_what_it_lacks_stays_known() -> None:
    before, partial = run(lamp("a"), lamp("b"), says=("It is lit.",)), run(lamp("a"), lamp("c"))
    news = compare(before, partial, whole=False)
    assert urls(news.sources.added) == ["c"] and not news.sources.gone and not news.statements.gone
    known = still_known(before, partial, whole=False)
    again = compare(known, run(lamp("a"), lamp("b"), lamp("c"), says=("It is lit.",)), whole=True)
    assert not again.found
    assert again.statements == type(again.statements)()
