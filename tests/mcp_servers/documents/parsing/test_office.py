"""The files of office programs become documents: their text as its author wrote it, their headings, their tables."""

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

import pytest

from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.sections import LONGEST
from agentic_search.mcp_servers.documents.parsing.work import parse
from agentic_search.text.document_kinds import kind_of
from tests.mcp_servers.documents.writers.archive import make_archive
from tests.mcp_servers.documents.writers.legacy import make_doc, make_msg, make_ppt, make_xls
from tests.mcp_servers.documents.writers.office import W, make_docx, make_pptx, make_xlsx, paragraph, table, with_notes
from tests.mcp_servers.documents.writers.opendocument import make_epub, make_odp, make_ods, make_odt

PRICES = [["Lamp", "Price"], ["red lamp", "12 euros"], ["blue lamp", "9 euros"]]
AS_MARKDOWN = "| Lamp | Price |\n| --- | --- |\n| red lamp | 12 euros |\n| blue lamp | 9 euros |"
WRITTEN = "R&amp;D: 2 * 3 &lt; 7, größer, 東京"
MEANT = "R&D: 2 * 3 < 7, größer, 東京"
FIRST, SECOND = ["Lamps", WRITTEN], ["Prices", "12 euros"]
TWO_SHEETS = {"Prices": PRICES, "Stock": [["Lamp", "Count"], ["red lamp", "3"]]}

HEADED: list[tuple[str, bytes, Sequence[str], Sequence[str]]] = [
    (
        "a.docx",
        make_docx(paragraph("Lamps", "Heading1"), paragraph(WRITTEN), paragraph("Prices", "Heading2"), table(*PRICES)),
        ["Lamps", "Prices"],
        [MEANT, AS_MARKDOWN],
    ),
    ("a.pptx", make_pptx(FIRST, SECOND), ["Lamps", "Prices"], [MEANT, "12 euros"]),
    ("a.odp", make_odp(FIRST, SECOND), ["Lamps", "Prices"], [MEANT, "12 euros"]),
    ("a.xlsx", make_xlsx(TWO_SHEETS), ["Prices", "Stock"], [AS_MARKDOWN, "| red lamp | 3 |"]),
    ("a.ods", make_ods(TWO_SHEETS), ["Prices", "Stock"], [AS_MARKDOWN, "| red lamp | 3 |"]),
    (
        "a.odt",
        make_odt((1, "Lamps"), (0, WRITTEN), (2, "Prices"), PRICES),
        ["Lamps", "Prices"],
        [MEANT, AS_MARKDOWN],
    ),
    (
        "a.epub",
        make_epub({"Lamps": f"<p>{WRITTEN}</p>", "Prices": "<p>12 euros</p>"}),
        ["Lamps", "Prices"],
        [MEANT, "12 euros"],
    ),
    (
        "a.org",
        b"#+TITLE: x\n* Lamps\nThey are /red/.\n** Prices\n| Lamp | Price |\n|------+------|\n| red | 12 |\n",
        ["", "Lamps", "Prices"],
        ["They are", "| red | 12 |"],
    ),
    (
        "a.rst",
        b"Lamps\n=====\n\nThey are *red*.\n\nPrices\n------\n\n.. code:: python\n\n   print(r'\\*')\n",
        ["Lamps", "Prices"],
        ["They are *red*.", "print(r'\\*')"],
    ),
    (
        "a.tex",
        b"\\documentclass{article}\n\\begin{document}\n\\section{Lamps}\nThey are \\emph{red}, $x < 2$.\n"
        b"\\subsection{Prices}\n\\begin{tabular}{ll}\nLamp & Price \\\\\nred & 12 \\\\\n"
        b"\\end{tabular}\n\\end{document}\n",
        ["Lamps", "Prices"],
        ["They are *red*", "| red | 12 |"],
    ),
]


def headings(document: Document) -> list[str]:
    return [section.heading for section in document.sections]


@pytest.mark.parametrize(("name", "data", "titles", "texts"), HEADED, ids=[name for name, *_ in HEADED])
def test_headings_slides_and_sheets_are_sections_and_the_text_is_whole(
    name: str, data: bytes, titles: Sequence[str], texts: Sequence[str]
) -> None:
    kind = kind_of(name)
    assert kind is not None
    document = parse(kind, data)
    assert headings(document) == titles
    assert all(text in document.text for text in texts)
    assert {section.line for section in document.sections} == {None}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("word", make_docx(paragraph("x"), title="The lamp")),
        ("slides", make_pptx(["x"], title="The lamp")),
        ("odt", make_odt((0, "x"), title="The lamp")),
        ("book", make_epub({"x": ""}, title="The lamp")),
        ("rtf", rb"{\rtf1{\info{\title The lamp}}x}"),
        ("word", make_docx(paragraph("The lamp", "Title"), paragraph("One", "Heading1"))),
        ("org", b"#+TITLE: The lamp\n* One\ntext\n"),
    ],
)
def test_a_document_has_the_title_that_its_author_gave_it(kind: str, data: bytes) -> None:
    assert parse(kind, data).title == "The lamp"  # type: ignore[arg-type] - the table holds the kinds


def test_rich_text_is_read_with_its_letters() -> None:
    assert (
        parse("rtf", rb"{\rtf1\ansi\ansicpg1252 gr\'f6\'dfer \u8364? {\b red}\par}").text.strip() == "größer € **red**"
    )


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("csv", b"Lamp,Price\nred lamp,12 euros\nblue lamp,9 euros\n"),
        ("csv", b'Lamp;Price\r\nred lamp;12 euros\r\n"blue lamp";9 euros\r\n'),
        ("tsv", b"Lamp\tPrice\nred lamp\t12 euros\nblue lamp\t9 euros\n"),
        ("csv", "Lamp,Price\nred lamp,12 euros\nblue lamp,9 euros\n".encode("utf-16")),
        ("csv", "\ufeffLamp,Price\nred lamp,12 euros\nblue lamp,9 euros\n".encode()),
    ],
)
def test_separated_values_are_a_table(kind: str, data: bytes) -> None:
    assert parse(kind, data).text.strip() == AS_MARKDOWN  # type: ignore[arg-type] - the table holds the kinds


def test_separated_values_in_an_old_encoding_are_read_and_said_so() -> None:
    document = parse("csv", "地名,値段\n東京の赤いランプ,十二\n大阪の青いランプ,九\n".encode("cp932"))
    assert "| 東京の赤いランプ | 十二 |" in document.text
    assert document.note is not None and document.note.startswith("not UTF-8; read as ")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("csv", b"Lamp,Price\n" + b"".join(b"lamp %d,%d euros\n" % (n, n) for n in range(2_000))),
        ("sheet", make_xlsx({"S": [["Lamp", "Price"], *([f"lamp {n}", f"{n} euros"] for n in range(2_000))]})),
        ("word", make_docx(table(["Lamp", "Price"], *([f"lamp {n}", f"{n} euros"] for n in range(2_000))))),
    ],
)
def test_each_section_of_a_long_table_has_the_names_of_its_columns(kind: str, data: bytes) -> None:
    document = parse(kind, data)  # type: ignore[arg-type] - the table holds the kinds
    texts = [document.text[section.body : section.end].strip() for section in document.sections]
    assert len(texts) > 5 and all(len(text) <= LONGEST for text in texts)
    assert all(text.startswith("| Lamp | Price |\n|") for text in texts if text)
    assert all(document.text.count(f"| lamp {n} | {n} euros |") == 1 for n in range(2_000))


def test_a_slide_without_a_title_is_headed_by_its_number() -> None:
    slides = parse("slides", make_pptx(["Lamps", "red"], ["", "They are cheap."]))
    assert "They are cheap." in slides.text
    assert headings(parse("odp", make_odp(["", "red"], ["Prices"]))) == ["Slide 1", "Prices"]


def test_the_notes_of_a_speaker_stand_behind_the_slide() -> None:
    presentation = make_pptx(["Lamps", "red"], ["Prices", "12 euros"], ["End"])
    document = parse("slides", with_notes(presentation, {1: "Smile &amp; wait", 2: "Ask for questions"}))
    assert " ".join(document.text.split()) == ("## Lamps red Smile & wait ## Prices 12 euros Ask for questions ## End")


def test_of_a_word_document_all_that_is_to_be_read_is_kept_once() -> None:
    document = parse(
        "word",
        make_docx(
            "<w:p><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r></w:p>",
            "<w:p><w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>taken out</w:delText></w:r></w:del></w:p>",
            f"<w:sdt><w:sdtContent>{paragraph('in a form')}</w:sdtContent></w:sdt>",
            f"<w:p><w:r><w:t>around </w:t><w:txbxContent>{paragraph('in a box')}</w:txbxContent></w:r></w:p>",
            table(["a | b", "c"], ["d", "e"]),
            table(["a box drawn around a text"]),
        ),
    )
    assert document.text == (
        "one two three\n\nadded\n\nin a form\n\naround in a box\n\n| a \\| b | c |\n| --- | --- |\n| d | e |\n\n"
        "a box drawn around a text"
    )


def test_tex_of_which_too_much_would_be_lost_is_kept_as_it_stands() -> None:
    written = "\\documentclass{article}\\begin{document}\\section{Lamps}All of them are red.\\end{document}\n"
    document = parse("tex", written.encode())
    assert document.text == written
    assert document.sections[0].line == 1


def test_a_word_document_is_read_though_its_main_part_is_numbered() -> None:
    with ZipFile(BytesIO(make_docx(paragraph("words")))) as archive:
        parts = {name.replace("document.xml", "document2.xml"): archive.read(name) for name in archive.namelist()}
    assert parse("word", make_archive(parts)).text == "words"


def test_the_footnotes_of_a_word_document_are_read() -> None:
    notes = f"<w:footnotes xmlns:w='{W}'><w:footnote>{paragraph('As measured in 1912.')}</w:footnote></w:footnotes>"
    document = parse("word", make_docx(paragraph("words"), extra={"word/footnotes.xml": notes}))
    assert document.text == "words\n\nAs measured in 1912."


def test_a_word_document_without_a_body_is_told() -> None:
    for data in (b"PK nonsense", b"", make_archive({"other.xml": "<a/>"}), make_docx("<w:p>")):
        with pytest.raises(Unreadable, match="no Word document"):
            parse("word", data)


@pytest.mark.parametrize(
    ("kind", "data", "title", "text"),
    [
        ("old_sheet", make_xls(PRICES), "", f"## Prices\n\n{AS_MARKDOWN}"),
        ("old_word", make_doc("Lamps\rThey are größer < 東京.\r"), "", "Lamps\nThey are größer < 東京."),
        ("old_slides", make_ppt(["Lamps", "größer"], ["Prices", "東京"]), "", "Lamps\n\ngrößer\n\nPrices\n\n東京"),
        ("outlook", make_msg("The lamp", "größer 東京", "Ada"), "The lamp", "Subject: The lamp\n\ngrößer 東京"),
    ],
)
def test_files_of_older_programs_are_read(kind: str, data: bytes, title: str, text: str) -> None:
    document = parse(kind, data)  # type: ignore[arg-type] - the table holds the kinds
    assert (document.title, document.text.strip()) == (title, text)
