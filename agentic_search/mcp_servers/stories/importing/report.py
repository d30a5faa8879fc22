"""What an import has to tell: how many items of which kind it took in, and every error."""

from dataclasses import dataclass, field

from agentic_search.mcp_servers.stories.intake import Tally


class SourceError(Exception):
    """A source as a whole cannot be read; the text says why."""


@dataclass(slots=True)
class Report:
    """Of one source."""

    source: str
    tally: Tally = field(default_factory=Tally)
    older: int = 0
    """Items passed over because they are older than asked for."""
    remarks: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])

    def summary(self) -> str:
        """One line for people."""
        told = [f"{self.tally.added:,} new", f"{self.tally.updated:,} updated", f"{self.tally.unchanged:,} unchanged"]
        if self.older:
            told.append(f"{self.older:,} older passed over")
        if self.errors:
            told.append(f"{len(self.errors):,} errors")
        return f"{self.source}: {', '.join(told + self.remarks)}"
