"""What is remembered for good: over restarts, bounded, in a file that is always whole."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from agentic_search.scheduler.approval.memory import LARGEST_FILE, MOST_REMEMBERED, ApprovalMemory

KEY = ("files", "move_file", "origin")


async def test_a_word_holds_at_once_and_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "data" / "approvals.json"
    memory = ApprovalMemory(file)
    words = memory.words
    memory.note(KEY, allowed=True)
    memory.note(("files", "wípe", ""), allowed=False)
    assert words == {KEY: True, ("files", "wípe", ""): False}
    await memory.save()
    assert ApprovalMemory(file).words == words
    memory.note(KEY, allowed=False)
    await memory.save()
    assert ApprovalMemory(file).words[KEY] is False
    assert [path.name for path in file.parent.iterdir()] == ["approvals.json"]


async def test_it_is_bounded_and_forgets_the_oldest(tmp_path: Path) -> None:
    memory = ApprovalMemory(tmp_path / "approvals.json")
    for number in range(MOST_REMEMBERED + 5):
        memory.note(("server", f"tool {number}", ""), allowed=True)
    await memory.save()
    for words in (memory.words, ApprovalMemory(tmp_path / "approvals.json").words):
        assert len(words) == MOST_REMEMBERED
        assert ("server", "tool 4", "") not in words and ("server", "tool 5", "") in words


async def test_what_is_said_again_is_no_longer_the_oldest(tmp_path: Path) -> None:
    memory = ApprovalMemory(tmp_path / "approvals.json")
    for number in [*range(MOST_REMEMBERED), 0, MOST_REMEMBERED]:
        memory.note(("server", f"tool {number}", ""), allowed=True)
    assert ("server", "tool 0", "") in memory.words and ("server", "tool 1", "") not in memory.words


async def test_the_first_start_says_nothing_and_its_folder_is_the_user_s_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "not" / "there" / "approvals.json"
    memory = ApprovalMemory(file)
    assert not caplog.records
    for _ in range(2):
        memory.note(("files", "wípe", ""), allowed=False)
        await memory.save()
    assert file.read_text(encoding="utf-8") == '[["files", "wípe", "", false]]'
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]x", '{"a": 1}', "[[1, 2, 3, 4]]", '[["a", "b", true]]', "null", "\x00", '[["a", "b", "", "yes"]]'],
)
async def test_a_file_that_cannot_be_read_allows_nothing_and_is_logged(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "approvals.json"
    file.write_text(text)
    memory = ApprovalMemory(file)
    assert len(memory.words) == 0
    assert f"{file} cannot be read, so tools that were approved for good ask again" in caplog.text
    memory.note(KEY, allowed=True)
    await memory.save()
    assert ApprovalMemory(file).words == {KEY: True}


@pytest.mark.parametrize(("beyond", "read"), [(0, 1), (1, 0)])
def test_no_more_of_a_file_is_read_than_it_may_hold(tmp_path: Path, beyond: int, read: int) -> None:
    file = tmp_path / "approvals.json"
    file.write_text('[["files", "move_file", "", true]'.ljust(LARGEST_FILE - 1 + beyond) + "]")
    assert len(ApprovalMemory(file).words) == read


async def test_where_it_cannot_be_written_it_holds_until_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    memory = ApprovalMemory(tmp_path / "file" / "approvals.json")
    memory.note(KEY, allowed=True)
    await memory.save()
    assert memory.words[KEY] and "forgotten when the service ends" in caplog.text


async def test_many_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    memory = ApprovalMemory(tmp_path / "approvals.json")

    async def say(number: int) -> None:
        memory.note(("server", str(number), ""), allowed=True)
        await memory.save()

    await asyncio.gather(*map(say, range(30)))
    assert len(json.loads((tmp_path / "approvals.json").read_text())) == 30
