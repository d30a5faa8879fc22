"""The shape of an answer without a model: what was asked for stands first, and in the form that it was asked for."""

import re
from collections.abc import Sequence

import pytest

from agentic_search.domain.answer import Answer
from agentic_search.domain.outcome import Evidence, Listing, Passage
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.nothing import NOTHING
from agentic_search.synthesis.support.statements import cited_statements
from agentic_search.synthesis.writing.extractive_writer import NO_MODEL, ExtractiveWriter
from tests.synthesis.evidence.samples import writer_input

PROSE = Passage(
    title="servers.md", url="doc:servers", text="Stories and packages are listed by servers. Installed packages count."
)


def packages(count: int) -> list[Passage]:
    """The records of a tool that lists packages."""
    listing = Listing(things="packages", title="List packages", address="tool:docs/list_packages")
    return [
        Passage(
            title=f"pack{n}",
            url=f"tool:docs/list_packages#{n}",
            text=f"Summary number {n}",
            facts=(("version", f"{n}.0"),),
            fact_of="List packages list_packages List the installed packages.",
            listing=listing,
        )
        for n in range(count)
    ]


def counted(text: str) -> Passage:
    """What a tool that counts says."""
    return Passage(
        title="count_stories", url="tool:s/count_stories", text=text, fact_of="count_stories Count the stories."
    )


def story(title: str, text: str, date: str) -> Passage:
    """A dated record."""
    return Passage(
        title=title, url=f"https://news.example/{title}", text=text, facts=(("created_at", f"{date}T09:00:00Z"),)
    )


async def answer(
    query: str, passages: Sequence[Passage], *, searched: tuple[str, ...] = (), notes: tuple[str, ...] = ()
) -> Answer:
    """What is answered to these passages, each of a task of its own kind."""
    evidence = tuple(Evidence(n, one, "t2" if one.fact_of else "t1") for n, one in enumerate(passages, 1))
    return (
        await ExtractiveWriter().write(WriterInput(query, evidence, searched=searched, notes=notes), lambda _: None)
    ).answer


@pytest.mark.parametrize(
    "query", ["list all packages installed", "Which packages are installed?", "how many packages are there"]
)
async def test_a_list_is_a_table_of_the_first_rows_after_their_number(query: str) -> None:
    given = await answer(query, [PROSE, *packages(75)])

    assert given.text.startswith("**75 packages.** [1]\n\n| packages | version | about |\n")
    assert given.html.count("<tr>") == 21 and "55 more." in given.text
    assert [source.title for source in given.sources] == ["List packages"]
    assert given.sources[0].url == "tool:docs/list_packages" and "pack74" in given.sources[0].snippet


async def test_of_a_list_the_one_that_is_asked_for_is_answered_by_its_field() -> None:
    given = await answer("which version of pack7 is installed?", [PROSE, *packages(20)])

    assert given.text.startswith("**pack7: version 7.0** [1]")
    assert given.sources[0].title == "pack7"


async def test_a_count_is_the_answer() -> None:
    given = await answer("how many stories mention Kubernetes", [PROSE, counted('13 stories hold "Kubernetes".')])

    assert given.text.startswith('**13 stories hold "Kubernetes".** [1]')
    assert [source.title for source in given.sources] == ["count_stories"]


async def test_a_count_of_something_else_is_not() -> None:
    given = await answer("how many packages are there", [*packages(3), counted("234 stories.")])

    assert given.text.startswith("**3 packages.** [1]")


async def test_the_newest_comes_first() -> None:
    stories = [story(f"Rust {year}", "A compiler.", f"{year}-05-01") for year in (2024, 2026, 2023, 2025)]
    given = await answer("Latest news about Rust", [*stories, story("Go", "A compiler, too.", "2027-01-01")])

    assert given.text.startswith("**Rust 2026 (2026-05-01)** [1]")
    assert [source.title for source in given.sources] == ["Rust 2026", "Rust 2025", "Rust 2024"]


async def test_two_things_stand_side_by_side() -> None:
    locks = [
        Passage(title="asyncio.Lock", url="doc:a", text="A lock for tasks. Not thread-safe."),
        Passage(title="threading.Lock", url="doc:t", text="A lock for threads.", facts=(("signature", "Lock()"),)),
    ]
    given = await answer("What's the difference between threading.Lock and asyncio.Lock?", locks)

    assert given.text.startswith("| threading.Lock [1] | asyncio.Lock [2] |\n")
    assert "| `Lock()` A lock for threads. | A lock for tasks. Not thread-safe. |" in given.text
    assert [source.title for source in given.sources] == ["threading.Lock", "asyncio.Lock"]


async def test_a_side_of_which_nothing_is_known_is_said() -> None:
    given = await answer(
        "threading.Lock vs asyncio.Lock", [Passage(title="asyncio.Lock", url="d", text="A lock for tasks.")]
    )

    assert "| threading.Lock | asyncio.Lock [1] |" in given.text
    assert "| Nothing found of threading.Lock. | A lock for tasks. |" in given.text


async def test_the_row_that_answers_is_quoted_as_a_table() -> None:
    rows = "\n".join(f"| SETTING_{n} | seconds for thing {n} | {n} |" for n in range(40))
    text = f"| setting | meaning | default |\n|---|---|---|\n{rows}\n| TASK_TIMEOUT | seconds for one task | 60 |"
    given = await answer("What is the default task timeout?", [Passage(title="configuration.md", url="d", text=text)])

    assert (
        given.text.startswith("**TASK\\_TIMEOUT — seconds for one task — 60** [1]") or "**TASK_TIMEOUT — " in given.text
    )
    assert "<th>default</th>" in given.html and "<td>60</td>" in given.html


async def test_what_is_named_whole_is_described_by_its_opening() -> None:
    text = "Run it at once.\n\nWhen pkg.run is called by run, run is run in pkg."
    others = Passage(title="other.pkg.run", url="o", text="An asynchronous version of pkg.run.")
    thing = Passage(title="pkg.run", url="p", text=text, facts=(("signature", "run(main)"),))
    given = await answer("What does pkg.run do?", [others, thing])

    assert given.text.startswith("**Run it at once.** [1]\n\n**pkg.run** `run(main)`")


async def test_a_default_is_answered_by_the_signature() -> None:
    pool = Passage(
        title="futures.Pool", url="p", text="Runs calls.", facts=(("signature", "class Pool(max_workers=None)"),)
    )
    given = await answer("what is the default value of max_workers in futures.Pool", [pool])

    assert given.text.startswith("**`class Pool(max_workers=None)`** [1]")


async def test_an_answer_is_short() -> None:
    long = " ".join(f"Sentence {n} says that apples are red and green and that pears are not." for n in range(100))
    given = await answer(
        "Are apples red or green?", [Passage(title=f"T{n}", url=str(n), text=f"{n}. {long}") for n in range(9)]
    )

    assert len(given.sources) <= 3 and len(given.text.split()) < 200
    (quote,) = re.findall(r"<blockquote>(.*?)</blockquote>", given.html, re.DOTALL)
    assert len(re.sub(r"<[^>]*>", "", quote).split()) <= 60 + 15


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("hello", "Ask a question"),
        ("What is 17 times 23?", "A tool that calculates"),
        ("Translate 'apples' into Japanese", "A language model would help"),
        ("What is the capital of France?", "AGENTIC_SEARCH_WEB"),
        ("my wife's birthday", "AGENTIC_SEARCH_WEB"),
    ],
)
async def test_where_nothing_answers_that_is_said_first_with_what_would_help(query: str, hint: str) -> None:
    texts = [
        "Hello and welcome to apples.",
        "There are 17 apples and 23 pears, times two.",
        "Translate apples into pears.",
        'Ask it so:\n\n    >>> model.ask("What is the capital of France?")\n    "Paris"',
        "A birthday is a day.",
    ]
    given = await answer(
        query,
        [Passage(title=f"T{n}", url=str(n), text=text) for n, text in enumerate(texts)],
        searched=("docs (5 files)",),
    )

    assert given.text.startswith(f"**{NOTHING}** Searched: docs (5 files)") and hint in given.text
    assert given.nothing_found and len(given.sources) <= 3
    near = [statement.text for statement in cited_statements(given.html)]
    assert near == [source.title for source in given.sources], "a near miss is marked for its title, no more"
    assert given.text.endswith(f"*{NO_MODEL}*")


async def test_a_tools_own_fact_answers_even_a_calculation() -> None:
    fact = Passage(title="calculate", url="tool:b/calculate", text="391", fact_of="Calculate calculate 17 times 23")
    given = await answer("What is 17 times 23?", [fact])

    assert given.text.startswith("**391** [1]") and not given.nothing_found


@pytest.mark.parametrize(
    ("query", "result"), [("15% of 80", "15% × 80 = 12"), ("What is 17 * 23?", "17 × 23 = 391"), ("2 + 2", "2 + 2 = 4")]
)
async def test_what_is_calculated_stands_before_a_document_that_shows_how(query: str, result: str) -> None:
    shown = (
        f"calculate reads percentages ({query}), words and brackets. {query} is {query}, and {query} gives a number."
    )
    told = Passage(title=f"{query} (Calculate)", url="tool:builtin/calculate?expression=x", text=result)
    given = await answer(query, [Passage(title=f"calculate {query}", url="u", text=shown), told])

    assert result.split("=")[0] in given.text.replace("\\", "").splitlines()[0], given.text
    assert not given.nothing_found and [source.url for source in given.sources] == [told.url]


async def test_what_tools_say_of_their_search_is_told_with_the_answer() -> None:
    given = await answer(
        "apples",
        [Passage(title="T", url="u", text="Apples are fruit.")],
        notes=("t1: search said: 26 packages are not indexed yet.", "t2: find found nothing"),
    )

    assert given.text.startswith("**Apples are fruit.** [1]")
    assert "Note: t1: search said: 26 packages are not indexed yet." in given.text and "found nothing" not in given.text


async def test_links_badges_and_colours_of_a_source_are_no_noise() -> None:
    badge = "[![Build](https://ci.example/b.svg)](https://ci.example)"
    text = f"{badge}\n\nApples are \x1b[31mred\x1b[0m\u202e, see [the guide](guide.md)."
    given = await answer("Are apples red?", [Passage(title="\u202eT", url="u", text=text)])

    assert given.text.startswith("**Apples are red, see the guide.** [1]\n\n**T**")
    assert "ci.example" not in given.text and "\u202e" not in given.text


async def test_many_passages_cost_no_more_than_their_number() -> None:
    given = writer_input("apples red", *(f"Apple {n} is red. " + "Pears are green. " * 50 for n in range(1_000)))
    assert (await ExtractiveWriter().write(given, lambda _: None)).answer.sources


@pytest.mark.parametrize(
    ("query", "text", "lead"),
    [
        (
            "How do I run several coroutines in asyncio and wait for them?",
            "class Group()\n\nManages groups of coroutines.\n\nErrors but `asyncio.Stop` cancel what they wait for.",
            "**Manages groups of coroutines.** [1]",
        ),
        (
            "What is a workflow?",
            "A plan that is kept in a file. Who reads a workflow again reads the workflow anew.",
            "**A plan that is kept in a file.** [1]",
        ),
    ],
)
async def test_the_sentence_that_says_what_a_thing_is_leads(query: str, text: str, lead: str) -> None:
    given = await answer(query, [Passage(title="Workflow", url="doc:one", text=text)])
    assert given.text.partition("\n")[0] == lead
