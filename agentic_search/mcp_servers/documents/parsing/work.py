"""What a worker process is ordered to do: a file's bytes flow in; a document flows out, or one sentence on why not."""

import faulthandler
import logging
import os
from pathlib import Path

from agentic_search.mcp_servers.documents.kinds import Kind
from agentic_search.mcp_servers.documents.parsing.document import Unreadable
from agentic_search.mcp_servers.documents.parsing.parse import parse
from agentic_search.workers.ending import Ending, Raised, Returned

LONGEST = 65
"""Seconds after which the process ends itself, should it be left alone with a file that never ends."""


def parse_file(kind: Kind, data: bytes) -> Ending:
    """The supervisor of whatever a parser may do."""
    logging.disable()  # what is wrong with a file is told once, by the ending
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(LONGEST, exit=True, file=nowhere)
        try:
            return Returned(parse(kind, data).dump())
        except Unreadable as why:
            return Raised(str(why))
        except MemoryError:
            return Raised("it needs too much memory")
        except Exception as error:  # noqa: BLE001  # the supervisor of one file
            return Raised(f"its parser failed: {error or type(error).__name__}")
        finally:
            faulthandler.cancel_dump_traceback_later()
