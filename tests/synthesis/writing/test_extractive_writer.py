"""Without a model the answer is made of quotations: verbatim, cited, useful, and harmless."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.answer import Answer, LeftOut
from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Fact
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.choice import choose
from agentic_search.synthesis.extracts.nothing import NOTHING
from agentic_search.synthesis.writing.extractive_writer import NO_MODEL, ExtractiveWriter
from agentic_search.text.sentences import split_sentences
from tests.synthesis.evidence.samples import ASYNCIO_QUESTION, asyncio_docs, bare, numbered, visible, writer_input
from tests.synthesis.markdown.test_escape import TRICKS


async def written(given_input: WriterInput, reason: str | None = None) -> tuple[Answer, list[Fact]]:
    emitted: list[Fact] = []
    result = await ExtractiveWriter(reason).write(given_input, emitted.append)
    assert result.model is None
    return result.answer, emitted


async def test_the_question_about_asyncio_is_answered_by_its_documentation() -> None:
    answer, _ = await written(WriterInput(ASYNCIO_QUESTION, asyncio_docs()))

    assert answer.text.startswith("**")
    assert answer.text.endswith(f"*{NO_MODEL}*")
    assert answer.sources[0].title == "asyncio.TaskGroup"
    assert "asyncio.gather" in {source.title for source in answer.sources}
    assert re.match(
        r"\*\*.+\*\* \[1\]\n\n\*\*asyncio\.TaskGroup\*\* `TaskGroup\(", answer.text
    )  # which sentence: Python's
    assert "Asynchronous context manager for managing groups of tasks." in answer.text
    assert "**asyncio.gather**: Return a future aggregating results from the given coroutines/futures." in answer.text
    assert "asyncio.Semaphore" not in answer.text


async def test_every_quotation_stands_word_for_word_in_its_passage() -> None:
    answer, _ = await written(WriterInput(ASYNCIO_QUESTION, asyncio_docs()))
    texts = {item.passage.title: bare(item.passage.text) for item in asyncio_docs()}
    lead, *further = re.findall(r"(?:<p><strong>(.*?)</strong>|</strong>: (.*?)) <a href", answer.html)
    (quote,) = re.findall(r"<blockquote>(.*?)</blockquote>", answer.html, re.DOTALL)

    assert len(further) + 1 == len(answer.sources) == 3
    for source, said in zip(answer.sources, [(quote,), lead, *further][1:], strict=True):
        assert bare(visible("".join(said))) in texts[source.title]
        assert answer.html.count(f'<a href="#source-{source.id}" class="citation">{source.id}</a>') == 1
    assert bare(visible(quote)) in texts[answer.sources[0].title]


@given(st.text("apple pear. \n`*_[]()<>#!|&~-1\t:A\"'=", max_size=300))
@settings(deadline=None)
def test_any_text_is_quoted_word_for_word_or_not_at_all(text: str) -> None:
    for item in choose(writer_input("apple pear", text, "apple pear")).quoted:
        if item.evidence.id == 1:
            assert bare(item.quotation.text) in bare(text)


async def test_what_is_emitted_is_what_is_returned() -> None:
    answer, emitted = await written(WriterInput(ASYNCIO_QUESTION, asyncio_docs(), (LeftOut(what="t2", why="failed"),)))
    blocks = [fact for fact in emitted if isinstance(fact, AnswerBlock)]

    assert emitted[0] == AnswerStarted(model=None)
    assert [block.index for block in blocks] == list(range(len(blocks)))
    assert "".join(block.html for block in blocks) == answer.html
    assert "".join(fact.text for fact in emitted if isinstance(fact, AnswerDelta)).rstrip() == answer.text
    assert emitted[-1] == AnswerCompleted(
        answer=answer.text, html=answer.html, sources=answer.sources, left_out=(LeftOut(what="t2", why="failed"),)
    )
    assert sum(isinstance(fact, AnswerCompleted) for fact in emitted) == 1


async def test_the_reason_why_no_model_wrote_stands_last_and_is_harmless() -> None:
    answer, _ = await written(writer_input("apples", "Apples are fruit."), "The model failed: <b>500</b> [1].")

    assert answer.html.endswith(f"<p><em>{NO_MODEL} The model failed: &lt;b&gt;500&lt;/b&gt; [1].</em></p>\n")


async def test_where_nothing_bears_on_the_question_it_says_where_was_searched_and_what_would_help() -> None:
    given_input = writer_input("Who won the cup in 1954?", *["Bread is baked from flour."] * 12)
    places = ("Python documentation (75 packages)", *(f"server {number}" for number in range(20)))
    answer, emitted = await written(replace(given_input, searched=places))

    assert answer.text.startswith(f"**{NOTHING}** Searched: Python documentation (75 packages), server 0")
    assert "11 more" in answer.text and "AGENTIC_SEARCH_WEB" in answer.text
    assert answer.sources == () and "flour" not in answer.text and "Title" not in answer.text
    assert answer.nothing_found and isinstance(emitted[-1], AnswerCompleted) and emitted[-1].nothing_found


async def test_without_any_passage_it_says_that_there_was_nothing() -> None:
    answer, _ = await written(WriterInput("anything", ()))

    assert answer.text.startswith(f"**{NOTHING}** The tools returned nothing")
    assert answer.text.endswith(f"*{NO_MODEL}*") and answer.nothing_found


async def test_a_passage_of_nothing_but_a_heading_is_not_quoted() -> None:
    answer, _ = await written(writer_input("apples", "# Apples", "Apples are fruit."))

    assert [source.title for source in answer.sources] == ["Title 2"]


async def test_passages_far_behind_the_best_are_not_quoted() -> None:
    texts = (
        "The longest river in Africa is the Nile.",
        "In Asia there are deserts.",
        "The Nile is a long river in Africa.",
    )
    answer, _ = await written(writer_input("What is the longest river in Africa?", *texts))

    assert [source.title for source in answer.sources] == ["Title 1", "Title 3"]


async def test_of_a_long_passage_the_part_that_answers_is_quoted_in_whole_sentences() -> None:
    filler = [f"Sentence number {n} speaks of something else altogether." for n in range(200)]
    filler[120] = "The bridge was opened in 1932 by the premier."
    answer, _ = await written(writer_input("When was the bridge opened?", " ".join(filler)))

    assert "The bridge was opened in 1932 by the premier." in answer.text
    assert len(answer.text) < 1_200
    assert all(line.endswith((".", ". [1]")) for line in answer.text.split("\n") if line.startswith("> "))


async def test_an_announcement_is_not_quoted_without_what_it_announces() -> None:
    example = "\n".join(f"    call_number_{n}(argument)" for n in range(200))
    answer, _ = await written(writer_input("apples", f"Apples are fruit. See how apples grow:\n\n{example}"))

    assert "**Apples are fruit.** [1]" in answer.text and "grow" not in answer.text


async def test_a_sentence_that_a_tool_cut_off_is_left_out() -> None:
    answer, _ = await written(writer_input("apples", "Apples are fruit. They grow on apple trees, which are"))

    assert "**Apples are fruit.** [1]" in answer.text and "which are" not in answer.text


async def test_one_endless_line_is_cut_and_costs_no_time() -> None:
    answer, _ = await written(writer_input("apples", "apples" + "x" * 2_000_000, "apples " * 200_000))

    assert len(answer.text) < 3_000


@pytest.mark.parametrize("trick", TRICKS)
async def test_a_passage_can_do_nothing_to_the_page(trick: str) -> None:
    answer, _ = await written(
        writer_input("apples pears", f"Apples and pears.\n\n{trick}\n\nApples and pears are fruit.")
    )

    harmless = {"p", "strong", "em", "blockquote", "code", "pre", "a", "ul", "li"}
    assert set(re.findall(r"<(\w+)", answer.html)) <= harmless | {"table", "thead", "tbody", "tr", "th", "td"}
    assert answer.html.count("<a ") == answer.html.count('class="citation"') == 1
    assert "evil.example" not in "".join(re.findall(r"<[^>]*>", answer.html))


async def test_a_title_can_do_nothing_to_the_page_either() -> None:
    title = "# <img src=x> [a](https://evil.example/) `b`\n\n> **c** [2]"
    passage = Passage(title=title, url="javascript:alert(1)", text="Apples are fruit.")
    answer, _ = await written(WriterInput("apples", (Evidence(1, passage, "t1"),)))

    assert set(re.findall(r"<(\w+)", answer.html)) <= {"p", "strong", "em", "blockquote", "code", "a"}
    assert answer.html.count("<a ") == 1
    assert answer.sources[0].title == title


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("東京タワーの高さは?", "東京タワーの高さは333メートルです。赤と白です。"),
        ("ما هي عاصمة مصر؟", "القاهرة هي عاصمة مصر. وهي مدينة كبيرة."),
        ("מהי בירת ישראל?", "ירושלים היא בירת ישראל."),
    ],
)
async def test_other_scripts_and_directions_are_quoted_as_they_are(query: str, text: str) -> None:
    answer, _ = await written(writer_input(query, text))

    shown = visible(answer.html)
    assert all(bare(sentence) in bare(shown) for sentence in split_sentences(text))


async def test_a_source_says_what_was_quoted_of_it_and_who_found_it() -> None:
    answer, _ = await written(WriterInput("apples", numbered("Apples\nare fruit.", task="t9")))

    (source,) = answer.sources
    assert (source.id, source.url, source.task_id) == (1, "https://docs.example/1", "t9")
    assert source.snippet == "Apples are fruit."
