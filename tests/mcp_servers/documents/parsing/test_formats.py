"""Files that are text inside another form, encodings without a name, titles as YAML reads them, and deep pages."""

import json
from email.message import EmailMessage

import pytest

from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.document import Unreadable
from agentic_search.mcp_servers.documents.parsing.work import parse
from agentic_search.text.document_kinds import kind_of, why_not_read
from tests.mcp_servers.documents.parsing.test_parser import parsing


def test_a_message_is_read_with_subject_and_sender() -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Läufer", "ada@example.org"
    message.set_content("The lamp is red.")
    message.add_alternative("<p>The lamp is <b>red</b>.</p>", subtype="html")
    message.add_attachment(b"1,2", maintype="text", subtype="csv", filename="prices.csv")
    document = parse("mail", message.as_bytes())
    assert document.title == "Läufer"
    assert "From: ada@example.org" in document.text
    assert "The lamp is red." in document.text
    assert "Attached: prices.csv" in document.text


def test_what_is_no_message_is_told() -> None:
    with pytest.raises(Unreadable, match="no message"):
        parse("mail", b"just text\n")


def test_a_notebook_is_read_without_its_outputs() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Lamps\n", "They are red."]},
        {"cell_type": "code", "source": "# no heading\nprint(1)", "outputs": [{"text": "secret output"}]},
    ]
    document = parse("notebook", json.dumps({"cells": cells, "nbformat": 4}).encode())
    assert document.title == "Lamps"
    assert [section.heading for section in document.sections] == ["Lamps"]
    assert "print(1)" in document.text
    assert "secret output" not in document.text


@pytest.mark.parametrize("data", [b"{}", b"[1]", b'{"worksheets": []}', b"no json"])
def test_what_is_no_notebook_is_told(data: bytes) -> None:
    with pytest.raises(Unreadable, match="no notebook"):
        parse("notebook", data)


@pytest.mark.parametrize("name", ["a.py", "data.json", "a.TOML", "x.adoc", "README", "sub/LICENSE", "Makefile"])
def test_plain_data_is_read_as_text(name: str) -> None:
    assert kind_of(name) == "text"


@pytest.mark.parametrize("name", ["a.key", "sheet.XLSB", "book.mobi", "a.pages", "box.mbox"])
def test_documents_of_other_kinds_are_named_with_what_would_help(name: str) -> None:
    assert kind_of(name) is None
    assert "save" in (why_not_read(name) or "")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["the red lamp\n", "größer, café, 12 €\n"])
def test_utf16_without_a_mark_is_read(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("data", [b"\0\1\2\3" * 20, b"abc\0def" * 9, bytes(40)])
def test_binary_data_is_still_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="binary"):
        decode(data)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "今日は天気がいいので公園に行きます。"),
        ("gbk", "今天天气很好，我们去公园散步。"),
        ("big5", "今天天氣很好，我們去公園散步。"),
        ("euc_kr", "오늘 날씨가 좋습니다. 공원에 갑시다."),
        ("koi8_r", "Сегодня хорошая погода, пойдём гулять."),
    ],
)
def test_other_scripts_never_become_latin_letters(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: >-\n  The red\n  lamp", "The red lamp"),
        ("title: |\n  The red lamp", "The red lamp"),
        ("title: x # note", "x"),
        ("title: 'It''s red'", "It's red"),
        ('Title: "a: b"', "a: b"),
        ("title: 2024", "2024"),
        ("title: [a, b]", "Heading"),
        ("title: {{ site }}: {", "Heading"),
        ("other: 1", "Heading"),
    ],
)
def test_a_title_is_what_yaml_reads(front: str, title: str) -> None:
    assert parse("markdown", f"---\n{front}\n---\n# Heading\ntext\n".encode()).title == title


def test_a_page_in_a_form_has_its_text() -> None:
    assert "the red lamp" in parse("html", b"<form><p>about the red lamp</p><select><option>1</select></form>").text


@pytest.mark.parametrize("depth", [1_000, 2_500, 50_000])
@pytest.mark.parametrize("tags", ["<div>", "<ul><li>", "<b>", "<blockquote>", "<table><tr><td>"])
def test_a_page_nested_deep_loses_nothing(tags: str, depth: int) -> None:
    close = "".join(f"</{tag}" for tag in reversed(tags.split("<")[1:]))
    page = f"<p>before</p>{tags * depth}red &amp; more<script>no()</script>{close * depth}<p>after</p>"
    assert " ".join(parse("html", page.encode()).text.replace("- ", " ").split()) == "before red & more after"


@pytest.mark.parametrize(
    "page",
    [
        b"<form><table><tr><td>the red lamp</table></form>",
        b"<form id='aspnetForm'><input type='hidden' value='x'><fieldset><h1>the red lamp</h1></fieldset></form>",
        b"<form><button>Send</button><p>the red lamp</p></form>",
        b"<form>" + b"<p>the red lamp shines on the table.</p>" * 99 + b"</form>",
        b"<dialog open><p>the red lamp</dialog>",
        b"<details><summary>More</summary>the red lamp</details>",
    ],
)
def test_the_text_of_a_page_is_read_whatever_frame_it_stands_in(page: bytes) -> None:
    assert "the red lamp" in parse("html", page).text


@pytest.mark.parametrize("charset", ["unknown-8bit", "x-user-defined", "no-such"])
def test_a_message_in_a_character_set_that_nobody_knows_is_read(charset: str) -> None:
    message = f"Subject: Bill\nContent-Type: text/plain; charset={charset}\n\nCaf\u00e9 et th\u00e9\n"
    assert "Caf\u00e9 et th\u00e9" in parse("mail", message.encode()).text
    assert "Caf\u00e9 et th\u00e9" in parse("mail", message.encode("cp1252")).text


@pytest.mark.parametrize(
    "part", [b"Content-Type: message/rfc822\n\n", b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n']
)
async def test_messages_within_messages_are_told_as_nested(part: bytes) -> None:
    parts = b"".join(part % (number, number) if b"%d" in part else part for number in range(3_000))
    with pytest.raises(Unreadable, match="nested too deep"):
        async with parsing() as parser:
            await parser.parse("mail", parts + b"Subject: x\n\nhello")
