"""However an answer comes in pieces, its blocks are those of the whole."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.synthesis.markdown.blocks import BlockSplitter, Step
from agentic_search.synthesis.markdown.html import AnswerHtml, Block

_LINES = r"|para|more [1]|- a|- b|* c|  inner|    deep|1. one|10. ten|  ```|```|```py|~~~|````|> q|# h|---|***|==="
_MORE_LINES = r"a \| b|--- \| ---|[1]: http://x.y|<b>|**bold**|*|-|1|+ x| |\tx|`a|12) z"
LINES = st.sampled_from(
    [line.replace("\0", "|").replace(r"\t", "\t") for line in f"{_LINES}|{_MORE_LINES}".replace(r"\|", "\0").split("|")]
)
TEXTS = st.lists(LINES, max_size=14).map("\n".join)


def split(*pieces: str) -> list[Step]:
    splitter = BlockSplitter(AnswerHtml({1}))
    return [step for piece in pieces for step in splitter.feed(piece)] + splitter.finish()


def blocks(steps: list[Step]) -> list[str]:
    return [block for step in steps for block in step.blocks]


@given(TEXTS, st.lists(st.integers(0, 60), max_size=8))
@settings(deadline=None)
def test_blocks_of_a_text_in_any_pieces_are_the_blocks_of_the_whole(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[begin:end] for begin, end in pairwise(places)]

    steps = split(*pieces)

    assert "".join(blocks(steps)) == AnswerHtml({1}).render(text)
    assert "".join(step.text for step in steps) == text
    assert blocks(steps) == blocks(split(*text))


@pytest.mark.parametrize(
    ("shown", "rest", "html"),
    [
        ("A paragraph.\n\n", "Next", "<p>A paragraph.</p>\n"),
        ("# Heading\n\n", "Next", "<h1>Heading</h1>\n"),
        ("> Quote\n> more\n\n", "Next", "<blockquote>\n<p>Quote\nmore</p>\n</blockquote>\n"),
        ("```\ncode\n```\n\n", "Next", "<pre><code>code\n</code></pre>\n"),
        ("```\ncode\n\nmore\n```\n", "Next", "<pre><code>code\n\nmore\n</code></pre>\n"),
        ("- one\n- two\n\n", "Next", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        ("- one\n\n", "**Next**", "<ul>\n<li>one</li>\n</ul>\n"),
        ("- one\n\n- two\n\n", "Next", "<ul>\n<li>\n<p>one</p>\n</li>\n<li>\n<p>two</p>\n</li>\n</ul>\n"),
        ("| a |\n|---|\n| b |\n\n", "Next", None),
    ],
)
def test_a_finished_block_is_given_before_any_text_that_follows_it(shown: str, rest: str, html: str | None) -> None:
    splitter = BlockSplitter(AnswerHtml({1}))
    steps = [step for character in shown + rest for step in splitter.feed(character)]
    texts = [*accumulate(step.text for step in steps)]
    (place,) = (place for place, step in enumerate(steps) if step.blocks)

    assert texts[place] == shown
    assert html is None or steps[place].blocks == (html,)


def test_a_definition_of_a_link_changes_no_block_that_came_before() -> None:
    steps = split("See [docs] and [1].\n\n", "[docs]: https://evil.example\n[1]: https://evil.example\n")

    assert "".join(blocks(steps)).count("<a ") == 2
    assert 'href="https://evil.example"' not in "".join(blocks(steps))


class CountingHtml(AnswerHtml):
    """Counts the characters that are read as Markdown."""

    read = 0

    def blocks(self, text: str) -> list[Block]:
        self.read += len(text)
        return super().blocks(text)


@pytest.mark.parametrize(
    "line",
    [
        "- item\n\n",
        "text\n",
        "- a\n",
        "text\n\n",
        "10. a\n  ```\n x\n\ny\n\n",
        "> q\n",
        "`",
        "```\na\n\nb\n",
        "    x\n\n",
        "1",
    ],
)
def test_each_character_is_read_a_few_times_at_most(line: str) -> None:
    html = CountingHtml({1})
    splitter = BlockSplitter(html)
    for piece in [line] * 300:
        splitter.feed(piece)
    splitter.finish()

    assert html.read <= 4 * 300 * len(line)
