"""Questions in sixteen languages, asked of the documents server over short documents of the same languages.

    python -m benchmarks.quality.languages [--show]

A question counts where the right document is among the first three results. The questions under `questions` and
`held_out` are those that ranking was mended with; those under `fresh`, and the languages that only they have, were
written after that, before any result of theirs was seen. Exit status 1 where too few are right.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from pydantic import BaseModel

from benchmarks.report import print_report

TABLE = Path(__file__).with_suffix(".json")
FIRST_FEW = 3
TARGET = 0.9
"""Share of a table's questions."""


class LanguageQuestion(BaseModel):
    """A question, and the document that answers it."""

    question: str
    right: str


class LanguageTable(BaseModel):
    """Documents by name, whose first letters name the language, and the questions over them."""

    documents: dict[str, str]
    questions: list[LanguageQuestion]
    held_out: list[LanguageQuestion]
    fresh: list[LanguageQuestion]

    def by_name(self) -> dict[str, list[LanguageQuestion]]:
        """The questions of each kind."""
        return {"questions": self.questions, "held out": self.held_out, "fresh": self.fresh}


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and the documents found for it, best first."""

    asked: LanguageQuestion
    found: Sequence[str]

    @property
    def among_three(self) -> bool:
        """The right document is one of the first three."""
        return self.asked.right in self.found[:FIRST_FEW]


def read_table(path: Path = TABLE) -> LanguageTable:
    """The documents and questions."""
    return LanguageTable.model_validate_json(path.read_bytes())


async def ask_all(table: LanguageTable, questions: Sequence[LanguageQuestion]) -> list[Answered]:
    """Ask a documents server of its own, whose index is made in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "documents"
        folder.mkdir()
        for document, text in table.documents.items():
            (folder / f"{document}.md").write_text(text, encoding="utf-8")
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "agentic_search.mcp_servers.documents", str(folder)],
            env={**os.environ, "AGENTIC_SEARCH_CACHE": str(Path(name) / "cache")},
        )
        async with Client(server) as client:
            return [Answered(each, await _found(client, each.question)) for each in questions]


async def _found(client: Client, question: str) -> list[str]:
    result = await client.call_tool("search_documents", {"query": question, "limit": 8})
    content: dict[str, Any] = result.structured_content or {}
    return [Path(hit["path"]).stem for hit in content["results"]]


def figures(name: str, answered: Sequence[Answered]) -> dict[str, object]:
    """How many are right."""
    return {
        "questions": name,
        "languages": len({each.asked.right[:2] for each in answered}),
        "n": len(answered),
        "first": sum(each.asked.right in each.found[:1] for each in answered),
        "among three": sum(each.among_three for each in answered),
    }


def main() -> int:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="show what was found where the right document is not first")
    show: bool = parser.parse_args().show
    table = read_table()
    parts = {name: asyncio.run(ask_all(table, asked)) for name, asked in table.by_name().items()}
    answered = [each for part in parts.values() for each in part]
    for each in answered if show else ():
        if each.asked.right not in each.found[:1]:
            print(f"{each.asked.question}: {each.asked.right} is not first: {', '.join(each.found)}", file=sys.stderr)
    print_report("languages", [figures(name, part) for name, part in parts.items()])
    return 0 if all(sum(each.among_three for each in part) >= TARGET * len(part) for part in parts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
