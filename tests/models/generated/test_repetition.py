"""A model that repeats itself is noticed soon; what only looks alike is not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.models.generated.repetition import RepetitionDetector, without_repetition

PARAGRAPH = (
    "The city lies on the Seine. It has many bridges and one tower. Its people like bread, and cheese is eaten at noon"
    " with wine of all kinds, as the old books say of it. "
)
WEATHER = ["rain", "wind", "sun", "moon", "snow", "hail", "fog", "frost", "ice", "heat"]
NUMBERS = random.Random(8)


def noticed(text: str, *, piece: int = 100_000) -> int | None:
    """How much of the text there was when it was noticed."""
    detector = RepetitionDetector()
    for start in range(0, len(text), piece):
        found = detector.feed(text[start : start + piece])
        if found is not None:
            return start + found
    return None


@pytest.mark.parametrize(
    "once",
    [
        "Paris ",
        "a",
        " ",
        "\n",
        "😀",
        "0, ",
        "The answer is: Paris. ",
        "Ответ: Париж, столица Франции. ",
        "答案是巴黎。",
        "- The capital of France is Paris [1].\n",
        "| a | b |\n",
        PARAGRAPH,
        '{"tool":"list_documents","with":{}},',
        "```python\nx = 1\n```\n",
    ],
)
@pytest.mark.parametrize("before", ["", "Apples are red [1]. Pears are green [2].\n\n", '{"tasks":[', "1945 "])
def test_a_repetition_is_noticed_within_a_hundred_tokens_and_ends_after_its_first_time(before: str, once: str) -> None:
    text = before + once * 1_000
    found = noticed(text)

    assert found is not None
    assert found - len(before + once) <= 416
    assert without_repetition(text[:found]).strip() in (before + once).strip() + once
    assert noticed(text, piece=1) == noticed(text, piece=7) == found


@pytest.mark.parametrize(
    "line",
    [
        "{}. The capital is Paris.\n",
        '{{"id":"t{}","tool":"list_documents","with":{{}}}},',
        "Step {}: think again. ",
        "第{}章：巴黎。\n",
    ],
)
def test_a_list_in_which_only_a_counter_rises_is_a_repetition(line: str) -> None:
    text = "So:\n" + "".join(line.format(number) for number in range(1, 300))
    found = noticed(text)

    assert found is not None
    assert found <= 340
    assert without_repetition(text[:found]).strip() == "So:\n" + line.format(1).strip()
    assert noticed(text, piece=1) == noticed(text, piece=5) == found


@pytest.mark.parametrize(
    "text",
    [
        "| Year | Value |\n|---|---|\n" + "".join(f"| {year} | no data |\n" for year in range(2000, 2030)),
        "".join(f"| {year} | {NUMBERS.random():.3f} |\n" for year in range(1900, 2030)),
        "|" + "------|" * 30 + "\n",
        "=" * 120 + "\nTitle\n" + "=" * 120,
        "[" + ", ".join(str(number) for number in range(400)) + "]",
        str([NUMBERS.randrange(100) for _ in range(900)]),
        "```\n" + "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0],\n" * 10 + "```\n",
        "```python\n" + "".join(f"print(f({number}))\n" for number in range(40)) + "```\n",
        "".join(f"- {name} scored 12 points in the last game.\n" for name in WEATHER),
        "".join(f"Chapter {number}: page {number * number}\n" for number in range(1, 80)),
        "".join(f"Verse of {word}, and of the sea,\n{PARAGRAPH}\n" for word in WEATHER),
        "la la la la la, " * 8 + "sing with me",
        '{"tasks":[' + ",".join(f'{{"tool":"search","with":{{"query":"{word}"}}}}' for word in WEATHER) + "]}",
        "w1 w2 w3 w4 w5 w6 w7 w8 w9 " + " ".join(f"w{number}" for number in range(10, 300)),
    ],
)
def test_what_only_looks_alike_is_no_repetition(text: str) -> None:
    assert noticed(text) is None
    assert without_repetition(text) == text


@given(
    st.text(alphabet="ab1 \n|`", max_size=30), st.integers(1, 90), st.lists(st.integers(1, 50), min_size=1, max_size=9)
)
def test_it_is_noticed_at_the_same_place_however_the_text_comes(text: str, times: int, sizes: list[int]) -> None:
    whole = "Begin. " + text * times
    detector, start, place = RepetitionDetector(), 0, None
    while place is None and start < len(whole):
        size = sizes[start % len(sizes)]
        found = detector.feed(whole[start : start + size])
        place, start = (None if found is None else start + found), start + size

    assert place == noticed(whole)
