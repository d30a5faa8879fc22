"""Marks belong to their letters: words of Hindi, Thai or Yoruba are never cut where they are looked for as words."""

import unicodedata

import pytest

from agentic_search.mcp_servers.documents.parsing.sections import slug
from agentic_search.planning.offline.arguments.argument import Argument
from agentic_search.planning.offline.arguments.nearest import nearest
from agentic_search.planning.offline.arguments.values import Found
from agentic_search.planning.offline.reading.question import read_question, search_words
from agentic_search.synthesis.support.claims import Claims, renames
from agentic_search.text.lexicon import terms

NAMES = ["अमित", "สมชาย", "Ọ̀yọ́", unicodedata.normalize("NFD", "María"), "محمّد", "ரவி"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("question", ["stories by {}", "posts of user {}?", "{}'s latest stories"])
def test_a_person_is_named_whole(name: str, question: str) -> None:
    assert read_question(question.format(name)).people == (name,)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_and_a_folder_are_named_whole(name: str) -> None:
    assert read_question(f"open {name}.md").paths == (f"{name}.md",)
    assert read_question(f"open notes/{name}/a.md").paths == (f"notes/{name}/a.md",)


def test_a_word_of_one_letter_and_its_vowel_is_searched_for() -> None:
    assert search_words("what is घी?") == "घी"


@pytest.mark.parametrize(("one", "other"), [("Ọ̀yọ́", "Ọ̀ṣun"), ("Ẹ̀gbá", "Ẹ̀kìtì")])
def test_a_name_in_place_of_another_is_seen_behind_marks(one: str, other: str) -> None:
    text = "the king of {} came"
    assert renames(Claims(text.format(one)), Claims(text.format(other)))
    assert not renames(Claims(text.format(one)), Claims(text.format(one)))


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("लंबाई", "चौड़ाई", "चौड़ाई 5 मीटर, लंबाई 7 मीटर"),
        ("நீளம்", "அகலம்", "அகலம் 5 மீட்டர், நீளம் 7 மீட்டர்"),
    ],
)
def test_a_value_belongs_to_the_argument_whose_word_stands_by_it(first: str, second: str, text: str) -> None:
    arguments = [argument(first), argument(second)]
    found = [Found(int(digit), text.index(digit), text.index(digit) + 1, 0.0) for digit in "57"]
    values = nearest(arguments, found, text)
    assert (values[first].value, values[second].value) == (7, 5)


def argument(name: str) -> Argument:
    return Argument(name, {"type": "number"}, "number", frozenset(terms(name)), required=True)


def test_an_anchor_keeps_the_vowels_of_its_heading() -> None:
    assert slug("हिन्दी विषय!") == "हिन्दी-विषय"
