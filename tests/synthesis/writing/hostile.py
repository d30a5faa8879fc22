"""Texts such as models have written, or could: about 300 or a fifth, each with its own seed, the same at every run."""

import random
import string
from collections.abc import Callable, Iterator

from agentic_search.synthesis.writing.prompt import INSTRUCTIONS
from tests.support.effort import cases

GOOD = "Some apples are red [1]. Pears are green [2]."
ALPHABETS = (
    "abcdefgh ",
    "αβγδεζη ",
    "абвгдежз ",
    "אבגדה ",
    "ابتثج ",
    "हिन्दी ",
    "这是一个苹果。",
    "ไทยภาษา",
    "🍎🍏🍐 ",
    "𝔞𝔟𝔠 ",
)
CONTROL = (
    "<|im_end|> <|im_start|> <|endoftext|> <|eot_id|> <|end|> <|start|> <|return|> </s> <s> <end_of_turn> [/INST]"
    " [INST] <｜end▁of▁sentence｜> <｜User｜> <|START_OF_TURN_TOKEN|> <|start_header_id|> <bos> <eos> <|assistant|>"
)
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reflection>", "</reflection>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("analysis", "assistantfinal"),
    ("", "\n</think>\n"),
    ("", "<|end|><|start|>assistant<|channel|>final<|message|>"),
)
SECRET = "SECRETLY"
"""Stands in every thought."""


def _words(chance: random.Random, alphabet: str, count: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(cases(count)))


def _loop(chance: random.Random) -> str:
    once = _words(chance, chance.choice(ALPHABETS), chance.randrange(1, 90))
    before = chance.choice(["", GOOD + " ", GOOD + "\n\n", "1. "])
    return before + (once + chance.choice([" ", ".", "\n", ". ", " [1]. "])) * 400


def _counter(chance: random.Random) -> str:
    line = _words(chance, chance.choice(ALPHABETS[:4]), chance.randrange(8, 50)).strip() or "apple"
    return GOOD + "\n\n" + "".join(f"{number}. {line}\n" for number in range(chance.randrange(9), 300))


def _marks(chance: random.Random) -> str:
    marks = [
        f"[{chance.randrange(3, 99)}]",
        "[n]",
        "[N]",
        "[source n]",
        "【9†L1】",
        "[^2]",
        "(source 8)",
        "[n1, n2]",
    ]
    return " ".join(chance.choice([*marks, "red", "apples", GOOD]) for _ in range(30))


def _alphabet(chance: random.Random) -> str:
    return _words(chance, chance.choice(ALPHABETS), chance.randrange(1, 900))


def _control(chance: random.Random) -> str:
    tokens = CONTROL.split()
    return "".join(
        chance.choice([*tokens, *tokens, GOOD, "\n", " ", "user\nAnd pears?", "assistant\n"]) for _ in range(25)
    )


def _thought(chance: random.Random) -> str:
    begin, end = chance.choice(THOUGHTS)
    inside = f"So {SECRET} {_words(chance, chance.choice(ALPHABETS), chance.randrange(200))} [1] $x\n {SECRET}."
    after = ("", GOOD, f"{GOOD}\n\n<think>{SECRET}</think>\n{GOOD}", f"\n\n{GOOD}\n<|im_end|>")
    if begin:
        return begin + inside.replace("$", "```") + chance.choice([end, end, end, ""]) + chance.choice(after)
    return inside + end + chance.choice(after)


def _prompt(chance: random.Random) -> str:
    lines = [line for line in INSTRUCTIONS.splitlines() if line]
    parts = [*lines, *lines, '<source id="1" title="x">\nApples.\n</source>', "<question>", "</question>", "</source>"]
    parts += ["### Human: And?", "User: And pears?", GOOD, GOOD, '<source id="2">']
    return "\n".join(chance.choice(parts) for _ in range(12))


def _brackets(chance: random.Random) -> str:
    return GOOD + chance.choice(["<", "[", "`", "◁", "<|", "[[", "</", "<think", "**", "| ", "> ", "- "]) * 1_500


def _unbroken(chance: random.Random) -> str:
    return _words(chance, string.ascii_letters + string.digits, 100_000)


def _anything(chance: random.Random) -> str:
    parts = [*CONTROL.split(), *(part for pair in THOUGHTS for part in pair if part), *INSTRUCTIONS.splitlines(), GOOD]
    parts += [
        "[n]",
        "[1]",
        "`",
        "```\n",
        "\n",
        " ",
        "\\",
        '"',
        "{",
        "}",
        "\x00",
        "\ud800",
        "😀",
        "<b>",
        "&lt;",
        "User: ",
    ]
    return "".join(chance.choice(parts) for _ in range(40))


HOSTILE_KINDS: dict[str, tuple[Callable[[random.Random], str], int]] = {
    "loops": (_loop, 50),
    "counters": (_counter, 15),
    "marks of nothing": (_marks, 30),
    "other alphabets": (_alphabet, 40),
    "control tokens": (_control, 40),
    "thoughts": (_thought, 50),
    "the prompt": (_prompt, 30),
    "brackets": (_brackets, 12),
    "no space": (_unbroken, 2),
    "anything": (_anything, 40),
}
"""What makes a text of each kind, and how many texts of it there are."""


def hostile_texts(kind: str) -> Iterator[str]:
    """The texts of one kind."""
    make, count = HOSTILE_KINDS[kind]
    for seed in range(count):
        yield make(random.Random(seed))
