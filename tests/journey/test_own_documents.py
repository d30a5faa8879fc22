"""Questions of people to their own documents, without a model: what leads the answer, and what is said beside it."""

import sys
from collections.abc import AsyncGenerator

import pytest

from tests.mcp_servers.documents.writers.office import make_docx, paragraph, table
from tests.support.service import ROOT, RunningService, running_service

CRANE = make_docx(
    paragraph("Crane manual", "Heading1"),
    paragraph("This manual tells how the crane is kept."),
    paragraph("Maintenance", "Heading2"),
    table(["Part", "Interval"], ["Boom", "6 months"], ["Rope", "4 weeks"]),
)
TEXTS = {
    "miete.md": "# Miete\n\nDie Miete ist bis zum 5. Werktag des Monats zu zahlen. Danach wird gemahnt.\n",
    "公司.md": "# 公司简介\n\n公司总部位于上海浦东新区，成立于一九九八年。我们生产起重机。\n",
    "本社.txt": "本社は大阪にあります。工場は名古屋です。\n",
    "bolt.md": "# Bolts\n\n| Bolt | Torque |\n|---|---|\n| M99 | 412 Nm |\n",
    "box.mbox": "x",
    "talk.key": "x",
}


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    """The service with the real documents server over a folder of such files."""
    folder = tmp_path_factory.mktemp("service")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "crane.docx").write_bytes(CRANE)
    for name, text in TEXTS.items():
        (documents / name).write_text(text, encoding="utf-8")
    arguments = ["-m", "agentic_search.mcp_servers.documents", str(documents)]
    servers = {"documents": {"command": sys.executable, "args": arguments, "env": {"PYTHONPATH": str(ROOT)}}}
    async with running_service(folder, servers=servers) as running:
        await running.ready_servers("documents")
        yield running


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("What is the interval of the boom?", "**Boom — 6 months** [1]"),
        ("What is the torque of the M99?", "**M99 — 412 Nm** [1]"),
        ("公司总部在哪里", "**公司总部位于上海浦东新区，成立于一九九八年。** [1]"),
        ("请问公司的总部位于哪里？", "**公司总部位于上海浦东新区，成立于一九九八年。** [1]"),
        ("本社はどこにありますか", "**本社は大阪にあります。** [1]"),
        ("Bis wann ist die Miete zu zahlen?", "**Die Miete ist bis zum 5. Werktag des Monats zu zahlen.** [1]"),
    ],
)
async def test_the_answering_row_or_sentence_leads_whole(service: RunningService, question: str, lead: str) -> None:
    run = await service.ask(question)
    assert (run["answer"].partition("\n")[0], run["nothing_found"]) == (lead, False)
    assert "cannot be read" not in run["answer"]


async def test_what_cannot_be_read_is_told_where_nothing_is_found_and_where_it_is_asked_for(
    service: RunningService,
) -> None:
    nothing = await service.ask("Who designed the lighthouse?")
    assert "(5 files; 2 more cannot be read: list_documents tells why); no text there" in nothing["answer"]
    named = await service.ask("What does the box.mbox say?")
    assert "box.mbox cannot be read: a mailbox; save its messages" in named["answer"]
    listed = await service.ask("list my documents")
    assert "2 files cannot be read; the `problem` of each says why." in listed["answer"].replace("\\", "")
    steps = [step for step in listed["thinking_steps"] if step.startswith("✅") and "list_documents" in step]
    assert steps and all(": said" not in step and "said: 2 files cannot be read" in step for step in steps)


@pytest.mark.parametrize("question", ["what is the and of", "who are you?", "?!"])
async def test_a_question_without_a_word_to_search_for_is_told_so(service: RunningService, question: str) -> None:
    run = await service.ask(question)
    assert run["nothing_found"] and run["answer"].startswith("**The question holds nothing to search for: ")
