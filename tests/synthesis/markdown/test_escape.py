"""Text of others shows as it is and does nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.synthesis.markdown.escape import code_block, code_span, escape_markdown
from agentic_search.synthesis.markdown.html import AnswerHtml
from tests.synthesis.evidence.samples import bare, visible

HTML = AnswerHtml(range(1, 100), ["https://evil.example/"])

TRICKS = [
    "# heading",
    "## heading ##",
    "* item",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "---",
    "***",
    "===",
    "```",
    "~~~",
    "a\n```\nb",
    "text\n===",
    "text\n---",
    "a | b\n--- | ---\nc | d",
    "[1]",
    "[text](https://evil.example/)",
    "[text][1]",
    "[1]: https://evil.example/",
    "![image](https://evil.example/)",
    "<https://evil.example/>",
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "**bold** *em* __bold__ _em_",
    "&lt;b&gt; &amp; &#35;",
    "line  \nbreak",
    "line\\\nbreak",
    "    indented",
    "\\*escaped\\*",
    "`code` and ``co`` and `` ` ``",
    "`unclosed",
    "``[1]`",
    "snake_case_name and __init__",
]


@pytest.mark.parametrize("text", TRICKS)
def test_tricks_of_markdown_and_html_show_as_they_are(text: str) -> None:
    html = HTML.render(escape_markdown(text))

    assert set(re.findall(r"<(\w+)", html)) <= {"p", "code"}
    assert bare(visible(html)) == bare(text)


@given(st.text("#*-+>`~[]()<>!&\\_|=1.: ab\n\t;\"'"))
@settings(deadline=None)
def test_any_text_shows_as_it_is_in_a_quote(text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in escape_markdown(text).split("\n"))
    html = HTML.render(quoted)

    assert set(re.findall(r"<(\w+)", html)) <= {"blockquote", "p", "code"}
    assert bare(visible(html)) == bare(text)


@given(st.text("`ab \n[1]~<"))
@settings(deadline=None)
def test_code_cannot_end_its_fence(text: str) -> None:
    html = HTML.render(code_block(text))

    assert html.startswith("<pre><code>")
    assert html.endswith("</code></pre>\n")
    assert html.count("<") == 4


@given(st.text("`ab [1]<").filter(lambda text: text.strip()))
@settings(deadline=None)
def test_code_cannot_end_its_span(text: str) -> None:
    html = HTML.render(code_span(text))

    assert html.startswith("<p><code>")
    assert html.endswith("</code></p>\n")
    assert html.count("<") == 4
