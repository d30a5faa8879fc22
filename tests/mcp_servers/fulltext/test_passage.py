"""The passage of a body that bears on a question."""

from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.fulltext import best_passage

FILLER = "Nothing of interest is said in this paragraph about the weather. " * 6


def test_a_short_body_is_its_own_passage() -> None:
    assert best_passage("\n  One line.\n", "whatever") == "One line."


def test_the_paragraphs_that_answer_are_found_far_down() -> None:
    body = "\n\n".join([FILLER] * 5 + ["The semaphore limits how many tasks run."] + [FILLER] * 5)
    passage = best_passage(body, "limit tasks with a semaphore")
    assert "The semaphore limits how many tasks run." in passage
    assert len(passage) <= 1_200


def test_a_question_that_nothing_answers_gives_the_beginning() -> None:
    body = "The first paragraph.\n\n" + "\n\n".join([FILLER] * 6)
    assert best_passage(body, "zebra crossing").startswith("The first paragraph.")


def test_a_rare_term_outweighs_one_that_is_everywhere() -> None:
    common = "A task is mentioned here, a task and nothing else. " * 8
    body = "\n\n".join([common] * 4 + ["Cancellation is described here. " + FILLER] + [common] * 4)
    assert "Cancellation" in best_passage(body, "task cancellation", 600)


def test_a_paragraph_that_is_too_long_gives_whole_sentences() -> None:
    body = " ".join(f"Sentence number {n} speaks of topic{n}." for n in range(200))
    passage = best_passage(body, "topic150", 300)
    assert "topic150" in passage
    assert passage.startswith("Sentence")
    assert passage.endswith(".")


def test_inflected_words_count_as_the_same() -> None:
    body = "\n\n".join([FILLER] * 4 + ["Waiting is what it does."] + [FILLER] * 4)
    assert "Waiting is what it does." in best_passage(body, "who waits", 500)


@given(st.text(max_size=3_000), st.text(max_size=60), st.integers(min_value=1, max_value=400))
def test_any_passage_stands_in_the_body_and_is_no_longer_than_asked(body: str, question: str, size: int) -> None:
    passage = best_passage(body, question, size)
    assert passage in body
    assert len(passage) <= size
    assert passage or not body[:size].strip() or not body.strip()
