"""Texts cut short: behind a sentence, else behind a clause or a word, and never inside one; whole sentences."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.text.sentences import shortened, split_sentences, whole_sentences

WORDS = st.text("abcdeéñ", min_size=1, max_size=12)
MARKS = st.sampled_from(["", "", "", ",", ";", ".", "?", "!", ":", "…"])
PROSE = st.lists(st.tuples(WORDS, MARKS).map("".join), max_size=60).map(" ".join)


@given(PROSE, st.integers(1, 200))
def test_what_is_kept_is_the_beginning_of_the_text_in_whole_words(text: str, longest: int) -> None:
    kept = shortened(text, longest)
    assert len(kept) <= longest
    assert text.startswith(kept)
    assert not kept or re.match(r"$|\W", text[len(kept) :])
    assert kept or not text or len(text.split()[0]) > longest


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("Short  enough.\nYes.", 40, "Short enough. Yes."),
        ("Find stories. Then read them one by one.", 20, "Find stories."),
        ("Take it, e.g. for Dr. Smith. And more of this.", 30, "Take it, e.g. for Dr. Smith."),
        ("Path in the folder, as guide.md, or an address that a search gave.", 40, "Path in the folder, as guide.md"),
        ("one two three four", 9, "one two"),
        ("検索する。文書を読む。", 6, "検索する。"),
        ("検索する文書を読む", 4, "検索する"),
        ("x" * 50, 20, ""),
        ("", 20, ""),
    ],
)
def test_where_a_text_is_cut(text: str, longest: int, kept: str) -> None:
    assert shortened(text, longest) == kept


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. J. R. R. Tolkien met Dr. Smith at 5 p.m.", "They left in the U.S. Army."],
        ["No.", "It is red, e.g. as No. 5 is.", "The answer is 5.", "Then we go."],
        ["Die Miete ist bis zum 5. Werktag zu zahlen.", "Am 12. 5. 2020 mahnte er."],
        ["Im 19. Jahrhundert, z. B. in Wien, vgl. Abb. 3 und Nr. 5, war es so.", "„So ist es.“", "Dann ging er."],
        ["M. Dupont, p. ex. le prof. Martin, cf. art. 5, est venu.", "Il est parti."],
        ["El Sr. López vive en EE. UU. desde 1990.", "¿Por qué?", "Ver pág. 7 y núm. 8."],
        ["Il Sig. Rossi e il Dott. Bianchi, v. pag. 3, ecc. vennero.", "Poi basta."],
        ["O Sr. Silva e a Dra. Souza moram na Av. Brasil.", "São amigos."],
        ["Setkání je 5. října v Praze, např. na nám. Míru.", "Potom jdeme."],
        ["Zebranie jest dnia 5. Maja przy ul. Długiej, tj. u nas.", "Potem idziemy."],
        ["5 мая 2020 г. в Москве, на ул. Ленина, А. С. Пушкин и т. д. были.", "Потом ушли."],
        ["5. Mayıs tatil, bkz. Doç. Dr. Ö. Şahin.", "Sonra iş."],
        ["Παράδειγμα, π.χ. Αθήνα, είναι πόλη.", "Και άλλη."],
        ["Den 5. Maj kom han, bl.a. Per.", "Sedan gick han."],
        ["今天下雨。", "明天呢？", "好！"],
        ["यह पहला है।", "यह दूसरा है।"],
    ],
)
def test_sentences_end_where_people_end_them_in_any_language(sentences: list[str]) -> None:
    """Not at ordinals, dates, initials and what is shortened."""
    assert split_sentences(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Red is fine. [1] Gre", "Red is fine. [1]"),
        ("红。[1]绿", "红。[1]"),
        ("Two kinds, e.g. the r", ""),
        ("Apples are red. 3. Pea", "Apples are red."),
        ("- Apples\n- Pea", "- Apples"),
        ("It was in 2023. The e", "It was in 2023."),
        ("Red ones [1]: the", "Red ones [1]:"),
        ("All of it [1].", "All of it [1]."),
        ("", ""),
    ],
)
def test_what_is_whole_of_a_text_that_was_cut_off(text: str, whole: str) -> None:
    assert whole_sentences(text) == whole


@pytest.mark.parametrize("row", [".", "…", "!?", ". ", ".)", ".[1]", "。」"])
def test_a_row_of_dots_is_read_once_not_from_each_of_them(row: str) -> None:
    """Tables of contents are full of them; read from each of 200,000, they would take a quarter of an hour."""
    text = f"Contents {row * (200_000 // len(row))} 3"
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())
