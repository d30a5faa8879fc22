"""Sections that hold the answer in a table's row, or in the file of that name, come first."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentic_search.mcp_servers.documents.files.folder import Stamp
from agentic_search.mcp_servers.documents.indexing.document_index import DocumentIndex
from agentic_search.mcp_servers.documents.parsing.work import parse

ROWS = "\n".join(f"| LAMP_OPTION_{number} | something about number {number} | {number} |" for number in range(60))
FILES = {
    "settings.md": f"# All of them\n\n| setting | meaning | default |\n|---|---|---|\n{ROWS}\n"
    "| LAMP_DIM_TIMEOUT | seconds until it goes dim | 45 |\n",
    "guide.md": "# Dim light\n\nA dim lamp has a timeout. The timeout of a dim lamp is explained elsewhere.\n",
    "calls.md": "# Calls\n\n| call | |\n|---|---|\n| POST /lamps/stop | end a show over the wire |\n"
    "| GET /lamps | all |\n",
    "story.md": "# A long story\n\nThe show of the lamps began.\n\nThey end.\n\nA wire lay there.\n\nEnd.\n\nShow us a"
    " wire.\n\nThe end of a wire.\n\nShow, show.\n",
    "colours.md": "# Red\n\nLamps are red.\n",
    "notes.md": "# Lamps\n\nThe colours of lamps: colours, colours, lamps.\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[DocumentIndex]:
    with closing(DocumentIndex([tmp_path], tmp_path)) as made:
        for name, text in FILES.items():
            made.put(name, Stamp(1, 1), parse("markdown", text.encode()))
        yield made


def test_the_row_of_a_setting_is_found_and_shown(index: DocumentIndex) -> None:
    _, hits = index.search("What is the default dim timeout?", 3)
    assert hits[0].entry.extra["path"] == "settings.md"
    assert "| LAMP_DIM_TIMEOUT | seconds until it goes dim | 45 |" in hits[0].passage


def test_what_was_read_into_the_question_is_told(index: DocumentIndex) -> None:
    understood, hits = index.search("dim timeut", 3)
    assert understood.note == 'Searched "timeout" for "timeut".'
    assert {str(hit.entry.extra["path"]) for hit in hits} == {"settings.md", "guide.md"}


def test_what_holds_the_words_together_comes_before_what_holds_them_here_and_there(index: DocumentIndex) -> None:
    _, hits = index.search("How do I end a show over the wire?", 3)
    assert hits[0].entry.extra["path"] == "calls.md"
