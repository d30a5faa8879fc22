"""What is met while an entry is read: complaints, for which it cannot be used, and warnings of what is not used."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from agentic_search.tools.config.entry.keys import OURS


@dataclass(slots=True)
class EntryNotes:
    """Collects both; no value is ever repeated in them, for it may be a secret."""

    warnings: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    def warn(self, key: str, what: str) -> None:
        """Note what was not understood as it was meant."""
        self.warnings.append(f'"{key}": {what}')

    def complain(self, key: str, what: str) -> None:
        """Note why the entry cannot be used."""
        self.complaints.append(f'"{key}": {what}')

    def unknown(self, key: str, known: Sequence[str] = OURS, *, within: str = "") -> None:
        """Warn of a key that is not used; with a suggestion only where it is likely to be mistyped."""
        near = get_close_matches(key, known, n=1, cutoff=0.8)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        self.warn(f"{within}.{key}" if within else key, f"unknown field, not used{hint}")
