"""Questions with the words that tools read their words as."""

import pytest

from agentic_search.domain.outcome import Completed, Passage, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.synthesis.evidence.reading import as_read
from agentic_search.synthesis.evidence.writer_input import make_writer_input
from agentic_search.synthesis.extracts.choice import choose


def passages(*texts: str) -> list[Passage]:
    return [Passage(title="", text=text) for text in texts]


@pytest.mark.parametrize(
    ("query", "reading", "expected"),
    [
        ("set a timeut", {"timeut": ["timeout"]}, "set a timeout"),
        ("Timeut?", {"Timeut": ["timeout"]}, "timeout?"),
        ("Wie lese ich eine JSON-Datei?", {"lese": ["read"], "Datei": ["file"]}, "Wie read ich eine JSON-file?"),
        ("如何读取文件", {"读取": ["read"], "文件": ["file"]}, "如何 read  file "),
        ("which Zeile", {"Zeile": ["line", "row"]}, "which row"),
        ("the Port", {"Port": ["portal"]}, "the Port"),
        ("no reading", {}, "no reading"),
    ],
    ids=["misspelt", "in upper case", "foreign", "without spaces", "the commoner meaning", "known elsewhere", "none"],
)
def test_a_word_is_replaced_where_far_more_passages_have_what_it_was_read_as(
    query: str, reading: dict[str, list[str]], expected: str
) -> None:
    texts = ["the timeout of a row", "read a file by row", "a port", "a timeout", "row"]
    assert as_read(query, [reading], passages(*texts)).text == expected


def test_what_stands_for_a_misspelt_word_is_guessed_and_a_translation_is_not() -> None:
    read = as_read("timeut der Datei", [{"timeut": ["timeout"], "Datei": ["file"]}], passages("timeout", "file"))
    assert read.guessed == {"timeout"}


def found(query: str, text: str, read_as: dict[str, tuple[str, ...]]) -> bool:
    result = ToolResult(value=None, text="", passages=tuple(passages(text)), read_as=tuple(read_as.items()))
    plan = Plan(tasks=(Task(id="t1", tool="search", arguments={}),))
    outcome = Completed(task_id="t1", result=result, started_at=0, duration=0)
    return not choose(make_writer_input(query, plan, {"t1": outcome})).nothing_found


def test_an_answer_in_another_language_than_the_question_is_found() -> None:
    text = "Read a file whole, as one text."
    assert found("Wie lese ich eine Datei?", text, {"lese": ("read",), "Datei": ("file",)})
    assert not found("Wie lese ich eine Datei?", text, {})


def test_guesses_alone_answer_nothing() -> None:
    text = "Print a dropping of the value."
    assert not found("painted dripping", text, {"painted": ("print",), "dripping": ("dropping",)})


def test_one_rare_word_of_several_answers_nothing() -> None:
    assert not found("Write a poem about autumn", "Autumn: a style of colours.", {})
    assert found("What is autumn?", "Autumn: a style of colours.", {})
