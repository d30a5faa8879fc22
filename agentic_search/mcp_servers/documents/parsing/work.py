"""What a worker process is ordered to do: parse the bytes of one file by the parser for its kind."""

import faulthandler
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES
from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.formats.mail import parse_mail
from agentic_search.mcp_servers.documents.parsing.formats.notebook import parse_notebook
from agentic_search.mcp_servers.documents.parsing.formats.office import KINDS_READ, TEXTS, parse_marked, parse_office
from agentic_search.mcp_servers.documents.parsing.formats.slides import parse_odp
from agentic_search.mcp_servers.documents.parsing.formats.word import parse_word
from agentic_search.mcp_servers.documents.parsing.markdown import parse_markdown
from agentic_search.mcp_servers.documents.parsing.page import parse_html
from agentic_search.mcp_servers.documents.parsing.pdf import parse_pdf
from agentic_search.mcp_servers.documents.parsing.sections import cut
from agentic_search.text.document_kinds import Kind
from agentic_search.workers.ending import Ending, Raised, Returned

LONGEST = 65
"""Seconds after which the process ends itself, should it be left alone with a file that never ends."""


def parse_plain(data: bytes) -> Document:
    """The text as it stands, without a title."""
    text, note = decode(data)
    return Document("", text, cut(text, ()), note)


PARSERS: dict[Kind, Callable[[bytes], Document]] = {
    "markdown": parse_markdown,
    "text": parse_plain,
    "html": parse_html,
    "pdf": parse_pdf,
    "mail": parse_mail,
    "notebook": parse_notebook,
    **{kind: partial(parse_marked, kind) for kind in TEXTS},
}

PACKED: dict[Kind, Callable[[bytes, int], Document]] = {
    "word": parse_word,
    "odp": parse_odp,
    **{kind: partial(parse_office, kind) for kind in KINDS_READ},
}
"""These may unpack to more than a file may have: they are told how many bytes that are."""


def parse(kind: Kind, data: bytes, most_bytes: int = MOST_BYTES) -> Document:
    """`most_bytes`: of a file. Raises Unreadable for a file that nothing can be got out of."""
    return PACKED[kind](data, most_bytes) if kind in PACKED else PARSERS[kind](data)


def parse_file(kind: Kind, data: bytes, most_bytes: int) -> Ending:
    """The document of one file, as bytes."""
    return supervised(lambda: parse(kind, data, most_bytes).dump())


def supervised(work: Callable[[], bytes]) -> Ending:
    """Does whatever a parser may do, in a process of its own."""
    logging.disable()  # what is wrong with a file is told once, by the ending
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(LONGEST, exit=True, file=nowhere)
        try:
            return Returned(work())
        except Unreadable as why:
            return Raised(str(why))
        except RecursionError:
            return Raised("it is nested too deep")
        except MemoryError:
            return Raised("it needs too much memory")
        except Exception as error:  # noqa: BLE001 - the supervisor of one file: whatever goes wrong costs that file only
            return Raised(f"its parser failed: {error or type(error).__name__}")
        finally:
            faulthandler.cancel_dump_traceback_later()
