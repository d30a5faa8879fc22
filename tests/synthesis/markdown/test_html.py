"""An answer becomes HTML that can do nothing but show text, code, tables, marks and links to sources."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.synthesis.markdown.html import AnswerHtml

HTML = AnswerHtml({1, 2}, ["https://docs.example/a b", "https://docs.example/?a=1&b=2", "ftp://docs.example/", "C:/x"])
LINK = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One [1].", '<p>One <a href="#source-1" class="citation">1</a>.</p>\n'),
        ("[1][2]", '<p><a href="#source-1" class="citation">1</a><a href="#source-2" class="citation">2</a></p>\n'),
        ("**bold [1]**", '<p><strong>bold <a href="#source-1" class="citation">1</a></strong></p>\n'),
        ("No source [3], [0], [01].", "<p>No source [3], [0], [01].</p>\n"),
        ("`[1]`", "<p><code>[1]</code></p>\n"),
        ("```\n[1]\n```", "<pre><code>[1]\n</code></pre>\n"),
        ("    [1]", "<pre><code>[1]\n</code></pre>\n"),
        (r"\[1\]", "<p>[1]</p>\n"),
        ("```python\nx < y\n```", '<pre><code class="language-python">x &lt; y\n</code></pre>\n'),
        ('```"><script>\nx\n```', "<pre><code>x\n</code></pre>\n"),
        ("[a](https://docs.example/?a=1&b=2)", f'<p><a href="https://docs.example/?a=1&amp;b=2" {LINK}>a</a></p>\n'),
        ("[a](<https://docs.example/a b>)", f'<p><a href="https://docs.example/a%20b" {LINK}>a</a></p>\n'),
        (
            '[a](https://docs.example/?a=1&b=2 "t")',
            f'<p><a href="https://docs.example/?a=1&amp;b=2" {LINK}>a</a></p>\n',
        ),
        ("[a](https://evil.example)", "<p>a</p>\n"),
        ("[a **b**](//evil.example) c", "<p>a <strong>b</strong> c</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](ftp://docs.example/)", "<p>a</p>\n"),
        ("[a](#source-1)", "<p>a</p>\n"),
        ("<https://evil.example>", "<p>https://evil.example</p>\n"),
        ("https://docs.example/", "<p>https://docs.example/</p>\n"),
        ("[a [1]](https://x.example)", '<p>[a <a href="#source-1" class="citation">1</a>](https://x.example)</p>\n'),
        ("x ![i](https://docs.example/?a=1&b=2) y", "<p>x  y</p>\n"),
        ("[a]\n\n[a]: https://docs.example/?a=1&b=2", "<p>[a]</p>\n<p>[a]: https://docs.example/?a=1&amp;b=2</p>\n"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>\n"),
        ("<!-- c --> &lt;i&gt; &#60;", "<p>&lt;!-- c --&gt; &lt;i&gt; &lt;</p>\n"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>\n'),
        ("", ""),
    ],
)
def test_markdown_becomes_safe_html(text: str, html: str) -> None:
    assert HTML.render(text) == html


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ('<a href="https://evil.example/">x</a>', "<a>x</a>"),
        ('<a href="https://docs.example/?a=1&amp;b=2">x</a>', '<a href="https://docs.example/?a=1&amp;b=2">x</a>'),
        ('<a href="https://docs.example/?a=1&amp;b=3">x</a>', "<a>x</a>"),
        ('<a href="https://docs.example/">x</a>', "<a>x</a>"),
        ('<a href="//docs.example/?a=1&amp;b=2">x</a>', "<a>x</a>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        ('<a href="ftp://docs.example/">x</a>', "<a>x</a>"),
        ('<a href="C:/x">x</a>', "<a>x</a>"),
        ('<a href="#source-1" class="citation">1</a>', '<a href="#source-1" class="citation">1</a>'),
        ('<a href="#source-1x">1</a>', "<a>1</a>"),
        ('<a href="#other">1</a>', "<a>1</a>"),
        ('<a class="button" id="x" onclick="f()" target="_blank">x</a>', "<a>x</a>"),
        ('<a href="#source-1" rel="opener">1</a>', f'<a href="#source-1" {LINK}>1</a>'),
        ('<img src="https://docs.example/?a=1&amp;b=2"><p style="x">y</p>', "<p>y</p>"),
        (
            '<code class="language-python">x</code><code class="evil">y</code>',
            '<code class="language-python">x</code><code>y</code>',
        ),
        ("<script>alert(1)</script><iframe src=x></iframe>", "alert(1)"),
    ],
)
def test_the_second_guard_alone_lets_no_other_tag_attribute_or_address_through(html: str, cleaned: str) -> None:
    assert HTML.clean(html) == cleaned


class RendererOnly(AnswerHtml):
    """Without the second guard."""

    def clean(self, html: str) -> str:
        return html


def test_the_first_guard_alone_lets_no_other_address_through() -> None:
    links = "[a](https://evil.example) [b](//evil.example) <https://evil.example> ![c](https://evil.example) [d](C:/x)"

    assert RendererOnly({1}, ["https://docs.example/", "C:/x"]).render(links) == (
        "<p>a b https://evil.example  d</p>\n"
    )


def test_tables_are_tables_without_styles() -> None:
    html = HTML.render("| a | b |\n|:-:|--:|\n| 1 | [2] |")

    assert "<th>a</th>" in html
    assert '<td><a href="#source-2" class="citation">2</a></td>' in html
    assert "style" not in html


@given(st.text("[]()<>!\"'`*_#|-1 ahttps:/.evil\n&;=\\", max_size=200))
@settings(deadline=None)
def test_no_text_makes_any_other_tag_or_address(text: str) -> None:
    html = HTML.render(text)
    tags = re.findall(r"<[^>]*>", html)
    plain = re.compile(r"</?(?:p|br|hr|em|strong|code|pre|blockquote|ul|ol|li|h[1-6]|table|thead|tbody|tr|th|td)>")
    cited = re.compile(r'<a href="#source-[12]" class="citation">|</a>|<ol start="\d+">|<code class="language-[^"]*">')

    assert all(plain.fullmatch(tag) or cited.fullmatch(tag) for tag in tags)


def test_the_numbers_that_may_be_cited_can_grow() -> None:
    numbers = {1}
    html = AnswerHtml(numbers)
    before = html.render("[2]")
    numbers.add(2)

    assert (before, html.render("[2]")) == ("<p>[2]</p>\n", '<p><a href="#source-2" class="citation">2</a></p>\n')
