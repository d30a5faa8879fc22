"""A standing question over an archive that changes tells exactly what was added, over a restart of the service."""

import asyncio
from itertools import count
from pathlib import Path
from typing import Any

from tests.schedules.following import ask_and_wait, standing
from tests.support.service import RunningService, running_service

LAMPS = {
    "north.md": "# North tower\n\nThe lamp of the north tower was lit in 1901.\n",
    "south.md": "# South tower\n\nThe lamp of the south tower burns with 40 watts of oil light.\n",
}


def write(folder: Path, **texts: str) -> None:
    """Files of the archive."""
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text)


def titles(sources: list[dict[str, Any]]) -> set[str]:
    """Which documents."""
    return {source["url"].removeprefix("documents:").partition("#")[0] for source in sources}


async def until_found(service: RunningService, word: str, name: str | None) -> None:
    """Wait until the archive's index has noticed a change: that a word stands in a document, or in none."""
    async with asyncio.timeout(30):
        for number in count():
            arguments = {
                "query": f"{word} {'x' * (number % 500)}",
                "limit": 1 + number % 20,
            }  # no call is as one before
            plan = {"tasks": [{"tool": "search_documents", "arguments": arguments}]}
            run = await service.ask(word, plan=plan, model="offline")
            found = {result["path"] for result in run["tasks"][0]["result"]["results"]}
            if (name in found) if name else not found:
                return


async def test_what_was_added_is_told_three_times_over_a_restart(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    for name, text in LAMPS.items():
        (archive / name).write_text(text)
    settings = {"DOCUMENTS": str(archive), "DATABASE_URL": ""}
    async with running_service(tmp_path, bundled=True, settings=settings) as service:
        await service.ready_servers("documents")
        made = await standing(service, "Which lamp does each tower have?", tools=["search_documents"])
        first = await ask_and_wait(service, made["id"])
        assert first["news"]["since"] is None and first["news"]["found"]
        assert titles(first["news"]["sources"]["added"]) == {"north.md", "south.md"}
        again = await ask_and_wait(service, made["id"])
        assert not again["news"]["found"]
        assert again["answer"].startswith("Nothing new since")
        write(archive, east="# East tower\n\nThe lamp of the east tower was lit in 1923.\n")
        await until_found(service, "1923", "east.md")
        second = await ask_and_wait(service, made["id"])
        assert titles(second["news"]["sources"]["added"]) == {"east.md"}
        assert not second["news"]["sources"]["gone"] and not second["news"]["sources"]["changed"]
    async with running_service(tmp_path, bundled=True, settings=settings) as service:
        await service.ready_servers("documents")
        write(archive, north="# North tower\n\nThe lamp of the north tower was lit in 1902.\n")
        await until_found(service, "1902", "north.md")
        third = await ask_and_wait(service, made["id"])
        news = third["news"]
        assert not news["sources"]["added"] and not news["sources"]["gone"]
        assert titles([each["after"] for each in news["sources"]["changed"]]) == {"north.md"}
        (change,) = news["statements"]["changed"]
        assert "1901" in change["before"]["text"] and "1902" in change["after"]["text"]
        (archive / "south.md").unlink()
        await until_found(service, "oil", None)
        write(archive, west="# West tower\n\nThe lamp of the west tower was lit in 1930.\n")
        await until_found(service, "1930", "west.md")
        fourth = await ask_and_wait(service, made["id"])
        assert titles(fourth["news"]["sources"]["added"]) == {"west.md"}
        assert titles(fourth["news"]["sources"]["gone"]) == {"south.md"}
