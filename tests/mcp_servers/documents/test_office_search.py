"""What people keep, in the forms in which they keep it, is found by the real server: the passage and its place."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from mcp import Client

from tests.mcp_servers.asking import ask
from tests.mcp_servers.documents.connection import ROOT, documents
from tests.mcp_servers.documents.writers.legacy import make_doc, make_msg, make_xls
from tests.mcp_servers.documents.writers.office import make_docx, make_pptx, make_xlsx, paragraph, table
from tests.mcp_servers.documents.writers.opendocument import make_epub, make_odp, make_ods, make_odt

PRICES = [["Lamp", "Price"], *([f"model {n}", f"{n} euros"] for n in range(400)), ["Aurora", "612 euros"]]
CODE = "# one\n" * 400 + "def dim_the_aurora(level):\n    return level / 2\n" + "# two\n" * 900

FILES: dict[str, bytes] = {
    "prices.xlsx": make_xlsx({"Lamps": PRICES, "Chairs": [["Chair", "Price"], ["Borealis", "77 euros"]]}),
    "stock.ods": make_ods({"Stock": [["Table", "Count"], ["Zephyr", "31"]]}),
    "old.xls": make_xls([["Shelf", "Width"], ["Kestrel", "88 centimetres"]]),
    "letter.docx": make_docx(
        paragraph("Delivery", "Heading1"),
        paragraph("The parcel arrives on the ninth of March."),
        table(["Carrier", "Depot"], ["Swiftpost", "Graz"]),
    ),
    "memo.doc": make_doc("Memo\rThe boiler is serviced by Hillman.\r"),
    "talk.pptx": make_pptx(["Goals", "Grow"], ["Risks", "A shortage of tungsten."]),
    "talk.odp": make_odp(["Plan", "Hire"], ["Budget", "Nine thousand for marketing."]),
    "report.odt": make_odt((1, "Findings"), (0, "The bridge sways at eleven hertz.")),
    "novel.epub": make_epub({"Arrival": "<p>The ship Meridian dropped anchor.</p>", "Storm": "<p>Rain fell.</p>"}),
    "note.rtf": rb"{\rtf1\ansi The gardener is called Pemberton.\par}",
    "people.csv": "Name;Office\nÅsa Lindqvist;Malmö\n".encode("cp1252"),
    "mail.eml": b"Subject: Visa\nFrom: consul@example.org\n\nThe visa number is K77.\n",
    "mail.msg": make_msg("Keys", "The spare key lies under the flowerpot.", "Ada"),
    "book.ipynb": json.dumps(
        {"cells": [{"cell_type": "markdown", "source": "# Decay\nThe half-life is nine days."}], "nbformat": 4}
    ).encode(),
    "config.json": b'{"thermostat": {"setpoint": 19.5}}\n',
    "todo.org": b"* Kitchen\nRepair the dishwasher hinge.\n",
    "paper.tex": b"\\documentclass{article}\n\\begin{document}\n\\section{Method}\nWe stirred the brine.\n"
    b"\\end{document}\n",
    "dimmer.py": CODE.encode(),
    "Makefile": b"polish:\n\tsandpaper --grit 240\n",
}

ASKED = [
    ("what does the Aurora cost", "prices.xlsx", "prices.xlsx › Lamps", ["| Lamp | Price |", "| Aurora | 612 euros |"]),
    ("price of the Borealis", "prices.xlsx", "prices.xlsx › Chairs", ["| Chair | Price |", "| Borealis | 77 euros |"]),
    ("how many Zephyr are in stock", "stock.ods", "stock.ods › Stock", ["| Zephyr | 31 |"]),
    ("how wide is the Kestrel", "old.xls", "old.xls › Prices", ["| Kestrel | 88 centimetres |"]),
    ("when does the parcel arrive", "letter.docx", "letter.docx › Delivery", ["ninth of March"]),
    ("depot of Swiftpost", "letter.docx", "letter.docx › Delivery", ["| Carrier | Depot |", "| Swiftpost | Graz |"]),
    ("who services the boiler", "memo.doc", "memo.doc", ["Hillman"]),
    ("shortage of tungsten", "talk.pptx", "talk.pptx › Risks", ["tungsten"]),
    ("budget for marketing", "talk.odp", "talk.odp › Budget", ["Nine thousand"]),
    ("at which frequency does the bridge sway", "report.odt", "report.odt › Findings", ["eleven hertz"]),
    ("what did the ship Meridian do", "novel.epub", "novel.epub › Arrival", ["dropped anchor"]),
    ("name of the gardener", "note.rtf", "note.rtf", ["Pemberton"]),
    ("office of Lindqvist", "people.csv", "people.csv", ["| Åsa Lindqvist | Malmö |"]),
    ("visa number", "mail.eml", "mail.eml", ["K77"]),
    ("where is the spare key", "mail.msg", "mail.msg", ["flowerpot"]),
    ("half-life of the decay", "book.ipynb", "book.ipynb › Decay", ["nine days"]),
    ("thermostat setpoint", "config.json", "config.json", ["19.5"]),
    ("dishwasher hinge", "todo.org", "todo.org › Kitchen", ["dishwasher"]),
    ("who stirred the brine", "paper.tex", "paper.tex › Method", ["brine"]),
    ("sandpaper grit", "Makefile", "Makefile", ["240"]),
]


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Client]:
    root = tmp_path_factory.mktemp("docs")
    for name, data in FILES.items():
        (root / name).write_bytes(data)
    async with documents(tmp_path_factory.mktemp("cache"), str(root)) as client:
        yield client


async def first(client: Client, question: str) -> dict[str, Any]:
    answer = await client.call_tool("search_documents", {"query": question})
    assert answer.structured_content is not None
    return answer.structured_content["results"][0]


@pytest.mark.parametrize(("question", "path", "title", "texts"), ASKED, ids=[question for question, *_ in ASKED])
async def test_a_question_finds_the_passage_and_its_place(
    client: Client, question: str, path: str, title: str, texts: list[str]
) -> None:
    found = await first(client, question)
    assert (found["path"], found["title"].partition(" (")[0]) == (path, title)
    assert all(text in found["text"] for text in texts), found["text"]


async def test_every_file_is_listed_as_read(client: Client) -> None:
    answer = await client.call_tool("list_documents", {})
    assert answer.structured_content is not None
    listed = {file["path"]: file for file in answer.structured_content["documents"]}
    assert listed.keys() == FILES.keys()
    assert not [file for file in listed.values() if file["problem"] or not file["sections"]]


async def test_a_passage_of_source_code_tells_its_line(client: Client) -> None:
    found = await first(client, "dim_the_aurora level")
    lines = CODE.splitlines()
    assert found["path"] == "dimmer.py"
    assert lines[found["line"] - 1] == found["text"].splitlines()[0]
    assert "def dim_the_aurora(level):" in found["text"]


def grown(data: bytes, size: int) -> bytes:
    """The archive with one more part, of so many zeros."""
    file = BytesIO(data)
    with ZipFile(file, "a", ZIP_DEFLATED) as archive:
        archive.writestr("extra/picture.png", bytes(size))
    return file.getvalue()


async def test_what_is_too_large_for_the_setting_is_read_once_it_is_raised(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    (root / "packed.docx").write_bytes(grown(FILES["letter.docx"], 400_000))
    (root / "packed.odp").write_bytes(grown(FILES["talk.odp"], 400_000))
    (root / "long.txt").write_text("The lighthouse keeper is called Moreau.\n" + "Nothing happens here.\n" * 6_000)
    (root / "small.txt").write_text("The harbour master is called Duval.\n")

    async def listed(most: int) -> dict[str, str | None]:
        env = {"AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES": str(most)}
        async with documents(tmp_path / "cache", str(root), env=env) as client:
            return {it["path"]: it["problem"] for it in (await ask(client, "list_documents"))["documents"]}

    low = await listed(100_000)
    assert low.pop("small.txt") is None
    for problem in low.values():
        assert problem and "AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES" in problem
    assert set((await listed(1_000_000)).values()) == {None}
    assert {path for path, problem in (await listed(100_000)).items() if problem} >= {"long.txt"}


async def test_a_most_of_bytes_that_is_no_number_is_told() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agentic_search.mcp_servers.documents",
        "docs",
        env={"PYTHONPATH": str(ROOT), "AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES": "many"},
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 1 and b"AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES holds 'many'" in said
