"""Letters that are written in several ways, in one form."""

import pytest

from agentic_search.text.folding import normal
from agentic_search.text.lexicon import stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ISPARTA'nın", "ısparta'nin"),
        ("ŞEHİR", "şehir"),
        ("DİYARBAKIR", "Diyarbakır"),
        ("STRASSE", "Straße"),
        ("Mäuse", "mause"),
        ("ЁЛКА", "елка"),
        ("за́мок", "замок"),
        ("ΛΌΓΟΣ", "λογος"),
        ("Ἀθῆναι", "Αθηναι"),
        ("القَلَم", "القلم"),
        ("أحمد إسلام آسيا", "احمد اسلام اسيا"),
        ("جميــــل", "جميل"),
        ("على", "علي"),
        ("کتاب ایران", "كتاب ايران"),
        ("می‌خواهم", "میخواهم"),
        ("שָׁלוֹם", "שלום"),
        ("Đà Nẵng tiếng Việt", "da nang tieng viet"),
        ("हिन्दी", "हिंदी"),
        ("ज़रूर", "जरूर"),
        ("चाँद", "चांद"),
        ("Łódź Ångström København", "lodz angstrom kobenhavn"),
        ("Æsir œuvre", "aesir oeuvre"),
        ("Ａｂｃ１２", "abc12"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("۱۲۳ ٤٥ १२ ๖๗", "123 45 12 67"),
        ("soft\u00adware", "software"),
        ("한국", "한국"),
        ("Cafe\u0301", "CAFÉ"),
    ],
)
def test_what_is_written_in_several_ways_has_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(("one", "other"), [("йод", "иод"), ("अन्य", "अंय"), ("schön", "schon mal")])
def test_letters_that_tell_words_apart_stay(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize("word", ["हिन्दी", "क्षेत्रों", "தமிழ்", "İstanbul", "العَرَبِيَّة"])
def test_marks_do_not_cut_words(word: str) -> None:
    assert words(word) == [normal(word)]


def test_latin_letters_beside_others_are_words_of_their_own() -> None:
    assert stems("東京ABCタワー") == ["東京", "abc", "タワ", "ワー"]
    assert stems("人々と𠮷野家") == ["人々", "々と", "と𠮷", "𠮷野", "野家"]


def test_an_ascii_text_is_normal_already() -> None:
    assert normal("a-b 1\n") == "a-b 1\n"
