"""The report of an import: how many items were added, updated or passed over, and every error in words."""

from dataclasses import dataclass, field

from pydantic import ValidationError

from agentic_search.mcp_servers.stories.archive.writing import Tally


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


def complaints(error: ValidationError) -> str:
    """What pydantic found wrong, in one line: each field with its fault."""
    found = [
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" if detail["loc"] else detail["msg"]
        for detail in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return "; ".join(found)
