"""The import command over real HTTP and real files: what is kept, what is reported, how it ends."""

import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentic_search.mcp_servers.stories.__main__ import main
from agentic_search.mcp_servers.stories.importing.fetching import Fetcher
from agentic_search.mcp_servers.stories.importing.report import SourceError
from tests.mcp_servers.stories.connection import ROOT
from tests.mcp_servers.stories.importing.samples import ATOM, RSS, comment_hit, lines, page, story_hit
from tests.mcp_servers.stories.importing.web import Answer, Web, web


@pytest.fixture
def site() -> Generator[Web]:
    with web() as served:
        yield served


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command over the test's archive, to its end."""
    monkeypatch.setenv("AGENTIC_SEARCH_STORIES", str(archive))

    def run(*arguments: str) -> Ended:
        try:
            status = main(list(arguments))
        except SystemExit as wrong_usage:
            assert isinstance(wrong_usage.code, int)
            status = wrong_usage.code
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    return run


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where the archive will be; neither it nor its folder is there yet."""
    return tmp_path / "data" / "stories.sqlite"


def test_hacker_news_is_imported_page_by_page_and_again_without_change(run: Run, site: Web, archive: Path) -> None:
    first = page([story_hit(1, "One"), comment_hit(10, "<p>Well", 1)], pages=2, found=3)
    api = ("--api", site.url)
    site.serve("/search_by_date", first, page([story_hit(2, "Two")], pages=2, found=3), first)
    options = ("--query", "otters", "--tags", "(story,comment)", "--since", "2025-01-01")
    ended = run("import", "hackernews", *api, *options)
    assert (ended.status, ended.err) == (0, "")
    assert "hackernews: 3 new, 0 updated, 0 unchanged" in ended.out
    assert str(archive) in ended.out
    path, asked = site.asked[0]
    assert path == "/search_by_date"
    assert asked["query"] == "otters"
    assert asked["tags"] == "(story,comment)"
    assert asked["numericFilters"] == "created_at_i>=1735689600"
    assert [asked["page"] for _, asked in site.asked] == ["0", "1"]
    again = run("import", "hn", *api, "--pages", "1")
    assert "hn: 0 new, 0 updated, 2 unchanged, of 3 found" in again.out


def test_a_changed_story_is_updated_not_doubled(run: Run, site: Web, archive: Path) -> None:
    site.serve("/search_by_date", page([story_hit(1, "One")]), page([story_hit(1, "One", points=99)]))
    run("import", "hackernews", "--api", site.url)
    ended = run("import", "hackernews", "--api", site.url)
    assert "0 new, 1 updated, 0 unchanged" in ended.out
    assert "Hacker News: 1 stories, 0 comments, 2025-06-01 to 2025-06-01" in run("stats").out


def test_a_bad_hit_is_reported_and_the_good_ones_are_kept(run: Run, site: Web, archive: Path) -> None:
    site.serve("/search_by_date", page([story_hit(1, "One"), {"title": "no id"}, story_hit(3, "Three")]))
    ended = run("import", "hackernews", "--api", site.url)
    assert ended.status == 1
    assert "2 new" in ended.out
    assert ended.err == "error: Hacker News, page 0, hit 1: objectID: Field required\n"


def test_a_server_that_stumbles_is_asked_again(run: Run, site: Web) -> None:
    busy = Answer(b"", 429, {"Retry-After": "0"})
    site.serve("/search_by_date", busy, Answer(b"", 503, {"Retry-After": "0"}), page([story_hit(1, "One")]))
    ended = run("import", "hackernews", "--api", site.url)
    assert (ended.status, len(site.asked)) == (0, 3)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(b"", 404), "answered 404"),
        (Answer(b"", 503, {"Retry-After": "0"}), "answered 503"),
        (Answer(b"<html>"), "gave no page of hits: Invalid JSON"),
        (Answer(b'{"hits": 5}'), "gave no page of hits: hits"),
        (Answer(b"x", headers={"Content-Length": "500"}), "cannot be reached"),
    ],
)
def test_an_api_that_gives_nothing_usable_is_reported(
    run: Run, site: Web, archive: Path, answer: Answer, message: str
) -> None:
    site.serve("/search_by_date", answer)
    ended = run("import", "hackernews", "--api", site.url)
    assert ended.status == 1
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_feeds_and_files_are_distinguished_by_what_is_in_them(
    run: Run, site: Web, archive: Path, tmp_path: Path
) -> None:
    feed_url = site.serve("/moved/feed", RSS)
    old_url = site.serve("/feed", Answer(b"", 301, {"Location": "/moved/feed"}))
    atom, records = tmp_path / "atom.txt", tmp_path / "records.txt"
    atom.write_bytes(ATOM)
    records.write_bytes(b"\xef\xbb\xbf" + lines({"id": 1, "title": "A line"}))
    ended = run("import", old_url, str(atom), str(records), feed_url)
    assert ended.status == 1
    assert f"{old_url}: 2 new, 0 updated, 0 unchanged, 1 errors" in ended.out
    assert "atom.txt: 1 new" in ended.out
    assert "records.txt: 1 new" in ended.out
    assert f"{feed_url}: 0 new, 0 updated, 2 unchanged" in ended.out


def test_one_bad_source_does_not_keep_the_others_out(run: Run, archive: Path, tmp_path: Path) -> None:
    for name, data in {"good.jsonl": lines({"id": 1, "title": "A"}), "empty": b" \n", "odd": b"hello"}.items():
        (tmp_path / name).write_bytes(data)
    sources = [str(tmp_path / name) for name in ("missing.xml", "empty", "odd", "good.jsonl")]
    ended = run("import", "http://127.0.0.1:1/feed", "http://[bad/", str(tmp_path), *sources)
    assert ended.status == 1
    assert "good.jsonl: 1 new" in ended.out
    assert len(ended.err.splitlines()) == 6
    for message in (
        "cannot be reached",
        "No such file",
        "Is a directory",
        "is empty",
        "is not an RSS, Atom or JSON feed",
    ):
        assert message in ended.err
    assert "Traceback" not in ended.err


def test_every_bad_line_is_reported_with_its_number(run: Run, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"id": 1, "title": "A"}, b"{bad", {"id": 2}, {"id": 3, "title": "C"}))
    ended = run("import", str(tmp_path / "a.jsonl"))
    assert ended.status == 1
    assert [line.split(": ")[1] for line in ended.err.splitlines()] == ["a.jsonl, line 2", "a.jsonl, line 3"]
    assert "2 new" in ended.out


def test_what_is_older_than_asked_for_is_passed_over(run: Run, archive: Path, tmp_path: Path) -> None:
    old, new = {"created_at": "2020-01-01"}, {"created_at": "2025-01-01"}
    (tmp_path / "a.jsonl").write_bytes(lines({"id": 1, "title": "A", **old}, {"id": 2, "title": "B", **new}))
    ended = run("import", str(tmp_path / "a.jsonl"), "--since", "2024-01-01")
    assert "1 new, 0 updated, 0 unchanged, 1 older passed over" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("import",),
        ("import", "a.xml", "--query", "x"),
        ("import", "hackernews", "--pages", "0"),
        ("import", "hackernews", "--since", "soon"),
        ("import", "hackernews", "--colour"),
        ("stats", "x"),
        ("frobnicate",),
    ],
)
def test_wrong_usage_ends_with_status_2_and_a_reason(run: Run, archive: Path, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.status == 2
    assert ended.err
    assert not archive.exists()


def test_a_file_that_is_no_archive_is_left_alone(run: Run, archive: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    archive.parent.mkdir()
    archive.write_text("my only copy" * 100)
    source.write_bytes(lines({"id": 1, "title": "A"}))
    ended = run("import", str(source))
    assert ended.status == 1
    assert "cannot be used" in ended.err
    assert archive.read_text() == "my only copy" * 100
    assert run("stats").status == 1


def test_the_statistics_of_an_empty_archive_say_how_to_fill_it(run: Run, archive: Path) -> None:
    ended = run("stats")
    assert ended.status == 0
    assert "stories import hackernews" in ended.out
    assert not archive.exists()


def test_a_server_that_is_down_is_asked_again_after_longer_and_longer_waits(site: Web) -> None:
    url = site.serve("/feed", Answer(b"", 500))
    waits: list[float] = []
    with pytest.raises(SourceError, match="answered 500"):
        Fetcher(waits.append).get(url)
    assert waits == [0.5, 1.0]


def test_a_server_that_asks_for_a_year_is_not_waited_for_so_long(site: Web) -> None:
    url = site.serve("/feed", Answer(b"", 429, {"Retry-After": "31536000"}), Answer(b"here"))
    waits: list[float] = []
    assert Fetcher(waits.append).get(url) == b"here"
    assert waits == [30.0]


def test_the_commands_end_with_their_status_and_load_only_what_they_need(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"id": 1, "title": "A"}, b"bad"))
    check = """
import sys
from agentic_search.mcp_servers.stories.__main__ import main
status = main(["import", sys.argv[1]])
assert "mcp" not in sys.modules
sys.exit(status)
"""
    ended = subprocess.run(
        [sys.executable, "-c", check, str(tmp_path / "a.jsonl")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"AGENTIC_SEARCH_STORIES": str(archive), "PATH": ""},
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "a.jsonl: 1 new" in ended.stdout
    assert "a.jsonl, line 2" in ended.stderr
