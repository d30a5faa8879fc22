"""Thoughts, control tokens and other turns are taken out of a reply however it is cut into pieces; nothing else is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.models.chat import ModelOutput, Retracted
from agentic_search.models.generated.reader import ReplyReader

HARMONY = "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>yes<|return|>"


def filtered(*pieces: str, json: bool = False) -> str:
    """What comes out of a reader for a stream of these pieces."""
    reader = ReplyReader(json=json)
    text = ""
    for items in [*map(reader.feed, pieces), reader.finish()]:
        for item in items:
            text = "" if isinstance(item, Retracted) else text + item
    return text


def cut(text: str, places: list[int]) -> list[str]:
    """The text in pieces."""
    edges = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", ""),
        ("plain", "plain"),
        ("  plain ", "  plain "),
        ("<think>hm</think>yes", "yes"),
        ("\n<think>\nhm\n</think>\n\nyes\n", "yes\n"),
        ("<think></think>yes", "yes"),
        ("<think>a</think> <think>b</think>yes", "yes"),
        ("<think>a < b </ think></think>yes", "yes"),
        ("<think>never ends", ""),
        ("<thin", "<thin"),
        ("<thing>", "<thing>"),
        ("Models write <think>x</think> first.", "Models write <think>x</think> first."),
        ("<think>a</think>Then <think> is a tag.", "Then <think> is a tag."),
        ("</think>yes", "yes"),
        ('<think>plan</think>{"tasks": []}', '{"tasks": []}'),
    ],
)
def test_only_leading_thinking_is_removed(text: str, answer: str) -> None:
    assert filtered(text) == answer
    assert filtered(*text) == answer


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("<think>", "</think>"),
        ("<Thinking>\n", "\n</Thinking>\n"),
        ("<thought>", "</thinking>"),
        ("<reasoning>", "</reasoning>"),
        ("<reflection>", "</reflection>"),
        ("<seed:think>", "</seed:think>"),
        ("[THINK]", "[/THINK]"),
        ("◁think▷", "◁/think▷"),
        ("<|begin_of_thought|>", "<|end_of_thought|>\n\n<|begin_of_solution|>"),
        ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
        ("<|channel>thought\n", "<channel|>"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("<|channel|>commentary to=f <|constrain|>json<|message|>", "<|channel|>final<|message|>"),
        ("<|start|>assistant<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("analysis", "assistantfinal"),
    ],
)
@pytest.mark.parametrize(
    "thought",
    ["The user asks.", "A < B\n\n```python\nx = 1\n", "Say `<b>`, <|im_end|> [1]\n# Title\n- one", "Δ思考 " * 40],
)
def test_thoughts_of_every_form_are_removed(begin: str, end: str, thought: str) -> None:
    for pieces in ([f"{begin}{thought}{end}Yes [1]."], [*f"{begin}{thought}{end}Yes [1]."]):
        assert filtered(*pieces) == "Yes [1]."
    assert filtered(f"{begin}{thought}") == ""
    assert filtered(*f"{begin}{thought}{end}") == ""


@pytest.mark.parametrize(
    "thought",
    ["Okay, he asks.\n", "So it is Paris.", "I'll say Paris", "<think>inner</think> and on\n", "- one\n- two\n"],
)
@pytest.mark.parametrize("end", ["</think>\n\n", "</think>", "<|end|><|start|>assistant<|channel|>final<|message|>"])
def test_before_an_end_without_a_beginning_all_was_thought(thought: str, end: str) -> None:
    assert filtered(f"{thought}{end}Paris.") == "Paris."
    assert filtered(*f"{thought}{end}Paris.") == "Paris."


def test_what_was_given_of_such_a_thought_is_retracted() -> None:
    reader = ReplyReader()
    given: list[ModelOutput] = [
        item for piece in ("Okay, so ", "Paris.\n", "</think>", "Par", "is.") for item in reader.feed(piece)
    ]
    assert given == ["Okay, so ", "Paris.\n", Retracted(), "Par", "is."]


def test_a_thought_in_one_piece_needs_no_retraction() -> None:
    assert ReplyReader().feed("Okay, so.\n</think>\nParis.") == ["Paris."]


def test_a_later_thought_goes_where_it_begins_a_line_and_what_stands_before_stays() -> None:
    assert filtered("One.\n<think>hm</think>\ntwo") == "One.\n\ntwo"
    assert filtered("One.\n  <think>never ends") == "One.\n  "
    assert filtered("One.\n<think>a<think>b</think>c</think>d") == "One.\ncd"


@pytest.mark.parametrize(
    "text",
    [
        "The `<think>` tag comes before `</think>`.",
        "It ends with the </think> tag, always.",
        'Look for "</think>".',
        "The pair <think> and </think> stand around it.",
        "```xml\n<think>\nhm\n</think>\n```\nThat is it.",
        "> ```\n> </think>\n> <|im_end|>\n> ```\n",
        "~~~\n<|im_start|>user\nHi<|im_end|>\n~~~\n",
        "In ChatML `<|im_end|>` ends a turn.",
        "<thinkers> think",
        "a <| b |> c <|",
        "analysis of [2] and <b>bold</b>",
        "analysis",
        "Use [INSTALL] and [THINKPAD], <sample>, <end>, <user>.",
        "</thinker> 1 </ 2 <|not closed",
    ],
)
def test_an_answer_that_speaks_of_marks_keeps_them(text: str) -> None:
    assert filtered(text) == text
    assert filtered(*text) == text


@pytest.mark.parametrize(
    "end",
    [
        "<|im_end|>",
        "<|endoftext|>",
        "<|eot_id|>",
        "<|end|>",
        "<|return|>",
        "</s>",
        "<eos>",
        "<end_of_turn>",
        "<turn|>",
        "[/INST]",
        "<｜end▁of▁sentence｜>",
        "<|END_OF_TURN_TOKEN|>",
        "<|im_start|>user",
        "<|im_start|>assistant\n",
        "<|start_header_id|>user<|end_header_id|>",
        "<start_of_turn>user",
        "<｜User｜>",
        "<|user|>",
        "<|im_user|>user<|im_middle|>",
        "[INST]",
        "<<SYS>>",
        "<|endofprompt|>",
    ],
)
def test_the_text_ends_with_the_turn(end: str) -> None:
    text = f"Paris [1].{end}\nAnd more?{end}More."
    assert filtered(text) == "Paris [1]."
    assert filtered(*text) == "Paris [1]."


@pytest.mark.parametrize(
    "begin",
    [
        "<s>",
        "<bos>",
        "</s>",
        "[/INST] ",
        "<|im_start|>assistant\n",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<start_of_turn>model\n",
        "<|assistant|>\n",
        "<｜Assistant｜>",
        "<|im_assistant|>assistant<|im_middle|>",
        "<|start_of_role|>assistant<|end_of_role|>",
        "<|channel|>final<|message|>",
        "<|reserved_special_token_7|>",
        "<answer>",
        "<think>hm</think><output>",
    ],
)
def test_what_opens_the_models_own_turn_is_left_out(begin: str) -> None:
    assert filtered(f"{begin}Paris.") == "Paris."
    assert filtered(*f"{begin}Paris.") == "Paris."


def test_tags_around_the_answer_go_wherever_they_begin_a_line() -> None:
    assert filtered("Let me see.\n<answer>Paris.</answer>\n") == "Let me see.\nParis.\n"
    assert filtered("The <answer> tag and </answer>.") == "The <answer> tag and </answer>."


def test_somebody_elses_turn_is_no_answer() -> None:
    assert filtered("<|im_start|>user\nWhere?<|im_end|>\n<|im_start|>assistant\nParis.") == ""


def test_marks_in_the_strings_of_json_are_text() -> None:
    plan = '{"tasks": [{"q": "what is <|im_end|>, a \\"</think>\\" [/INST]?"}]}'
    assert filtered(f"<think>hm {{</think>{plan}<|im_end|>", json=True) == plan
    assert filtered(*f"It's so.\n</think>\n{plan}", json=True) == plan


def test_who_writes_on_past_the_turn_is_told_apart_from_who_ends() -> None:
    reader = ReplyReader()
    reader.feed("Paris.<|im_end|>\n<|endoftext|>")
    assert not reader.past_its_turn
    reader.feed("\n<|im_start|>user\nAnd what is the capital of Spain?")
    assert reader.past_its_turn


_WORDS = """
<think> </think> [THINK] [/THINK] <|channel|> analysis final <|message|> <|end|> <|start|> assistant assistantfinal
<|im_end|> <|im_start|> user </s> <answer> </answer> <|end_of_thought|> <| |> < > [ ] ` ``` ~~~ " \\ { } . a é 思
"""
_MARKS = [*_WORDS.split(), " ", "\n", "\n\n", "    ", "> ", "- ", HARMONY]
_TEXTS = st.lists(st.sampled_from(_MARKS), max_size=14).map("".join)


@given(_TEXTS, st.lists(st.integers(min_value=0, max_value=120), max_size=8), st.booleans())
def test_how_the_stream_is_cut_changes_nothing(text: str, places: list[int], json: bool) -> None:
    assert filtered(*cut(text, places), json=json) == filtered(text, json=json)


@given(st.text(alphabet=st.characters(exclude_characters="<")), st.text(alphabet=st.characters(exclude_characters="<")))
def test_an_answer_after_thinking_arrives_whole(thinking: str, answer: str) -> None:
    assert filtered(f"<think>{thinking}</think>{answer}") == answer.lstrip()


def test_an_answer_is_not_held_back() -> None:
    answer = ReplyReader()
    given = ["".join(map(str, answer.feed(piece))) for piece in ("<", "b>bold", "</b", "> text <think", "er>")]
    assert given == ["", "<b>bold", "</b", "> text ", "<thinker>"]


def test_thinking_is_not_hoarded() -> None:
    answer = ReplyReader()
    answer.feed("<think>")
    for _ in range(1000):
        assert answer.feed("and so on ") == []
    assert answer.feed("</think>done") == ["done"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sure! <think>The user asks.</think> Paris.", "Sure!  Paris."),
        ("Paris.<think>Was that right?</think>", "Paris."),
        ("The rules:<think>Never said", "The rules:"),
        ("It writes (<think>) first.", "It writes (<think>) first."),
    ],
)
def test_a_thought_behind_the_end_of_a_sentence_is_one(written: str, meant: str) -> None:
    reader = ReplyReader()
    assert "".join(text for text in (*reader.feed(written), *reader.finish()) if isinstance(text, str)) == meant
