"""Characters are counted by kind, each once, however texts are put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.models.characters import (
    ACCENTED_LETTERS,
    KINDS,
    LETTERS,
    LINE_END,
    PADDING,
    SPACE,
    CharacterKind,
    count_characters,
)


def counted(text: str) -> dict[int, int]:
    return {place: number for place, number in enumerate(count_characters(text)) if number}


def place(kind: CharacterKind) -> int:
    (found,) = (place for place, each in enumerate(KINDS) if each is kind)
    return found


def kind_of(character: str) -> int:
    (found,) = counted(character)
    return found


@given(st.text())
def test_every_character_is_of_one_kind(text: str) -> None:
    assert sum(count_characters(text)) == len(text)


@pytest.mark.parametrize(
    "alike", ["az", "AZ", "09", "{~\x00", "éßłǅ", "яЁѣ", "λאع", "कไგế", "—„€", "中かカ，。", "한글", "🎉𠮷"]
)
def test_characters_of_one_script_are_of_one_kind(alike: str) -> None:
    assert len({kind_of(character) for character in alike}) == 1


def test_scripts_are_told_apart() -> None:
    assert len({kind_of(character) for character in "aA0{éяλक—中한🎉"}) == 12


def test_blanks_between_words_are_told_from_padding() -> None:
    assert counted("one two\nthree") == {
        place(LETTERS): 11,
        place(SPACE): 1,
        place(LINE_END): 1,
    }
    assert counted("a" + " " * 1_000 + "b")[place(PADDING)] == 998


def test_letters_near_accents_are_a_kind_of_their_own() -> None:
    plain, accented = place(LETTERS), place(ACCENTED_LETTERS)
    text = "plain words " * 100 + "schöne Wörter " * 50
    counts = counted(text)
    assert counts[plain] > 900
    assert counts[accented] >= 450
    assert accented not in counted("plain — “quoted” words of a naïf".replace("ï", "i"))


def test_text_that_is_not_valid_unicode_is_counted_too() -> None:
    assert sum(count_characters("\ud800 broken")) == 8
