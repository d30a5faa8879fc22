"""What else than plain files may stand in a folder, and under which names: nothing hangs, nothing breaks a result."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentic_search.mcp_servers.documents.files import folder as folder_module
from agentic_search.mcp_servers.documents.files.folder import NO_FILE, Folder, Refused
from tests.mcp_servers.documents.connection import documents

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names and files")

DEEP = 1_000


BAD = "\udce9"
"""A byte of Latin-1, as Python has it in names."""


def pipe(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.fsencode(path))


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


@pytest.mark.parametrize("name", ["a.md", f"a{BAD}.md"])
@pytest.mark.parametrize(
    "make",
    [pipe, unix_socket, link_to("/dev/zero"), link_to("/proc/self/mem"), link_to(f"a{BAD}.md"), link_to("nothing")],
)
def test_what_is_no_file_is_refused_with_a_reason_that_can_be_sent(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / name)
    listing = Folder(tmp_path).look()
    assert listing.files == {}
    assert list(listing.refused) == [name.replace(BAD, "?")]
    json.dumps(listing.refused, ensure_ascii=False).encode()


@pytest.mark.parametrize("make", [pipe, unix_socket])
def test_what_is_no_file_is_never_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "a.md")
    with pytest.raises(Refused, match=NO_FILE):
        Folder(tmp_path).read("a.md")


@pytest.mark.parametrize(
    "name", ["new\nline.md", "\x1b[31mred\x07.md", "\u202egnp.md", "back\\slash.md", "%20#?.md", " .md"]
)
def test_an_odd_name_is_listed_and_read_as_any(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("lamp")
    folder = Folder(tmp_path)
    assert list(folder.look().files) == [name]
    assert folder.read(folder.locate(name))[0] == b"lamp"


def test_a_folder_of_a_name_that_is_not_utf_8_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / f"closed{BAD}"
    bad.mkdir()
    scandir = os.scandir

    def refusing(path: Path) -> object:  # the superuser, who runs many a test, may read every folder
        if path == bad:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(folder_module.os, "scandir", refusing)
    assert Folder(tmp_path).look().refused == {"closed?/": "it cannot be opened: Permission denied"}


def test_links_that_lead_back_and_very_deep_folders_are_gone_through_once(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to(".")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("end.md", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    found = list(Folder(tmp_path).look().files)
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # deeper than pytest can remove it on Python 3.11
    assert found == ["d/" * DEEP + "end.md"]


def test_a_folder_of_very_many_names_is_not_taken_in_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MOST_NAMES", 50)
    for number in range(80):
        (tmp_path / f"{number}.bin").touch()
    listing = Folder(tmp_path).look()
    assert listing.left_out
    assert sum(listing.passed_over.values()) == 50


def test_a_file_that_is_all_hole_is_refused_by_its_size(tmp_path: Path) -> None:
    with (tmp_path / "hole.txt").open("w") as file:
        file.truncate(100 * 2**30)
    with pytest.raises(Refused, match=r"it has 102400\.0 MiB"):
        Folder(tmp_path).read("hole.txt")


async def test_the_server_tells_of_all_of_them_and_finds_the_rest(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    for name in ("good.md", "new\nline.md", f"bad{BAD}.txt", f"dir{BAD}/in.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("lamp")
    pipe(root / f"pipe{BAD}.md")
    pipe(root / "\x1b[2J\npipe.md")
    link_to("/dev/zero")(root / f"zero{BAD}.md")
    for number in range(300):
        (root / f"empty{number}.txt").touch()
    async with documents(tmp_path / "cache", str(root)) as client:
        end = time.monotonic() + 60
        while True:
            answer = await client.call_tool("list_documents", {"limit": 2_000})
            assert not answer.is_error
            listed = answer.structured_content
            assert listed is not None
            if listed["indexing"]["complete"]:
                break
            assert time.monotonic() < end
        problems = {each["path"]: each["problem"] for each in listed["documents"] if each["problem"]}
        assert sorted(problems) == sorted(["bad?.txt", "pipe?.md", "\x1b[2J\npipe.md", "zero?.md", "dir?/in.md"])
        found = (await client.call_tool("search_documents", {"query": "lamp"})).structured_content
        assert found is not None
        assert sorted(each["path"] for each in found["results"]) == ["good.md", "new\nline.md"]
        assert "5 more cannot be read" in found["searched"]
        named = (await client.call_tool("search_documents", {"query": "what does 2J pipe say?"})).structured_content
        assert named is not None
        assert f"pipe.md cannot be read: {NO_FILE}." in named["note"] and "\x1b" not in named["note"]
