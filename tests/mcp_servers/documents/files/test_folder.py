"""What of a folder is read, and above all what is not."""

import os
import unicodedata
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from agentic_search.mcp_servers.documents.files import beneath
from agentic_search.mcp_servers.documents.files.beneath import Escaped, open_and_compare, open_stepwise
from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES, Folder, Refused

SECRET = "the secret outside"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A neighbour of the folder, with something in it that must never be read."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(SECRET)
    return outside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    (root / "sub").mkdir(parents=True)
    (root / "guide.md").write_text("guide")
    (root / "sub" / "page.html").write_text("<p>page")
    return root


Form: TypeAlias = Literal["NFC", "NFD"]


def open_descriptors() -> int:
    """How many this process has; 0 where the system does not tell."""
    told = Path("/proc/self/fd")
    return len(list(told.iterdir())) if told.exists() else 0


def test_documents_are_found_in_folders_below_and_nothing_else_is(root: Path) -> None:
    for name in (".hidden.md", "picture.png", ".git/config.md", "node_modules/readme.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    listing = Folder(root).look()
    assert sorted(listing.files) == ["guide.md", "sub/page.html"]
    assert listing.refused == {}


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "nowhere")
    assert not folder.exists()
    assert folder.look().files == {}


def test_a_file_is_read_with_the_state_it_is_of(root: Path) -> None:
    data, stamp = Folder(root).read("guide.md")
    assert data == b"guide"
    assert stamp == Folder(root).look().files["guide.md"]


@pytest.mark.parametrize(
    "name",
    ["../outside/secret.md", "sub/../../outside/secret.md", "..", ".", "", "/etc/passwd", "guide.md\0.md", "sub/.."],
)
def test_no_path_leads_out_of_the_folder(root: Path, outside: Path, name: str) -> None:
    with pytest.raises(Refused):
        Folder(root).read(Folder(root).locate(name))


def test_an_absolute_path_is_refused_even_into_the_folder(root: Path) -> None:
    with pytest.raises(Refused, match="list_documents"):
        Folder(root).locate(str(root / "guide.md"))


@pytest.mark.parametrize("name", ["../outside/secret.md", "sub/../guide.md", "./guide.md", "sub//page.html", ""])
def test_reading_takes_only_plain_paths(root: Path, outside: Path, name: str) -> None:
    with pytest.raises(Refused):
        Folder(root).read(name)


def test_links_out_of_the_folder_are_listed_as_refused_and_never_read(root: Path, outside: Path) -> None:
    (root / "file.md").symlink_to(outside / "secret.md")
    (root / "dir").symlink_to(outside)
    (root / "first.md").symlink_to(root / "second.md")
    (root / "second.md").symlink_to(outside / "secret.md")
    folder = Folder(root)
    listing = folder.look()
    assert sorted(listing.files) == ["guide.md", "sub/page.html"]
    assert sorted(listing.refused) == ["dir", "file.md", "first.md", "second.md"]
    for name in ("file.md", "dir/secret.md", "first.md", "second.md"):
        with pytest.raises(Refused, match="outside"):
            folder.locate(name)
        with pytest.raises(Refused, match="symbolic link"):
            folder.read(name)


def test_a_link_within_the_folder_leads_to_the_real_document(root: Path) -> None:
    (root / "latest.md").symlink_to("guide.md")
    (root / "again").symlink_to("sub", target_is_directory=True)
    folder = Folder(root)
    assert sorted(folder.look().files) == ["guide.md", "sub/page.html"]
    assert folder.locate("latest.md") == "guide.md"
    assert folder.read(folder.locate("again/page.html"))[0] == b"<p>page"


def test_links_in_a_circle_and_to_nothing_do_no_harm(root: Path) -> None:
    (root / "sub" / "up").symlink_to(root, target_is_directory=True)
    (root / "a.md").symlink_to("b.md")
    (root / "b.md").symlink_to("a.md")
    (root / "gone.md").symlink_to("nothing.md")
    folder = Folder(root)
    listing = folder.look()
    assert sorted(listing.files) == ["guide.md", "sub/page.html"]
    assert listing.refused["gone.md"] == "a symbolic link to nothing"
    with pytest.raises(Refused):
        folder.read(folder.locate("a.md"))


def test_a_folder_swapped_for_a_link_between_check_and_use_is_not_followed(root: Path, outside: Path) -> None:
    (root / "sub" / "secret.md").write_text("harmless")
    folder = Folder(root)
    checked = folder.locate("sub/secret.md")
    (root / "sub").rename(root / "moved")
    (root / "sub").symlink_to(outside, target_is_directory=True)
    with pytest.raises(Refused, match="symbolic link"):
        folder.read(checked)


def test_a_file_swapped_for_a_link_between_check_and_use_is_not_followed(root: Path, outside: Path) -> None:
    folder = Folder(root)
    checked = folder.locate("guide.md")
    (root / "guide.md").unlink()
    (root / "guide.md").symlink_to(outside / "secret.md")
    with pytest.raises(Refused, match="symbolic link"):
        folder.read(checked)


def test_the_whole_folder_swapped_for_a_link_is_not_followed(root: Path, outside: Path) -> None:
    folder = Folder(root)
    root.rename(root.with_name("moved"))
    root.symlink_to(outside, target_is_directory=True)
    assert not folder.exists()
    assert folder.look().files == {}
    with pytest.raises(Refused):
        folder.read("secret.md")


def test_a_folder_given_as_a_link_is_the_folder_that_it_leads_to(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    assert Folder(tmp_path / "link").read("guide.md")[0] == b"guide"


def test_opening_and_comparing_refuses_what_taking_steps_refuses(root: Path, outside: Path) -> None:
    (root / "dir").symlink_to(outside, target_is_directory=True)
    (root / "file.md").symlink_to(outside / "secret.md")
    for descriptor in (open_and_compare(root, ["guide.md"]), open_stepwise(root, ["guide.md"])):
        assert os.read(descriptor, 100) == b"guide"
        os.close(descriptor)
    for parts in (["dir", "secret.md"], ["file.md"]):
        with pytest.raises(OSError):
            open_and_compare(root, parts)
        with pytest.raises(OSError):
            open_stepwise(root, parts)
    with pytest.raises(Escaped):
        beneath.open_beneath(root, "sub/../guide.md")


def test_no_descriptor_is_left_open_by_refusals(root: Path, outside: Path) -> None:
    (root / "dir").symlink_to(outside, target_is_directory=True)
    before = open_descriptors()
    for _ in range(20):
        for parts in (["dir", "secret.md"], ["sub", "nothing.md"], ["guide.md", "x.md"]):
            with pytest.raises(OSError):
                open_stepwise(root, parts)
            with pytest.raises(OSError):
                open_and_compare(root, parts)
    assert open_descriptors() == before


def test_a_pipe_named_like_a_document_does_not_make_the_reader_wait(root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    with pytest.raises(Refused, match="regular"):
        Folder(root).read("pipe.md")


def test_a_huge_file_is_refused_with_its_size_and_the_limit(root: Path) -> None:
    with (root / "huge.txt").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(Refused, match=r"32\.0 MiB; at most 32 MiB"):
        Folder(root).read("huge.txt")


def test_a_file_that_is_no_document_is_refused_though_it_is_there(root: Path) -> None:
    (root / "key.pem").write_text("key")
    (root / ".notes.md").write_text("hidden")
    for name in ("key.pem", ".notes.md", "sub"):
        with pytest.raises(Refused, match="no document"):
            Folder(root).locate(name)


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
def test_a_name_that_is_no_text_is_listed_and_stops_nothing(root: Path) -> None:
    (Path(os.fsdecode(os.fsencode(root) + b"/bad\xff.md"))).write_text("x")
    listing = Folder(root).look()
    assert listing.refused == {"bad?.md": "its name is not valid UTF-8"}
    assert sorted(listing.files) == ["guide.md", "sub/page.html"]


def test_a_document_of_another_kind_is_listed_with_what_would_help(root: Path) -> None:
    (root / "slides.key").write_text("x")
    listing = Folder(root).look()
    assert "slides.key" not in listing.files
    assert "save it as PDF" in listing.refused["slides.key"]
    with pytest.raises(Refused, match="save it as PDF"):
        Folder(root).locate("slides.key")


def test_a_loop_of_links_is_told_as_one(root: Path) -> None:
    (root / "one.md").symlink_to("two.md")
    (root / "two.md").symlink_to("one.md")
    (root / "self").symlink_to("self")
    folder = Folder(root)
    assert folder.look().refused == dict.fromkeys(("one.md", "two.md", "self"), "a loop of symbolic links")
    for name in ("one.md", "self/guide.md"):
        with pytest.raises(Refused, match=r"^a loop of symbolic links$"):
            folder.locate(name)


@pytest.mark.parametrize(("kept", "asked"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_name_is_found_in_either_form_of_its_accents(root: Path, kept: Form, asked: Form) -> None:
    (root / unicodedata.normalize(kept, "café.md")).write_text("x")
    located = Folder(root).locate(unicodedata.normalize(asked, "café.md"))
    assert Folder(root).read(located)[0] == b"x"
