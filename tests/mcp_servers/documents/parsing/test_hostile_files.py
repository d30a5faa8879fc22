"""Office files that are broken, locked or made to do harm cost themselves, and are told in words of ours."""

import random
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import get_args
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES
from agentic_search.mcp_servers.documents.parsing.document import Unreadable
from agentic_search.mcp_servers.documents.parsing.formats.archive import MOST_PARTS, UNPACKED
from agentic_search.mcp_servers.documents.parsing.work import parse
from agentic_search.text.document_kinds import Kind
from tests.mcp_servers.documents.parsing.test_parser import parsing
from tests.mcp_servers.documents.writers.archive import make_archive
from tests.mcp_servers.documents.writers.compound import make_compound
from tests.mcp_servers.documents.writers.legacy import make_doc, make_msg, make_ppt, make_xls
from tests.mcp_servers.documents.writers.office import make_docx, make_pptx, make_xlsx, paragraph
from tests.mcp_servers.documents.writers.opendocument import make_epub, make_odp, make_ods, make_odt

SOUND: dict[Kind, bytes] = {
    "word": make_docx(paragraph("words")),
    "slides": make_pptx(["words"]),
    "sheet": make_xlsx({"S": [["words", "more"]]}),
    "odt": make_odt((0, "words")),
    "ods": make_ods({"S": [["words", "more"]]}),
    "odp": make_odp(["words"]),
    "book": make_epub({"words": "<p>more</p>"}),
}
OLD: dict[Kind, bytes] = {
    "old_sheet": make_xls([["words"]]),
    "old_word": make_doc("words\r"),
    "old_slides": make_ppt(["words"]),
    "outlook": make_msg("words", "words", "Ada"),
    "rtf": rb"{\rtf1 words}",
}
LOCKED = make_compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"})

MOST_UNPACKED = UNPACKED * MOST_BYTES

each_archive = pytest.mark.parametrize("kind", SOUND)


def with_part(data: bytes, fill: Callable[[ZipFile], object]) -> bytes:
    """The archive with more in it."""
    grown = BytesIO(data)
    with ZipFile(grown, "a", ZIP_DEFLATED) as archive:
        fill(archive)
    return grown.getvalue()


def zeros(archive: ZipFile) -> None:
    """A part of a hundred kilobytes that unpacks to more than is read."""
    with archive.open("extra/picture.png", "w") as part:
        for _ in range(MOST_UNPACKED // 2**20 + 1):
            part.write(bytes(2**20))


@each_archive
def test_an_archive_that_says_how_much_it_unpacks_to_is_refused(kind: Kind) -> None:
    with pytest.raises(Unreadable, match="it unpacks to more than 96 MiB; save it"):
        parse(kind, with_part(SOUND[kind], zeros))


@each_archive
def test_an_archive_that_lies_about_how_much_it_unpacks_to_is_refused(kind: Kind) -> None:
    lying = with_part(SOUND[kind], zeros).replace(struct.pack("<I", MOST_UNPACKED + 2**20), struct.pack("<I", 1_000))
    with pytest.raises(Unreadable, match="that can be opened"):
        parse(kind, lying)


@each_archive
def test_an_archive_of_very_many_parts_is_refused(kind: Kind) -> None:
    def fill(archive: ZipFile) -> None:
        for number in range(MOST_PARTS + 1):
            archive.writestr(f"part{number}", b"")

    with pytest.raises(Unreadable, match="at most 10,000 are unpacked"):
        parse(kind, with_part(SOUND[kind], fill))


@each_archive
def test_a_locked_file_is_told_as_locked(kind: Kind) -> None:
    with pytest.raises(Unreadable, match="locked with a password"):
        parse(kind, LOCKED)
    flagged = bytearray(SOUND[kind])
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flagged[flagged.index(mark) + offset] |= 1
    with pytest.raises(Unreadable, match="locked with a password"):
        parse(kind, bytes(flagged))


@each_archive
def test_an_old_file_under_a_new_name_is_told(kind: Kind) -> None:
    with pytest.raises(Unreadable, match="of an older format"):
        parse(kind, make_doc("words\r"))


@each_archive
@pytest.mark.parametrize("data", [b"", b"PK", b"nonsense", SOUND["word"][:300], bytes(5_000)])
def test_what_is_no_such_file_is_told(kind: Kind, data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^it is no \w"):
        parse(kind, data)


async def test_a_damaged_file_ends_as_a_document_or_as_a_reason() -> None:
    chance = random.Random(11)
    async with parsing() as parser:
        for kind, data in (SOUND | OLD).items():
            for damaged in damages(data, chance):
                try:
                    await parser.parse(kind, damaged)
                except Unreadable as error:
                    assert str(error) and "PanicException" not in str(error)


def damages(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """The file cut off, and with some bytes changed."""
    for _ in range(8):
        at, damage = chance.randrange(len(data)), chance.randbytes(chance.randint(1, 40))
        yield data[:at]
        yield data[:at] + damage + data[at + len(damage) :]


def test_entities_are_not_unfolded_and_files_are_not_fetched() -> None:
    laughs = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    declared = f'<!DOCTYPE w [<!ENTITY a "lol">{laughs}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    body = make_docx(paragraph("before &j; &file; after"))
    with ZipFile(BytesIO(body)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace("<w:document", f"{declared}<w:document", 1)
    with pytest.raises(Unreadable, match="no Word document"):
        parse("word", make_archive(parts))
    unfolded = parts["word/document.xml"].replace("&j; ", "")
    text = parse("word", make_archive({**parts, "word/document.xml": unfolded})).text
    assert "before" in text and "lol" not in text and "root:" not in text


DEEP: list[tuple[Kind, bytes]] = [
    ("odt", make_odt((0, "<text:span>" * 200_000 + "x" + "</text:span>" * 200_000))),
    ("book", make_epub({"One": "<div>" * 100_000 + "words" + "</div>" * 100_000})),
    ("slides", make_pptx(["a", "</a:t></a:r></a:p>" + "<p:grpSp>" * 50_000 + "</p:grpSp>" * 50_000])),
]


async def test_a_file_that_crashes_its_reader_costs_itself_alone() -> None:
    async with parsing() as parser:
        for kind, data in DEEP:
            with pytest.raises(Unreadable):
                await parser.parse(kind, data)
        assert (await parser.parse("sheet", SOUND["sheet"])).sections[0].heading == "S"


async def test_every_kind_of_office_file_is_read_in_a_worker() -> None:
    async with parsing() as parser:
        for kind, data in (SOUND | OLD).items():
            assert "words" in (await parser.parse(kind, data)).text


def test_no_kind_is_without_a_reader() -> None:
    for kind in get_args(Kind):
        try:
            parse(kind, b"words")
        except Unreadable as error:
            assert "its parser failed" not in str(error)
