"""The report of an import: how many items were added, updated or passed over, and every error in words."""

from dataclasses import dataclass, field

from pydantic import ValidationError

from agentic_search.mcp_servers.stories.archive.writing import Tally
from agentic_search.text.controls import without_controls

MOST_ERRORS = 50
MOST_COMPLAINTS = 5
MOST_CHARACTERS = 500
"""Of what is told: errors of a source, faults of an item, characters of a line."""


class SourceError(Exception):
    """A source as a whole cannot be read; the text says why."""


@dataclass(slots=True)
class ImportReport:
    """The report on one source."""

    source: str
    tally: Tally = field(default_factory=Tally)
    older: int = 0
    """Items passed over because they are older than asked for."""
    remarks: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])

    def summary(self) -> str:
        """One line for people."""
        counts = [f"{self.tally.added:,} new", f"{self.tally.updated:,} updated", f"{self.tally.unchanged:,} unchanged"]
        if self.older:
            counts.append(f"{self.older:,} older passed over")
        if self.errors:
            counts.append(f"{len(self.errors):,} errors")
        return f"{self.source}: {', '.join(counts + self.remarks)}"

    def told_errors(self) -> list[str]:
        """The first errors, and how many more there are."""
        more = len(self.errors) - MOST_ERRORS
        return self.errors[:MOST_ERRORS] + ([f"{more:,} more errors in {self.source}"] if more > 0 else [])


def one_line(text: str) -> str:
    """For a terminal, which what strangers wrote must neither steer nor fill."""
    line = " ".join(without_controls(text).split())
    return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…"


def complaints(error: ValidationError) -> str:
    """What pydantic found wrong, in one line: each field with its fault."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    found = [
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" if detail["loc"] else detail["msg"]
        for detail in details[:MOST_COMPLAINTS]
    ]
    return "; ".join([*found, *([f"{len(details) - len(found):,} more"] if len(details) > len(found) else [])])
