"""A German question and an English document that share a name only: an embedding model finds it, if there is one."""

import sys
from pathlib import Path

import pytest

from agentic_search.synthesis.writing.extractive_writer import BY_MEANING
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.ollama_double.embedding import by_concept
from tests.support.service import ROOT, running_service

TEXT = "# Accounts\n\nA bill from Aurora may be paid within thirty days. Who is late owes a fee of two percent."
QUESTION = "Wie viele Tage habe ich, um die Rechnung der Firma Aurora zu bezahlen?"
EMBEDDER = Model("nomic-embed", ("embedding",), vector=by_concept)


@pytest.mark.parametrize(
    ("models", "asked", "found"),
    [((EMBEDDER,), None, True), ((EMBEDDER,), "offline", False), ((), None, False)],
    ids=["with one", "with none asked for", "with none there"],
)
async def test_meaning_finds_what_words_do_not(
    tmp_path: Path, models: tuple[Model, ...], asked: str | None, *, found: bool
) -> None:
    documents = tmp_path / "texts"
    documents.mkdir()
    (documents / "accounts.md").write_text(TEXT)
    entry = {
        "command": sys.executable,
        "args": ["-m", "agentic_search.mcp_servers.documents", str(documents)],
        "env": {"AGENTIC_SEARCH_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)},
    }
    async with (
        OllamaDouble(models) as ollama,
        running_service(tmp_path, servers={"papers": entry}, ollama=ollama.url) as service,
    ):
        await service.ready_servers("papers")
        run = await service.ask(QUESTION, **({"model": asked} if asked else {}))
    assert run["status"] == "completed", run
    assert run["nothing_found"] is not found
    assert (BY_MEANING in run["answer"]) is found
    assert "Accounts" in run["sources"][0]["title"]
