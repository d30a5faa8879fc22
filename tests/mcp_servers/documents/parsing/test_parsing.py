"""Bytes of each kind become documents, or one sentence says why not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.documents.parsing.decoding import MOST_CHARACTERS, decode
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.formats.titles import telling
from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.documents.parsing.markdown import parse_markdown
from agentic_search.mcp_servers.documents.parsing.page import parse_html
from agentic_search.mcp_servers.documents.parsing.pdf import parse_pdf
from agentic_search.mcp_servers.documents.parsing.work import parse, parse_plain
from tests.mcp_servers.documents.pdf import make_pdf


def anchors(document: Document) -> list[str]:
    return [section.anchor for section in document.sections]


def test_markdown_is_cut_at_its_headings_of_both_styles() -> None:
    document = parse_markdown(b"# Guide\n\nintro\n\nInstalling\n----------\n\npip\n\n### On *Linux* `now`\n\napt\n")
    assert anchors(document) == ["guide", "installing", "on-linux-now"]
    assert [section.heading for section in document.sections] == ["Guide", "Installing", "On Linux now"]
    assert [section.line for section in document.sections] == [1, 5, 10]
    assert document.title == "Guide"


def test_hashes_in_code_and_quotations_are_no_headings() -> None:
    assert anchors(parse_markdown(b"# A\n\n```\n# no\n```\n\n    # no\n\n> # no\n\n#hashtag\n")) == ["a"]


def test_a_markdown_heading_may_bring_its_own_anchor() -> None:
    document = parse_markdown(b"## Installing it {#setup}\n\npip\n")
    assert (document.sections[0].anchor, document.sections[0].heading) == ("setup", "Installing it")


def test_front_matter_gives_the_title_and_no_headings() -> None:
    document = parse_markdown(b'---\ntitle: "The book"\n# comment\n---\n\n# One\n\ntext\n')
    assert document.title == "The book"
    assert anchors(document) == ["", "one"]
    assert document.sections[1].line == 6


def test_a_rule_at_the_top_is_not_taken_for_front_matter() -> None:
    assert anchors(parse_markdown(b"---\n\n# One\n\ntext\n")) == ["", "one"]


def test_windows_line_ends_move_no_heading() -> None:
    document = parse_markdown(b"# One\r\n\r\nfirst\r\n\r\n# Two\r\n\r\nsecond\r\n")
    assert document.text[document.sections[1].start :].startswith("# Two\n")


def test_unusual_line_separators_move_no_heading() -> None:
    document = parse_markdown("a\u2028b\x0cc\n\n# Two\n\nsecond\n".encode())
    assert document.text[document.sections[1].start :].startswith("# Two")


@given(st.text(alphabet=st.sampled_from("#=-` \n\ra>*[]{}\t\u2028é"), max_size=200))
def test_no_markdown_makes_the_parser_fail_or_lose_text(text: str) -> None:
    document = parse_markdown(text.encode())
    kept = "".join(document.text[section.start : section.end] for section in document.sections)
    assert kept.split() == text.split()


PAGE = b"""<!DOCTYPE html><html><head><title>The  page</title><style>p {}</style><script>no()</script></head><body>
<nav>menu</nav><h1>Top<a class="headerlink" href="#top">\xc2\xb6</a></h1><p>Hello <b>bold</b>
world<p>Second<ul><li>one<li><p>two</p></ul>
<section id="setup"><h2>Setting   up</h2><pre>a
  b</pre><table><tr><td>x<td>y</tr></table></section>
<a name="old"></a><h3>Old &amp; new</h3>end<!-- not me --></body>"""


def test_html_becomes_text_with_headings_anchors_lists_and_code() -> None:
    document = parse_html(PAGE)
    assert document.title == "The page"
    assert anchors(document) == ["top", "setup", "old"]
    assert document.text == (
        "# Top\n\nHello bold world\n\nSecond\n\n- one\n- two\n\n## Setting up\n\na\n  b\n\nx | y\n\n"
        "### Old & new\n\nend\n"
    )


def test_html_is_read_in_the_encoding_that_it_declares() -> None:
    page = '<html><head><meta charset="shift_jis"></head><body><p>日本語</p></body></html>'
    assert parse_html(page.encode("shift_jis")).text.strip() == "日本語"
    assert parse_html("<p>naïve €</p>".encode("utf-16")).text.strip() == "naïve €"
    assert parse_html("<p>naïve €</p>".encode()).text.strip() == "naïve €"


def test_html_nested_deep_is_read_and_nested_absurdly_deep_does_no_harm() -> None:
    assert parse_html(b"<div>" * 1_500 + b"deep" + b"</div>" * 1_500 + b"<p>after</p>").text == "deep\n\nafter\n\n"
    assert isinstance(parse_html(b"<div>" * 20_000).text, str)


@pytest.mark.parametrize("page", [b"", b"   ", b"<", b"<!-- -->", b"<?xml version='1.0' encoding='utf-8'?><html/>"])
def test_html_without_content_is_an_empty_document(page: bytes) -> None:
    assert parse_html(page).text.strip() in ("", "<")


@given(st.text(alphabet=st.sampled_from("<>/&;\"'= hp1predivtl\n#x0"), max_size=120))
def test_no_html_makes_the_parser_fail(text: str) -> None:
    document = parse_html(text.encode())
    assert all(section.end <= len(document.text) for section in document.sections)


ARTICLE = "".join(f"<p>Sentence number {n} tells what the lamp does, and why it does it.</p>" for n in range(12))
SITE = f"""<!DOCTYPE html><html><head><title>The lamp</title></head><body>
<div id="cookie-consent"><p>We use cookies to improve your experience on our site.</p></div>
<header><div class="navbar"><a href="/">Home</a> <a href="/shop">Shop</a> <a href="/about">About us</a></div></header>
<ul class="menu"><li><a href="/a">All lamps</a><li><a href="/b">All shades</a><li><a href="/c">All bulbs</a></ul>
<main><h1 id="lamp">The lamp</h1>{ARTICLE}
<h2><a class="anchor" href="#setup">#</a>Setting <i>up</i><a id="setup"></a></h2>
<p>Press <code>reset</code>, then type:</p><figure><pre><code>lamp on
  --now</code></pre></figure>
<section id="prices"><h2>Prices</h2><table><tr><th>Lamp<th>Price</tr><tr><td>small<td>4 euros</tr></table></section>
</main>
<div class="related"><h3>You may also like</h3><ul><li><a href="/1">Ten lamps that you will love</a></ul></div>
<footer>All rights reserved. <a href="/imprint">Imprint</a></footer></body></html>"""


def test_of_a_page_with_menus_and_banners_only_the_main_text_is_kept_with_its_anchors() -> None:
    document = parse_html(SITE.encode())
    assert document.title == "The lamp"
    assert anchors(document) == ["lamp", "setup", "prices"]
    assert document.text.startswith("# The lamp\n\nSentence number 0 tells")
    assert "Sentence number 11 tells" in document.text
    assert document.text.endswith(
        "## Setting up\n\nPress reset, then type:\n\nlamp on\n  --now\n\n## Prices\n\nLamp | Price\nsmall | 4 euros\n\n"
    )


def test_a_page_that_is_taken_apart_wrongly_is_kept_whole() -> None:
    listed = "".join(
        f"<div class='sidebar'><h3>Part {n}</h3>A lamp of the {n}th kind, with a shade.</div>" for n in range(40)
    )
    document = parse_html(f"<html><body><p>All our parts:</p>{listed}</body></html>".encode())
    assert all(f"### Part {n}\n\nA lamp of the {n}th kind" in document.text for n in range(40))


def test_a_page_that_stands_in_one_form_is_read() -> None:
    assert parse_html(b"<form action='/x'><h1>Lamp</h1><p>All of it.</p></form>").text == "# Lamp\n\nAll of it.\n\n"


def test_a_heading_around_another_is_none() -> None:
    document = parse_html(b"<body><h2>Source<h3 id='inner'>Inner</h3></h2><p>text")
    assert anchors(document)[-1] == "inner"
    assert document.text == "Source\n\n### Inner\n\ntext\n\n"


def test_a_fragment_of_html_becomes_plain_text() -> None:
    assert html_to_text("It&#x27;s<p>two <i>lines</i> &lt;b&gt;") == "It's\n\ntwo lines <b>"
    assert html_to_text(" a < b & c ") == "a < b & c"
    assert html_to_text("plain") == "plain"


def test_a_pdf_has_a_section_a_page() -> None:
    document = parse_pdf(make_pdf(["First words", "Second words"], title="The paper"))
    assert document.title == "The paper"
    assert [(section.anchor, section.heading, section.page) for section in document.sections] == [
        ("page=1", "page 1", 1),
        ("page=2", "page 2", 2),
    ]
    assert document.text == "First words\n\nSecond words\n\n"


def test_pages_without_text_are_told() -> None:
    assert parse_pdf(make_pdf(["words", "", ""])).note == "2 of 3 pages gave no text"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_pdf(["", ""]), "no text"),
        (b"hello", "no PDF"),
        (b"", "no PDF"),
        (b"%PDF-1.4\n" + b"\0\xff" * 500, "broken"),
        (make_pdf(["words"])[:200], "broken"),
    ],
)
def test_a_pdf_that_gives_nothing_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        parse_pdf(data)


def test_a_pdf_with_one_broken_page_keeps_the_others() -> None:
    data = make_pdf(["First words", "Second words"])
    document = parse_pdf(data.replace(b"/Contents 5 0 R", b"/Contents (bad)"))
    assert "Second words" in document.text


@given(st.integers(0, 600), st.binary(min_size=1, max_size=30))
def test_a_damaged_pdf_ends_as_a_document_or_as_a_reason(offset: int, damage: bytes) -> None:
    data = make_pdf(["First words", "Second words"], title="T")
    damaged = data[:offset] + damage + data[offset + len(damage) :]
    try:
        assert parse_pdf(damaged).text.strip()
    except Unreadable as error:
        assert str(error)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_in_any_unicode_encoding(encoding: str) -> None:
    assert decode("naïve €\n".encode(encoding)) == ("naïve €\n", None)


def test_text_in_an_old_encoding_is_read_and_said_so() -> None:
    assert decode(b"caf\xe9") == ("café", "not UTF-8; read as Windows-1252")
    assert decode(b"\xff\xfea")[1] == "some bytes are no UTF-16"


LEGACY = {
    "cp1252": "Déjà vu dans les ténèbres: «garçon», l’été, où êtes-vous? Größe, Straße",
    "iso8859_2": "Zażółć gęślą jaźń, pchnąć w tę łódź jeża lub ośm skrzyń fig",
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "cp1254": "Pijamalı hasta yağız şoföre çabucak güvendi",
    "cp1251": "Съешь же ещё этих мягких французских булок, да выпей чаю",
    "koi8_u": "Съешь же ещё этих мягких французских булок, да выпей чаю",
    "cp1253": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, και όλα τα άλλα",
    "cp932": "吾輩は猫である。名前はまだ無い。どこで生れたか頓と見当がつかぬ。",
    "gb18030": "今天天气很好，我们去公园散步，然后回家吃饭。",
    "big5": "今天天氣很好，我們去公園散步，然後回家吃飯。這是一個測試。",
    "cp949": "오늘은 날씨가 좋아서 공원에 산책하러 갔습니다. 그리고 집에 왔습니다.",
}


@pytest.mark.parametrize(("encoding", "text"), LEGACY.items())
def test_the_encoding_of_old_text_is_found_and_told(encoding: str, text: str) -> None:
    written = f"# plain words before\n{text}\n" * 20
    read, note = decode(written.encode(encoding))
    assert read == written
    assert note is not None and note.startswith("not UTF-8; read as ")


def test_a_long_text_in_an_old_encoding_is_not_looked_at_in_full() -> None:
    text = LEGACY["gb18030"] * 20_000
    began = time.process_time()
    assert decode(text.encode("gb18030")) == (text, "not UTF-8; read as GB18030")
    assert time.process_time() - began < 5.0


def test_utf_8_that_is_broken_in_places_is_still_read_as_utf_8() -> None:
    read, note = decode("Größe, naïve, €, 東京 ".encode() * 5 + b"\xff")
    assert read.startswith("Größe, naïve, €, 東京") and read.endswith("\ufffd")
    assert note == "some bytes are no UTF-8"


def test_what_a_page_declares_is_believed_as_browsers_do() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><p>“naïve”'
    assert parse_html(page.encode("cp1252")).text.strip() == "“naïve”"
    assert parse_html(b'<meta charset="no-such-thing"><p>na\xefve').note == "not UTF-8; read as Windows-1252"


@pytest.mark.parametrize("data", [b"\0\1\2", bytes(range(1, 256)) * 20, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="binary"):
        decode(data)


def test_a_text_of_enormous_length_is_cut_and_said_so() -> None:
    document = parse_plain(b"word " * (MOST_CHARACTERS // 5 + 10))
    assert len(document.text) == MOST_CHARACTERS
    assert document.note == f"only the first 4,000,000 of {MOST_CHARACTERS + 50:,} characters are kept"


@pytest.mark.parametrize("kind", ["markdown", "text", "html", "pdf"])
@given(data=st.binary(max_size=300))
def test_no_bytes_end_as_anything_but_a_document_or_a_reason(kind: str, data: bytes) -> None:
    try:
        parse(kind, data)  # type: ignore[arg-type] - the table holds the kinds
    except Unreadable as error:
        assert str(error)


@pytest.mark.parametrize(
    "title",
    [
        *("untitled", "Untitled-1", "Microsoft Word - x.doc", "Document1", "Dokument", "PowerPoint Presentation"),
        *("paper.pdf", "Microsoft Office Word - Dokument2", "2020-01-02", "12 March 2020", "D:20200102"),
        "3b1f0c9a-0000-1111-2222-333a",
    ],
)
def test_what_a_program_wrote_for_a_title_is_none(title: str) -> None:
    """The first line of the first page is one where it stands above a text; else the file's name is shown."""
    page = "The yearly report) Tj 0 -20 Td (In this year the lamp was sold more often than before, which pleased us."
    assert parse_pdf(make_pdf([page], title=title)).title == "The yearly report"
    assert parse_pdf(make_pdf(["only words on this page."], title=title)).title == ""
    assert parse_html(f"<title>{title}</title><h1>The lamp</h1><p>words".encode()).title == "The lamp"


@pytest.mark.parametrize(
    "title", ["The paper", "T", "1984 revisited", "Node.js", "Report of 12 March 2020", "年度报告"]
)
def test_what_a_person_wrote_for_a_title_stays(title: str) -> None:
    assert telling(title) == title
    assert telling("", "untitled", f"Microsoft Word - {title}") == title
