"""What strangers send in place of a feed: an entry costs itself, a source costs itself, and each says so once."""

import gzip
import json
import zlib
from collections.abc import Generator
from pathlib import Path

import pytest
import zstandard

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.reading import Archive
from agentic_search.mcp_servers.stories.archive.writing import upsert
from agentic_search.mcp_servers.stories.importing.apart import read_feed_apart
from agentic_search.mcp_servers.stories.importing.command import main
from agentic_search.mcp_servers.stories.importing.feeds import MOST_PARTS, read_feed
from agentic_search.mcp_servers.stories.importing.fetching import Fetcher
from agentic_search.mcp_servers.stories.importing.report import MOST_CHARACTERS, MOST_ERRORS, ImportReport, SourceError
from tests.mcp_servers.stories.importing.samples import RSS
from tests.mcp_servers.stories.importing.web import Answer, Web, web

MANY = 50_000
GOOD = "<item><title>B</title><link>https://l.example/b</link></item>"
DATES = 'xmlns:d="http://purl.org/dc/elements/1.1/"'


@pytest.fixture
def site() -> Generator[Web]:
    with web() as served:
        yield served


def rss(inner: str, head: str = "") -> bytes:
    entry = f"<item><title>A</title><link>https://l.example/a</link>{inner}</item>"
    return f"<rss version='2.0' {DATES}><channel><title>L</title>{head}{entry}{GOOD}</channel></rss>".encode()


def titles(data: bytes) -> tuple[list[str | None], list[str]]:
    report = ImportReport("f.xml")
    return [item.title for items in read_feed(data, "f.xml", report) for item in items], report.errors


@pytest.mark.parametrize(
    "part",
    [
        "<category>c{}</category>",
        "<enclosure url='https://l.example/{}' type='a/b'/>",
        "<link>https://l.example/{}</link>",
        "<d:subject>s{}</d:subject>",
        "<title>t{}</title>",
        "<x{}>unknown</x{}>",
        "<p>",
    ],
)
def test_an_entry_of_very_many_parts_costs_itself(part: str) -> None:
    read, errors = titles(rss("".join(part.replace("{}", str(number)) for number in range(MANY))))
    assert read == ["B"]
    assert errors == [f"f.xml, entry 1: it has more than {MOST_PARTS:,} elements and attributes"]


def test_an_entry_of_very_many_attributes_costs_itself() -> None:
    read, errors = titles(rss("<guid " + " ".join(f"a{number}='1'" for number in range(MANY)) + ">g</guid>"))
    assert read == ["B"]
    assert len(errors) == 1


@pytest.mark.parametrize("name", ["author", "d:creator", "d:publisher", "managingEditor"])
@pytest.mark.parametrize("text", ["a" * 300_000, "a." * 150_000, "<![CDATA[" + "a" * 300_000 + "]]>"])
def test_a_name_without_end_is_cut(name: str, text: str) -> None:
    assert titles(rss(f"<{name}>{text}</{name}>")) == (["A", "B"], [])


@pytest.mark.parametrize("text", ["&lt;!--", "&lt;!", "&lt;?", "&lt;![CDATA[", "&lt;div&gt;", "&lt;a href=x "])
def test_a_text_of_openings_alone_is_read_as_fast_as_any(text: str) -> None:
    assert titles(rss(f"<description>{text * MANY}</description>")) == (["A", "B"], [])


def test_a_feed_that_takes_too_long_costs_itself() -> None:
    head = "".join(f"<category>c{number}</category>" for number in range(MANY))
    with pytest.raises(SourceError, match=r"f\.xml takes longer than 0\.5 s to read: import a shorter feed"):
        list(read_feed_apart(rss("", head), "f.xml", ImportReport("f.xml"), longest=0.5))


def test_what_the_process_apart_read_is_what_was_written() -> None:
    here, apart = ImportReport("f.xml"), ImportReport("f.xml")
    data = RSS.replace(b"</channel>", b"<item><title>No link</title></item></channel>")
    assert list(read_feed_apart(data, "f.xml", apart)) == list(read_feed(data, "f.xml", here))
    assert apart.errors == here.errors
    assert len(here.errors) == 2


def packed(*packings: str, size: int = 100 * 2**20) -> Answer:
    body = b" " * size
    for packing in packings:
        match packing:
            case "gzip":
                body = gzip.compress(body)
            case "deflate":
                body = zlib.compress(body)
            case _:
                body = zstandard.compress(body)
    return Answer(body, headers={"Content-Encoding": ", ".join(packings)})


@pytest.mark.parametrize(
    ("packings", "told"),
    [
        (["gzip"], "gives more than 64 MiB"),
        (["deflate"], "gives more than 64 MiB"),
        (["gzip", "gzip"], "packed as 'gzip, gzip'"),
        (["zstd"], "packed as 'zstd'"),
    ],
)
def test_a_body_that_unpacks_to_very_much_is_refused(site: Web, packings: list[str], told: str) -> None:
    with pytest.raises(SourceError, match=told):
        Fetcher().get(site.serve("/feed", packed(*packings)))


def test_a_server_that_drips_is_left_at_the_end_of_the_time(site: Web) -> None:
    url = site.serve("/feed", Answer(b"x" * 200, pause=0.1))
    with pytest.raises(SourceError, match=r"takes longer than 0\.5 s to answer"):
        Fetcher(longest=0.5).get(url)


def test_redirects_without_end_cost_their_source_only(
    site: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_STORIES", str(tmp_path / "archive.sqlite"))
    round_about = site.serve("/round", Answer(b"", 302, {"Location": "/round"}))
    assert main([round_about, site.serve("/feed", rss(""))]) == 1
    printed = capsys.readouterr()
    assert printed.err == f"error: {round_about} cannot be read: Exceeded maximum allowed redirects.\n"
    assert "/feed: 2 new" in printed.out


def test_errors_without_end_are_told_as_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_STORIES", str(tmp_path / "archive.sqlite"))
    source = tmp_path / "f.json"
    source.write_text("{}\n" * 3_000 + json.dumps({"id": "1", "title": "A", "tags": [1] * 9_000}) + "\n")
    assert main([str(source)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == MOST_ERRORS + 1
    assert told[-1] == f"error: {3_001 - MOST_ERRORS:,} more errors in {source}"


def test_what_an_error_quotes_neither_steers_nor_fills_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_STORIES", str(tmp_path / "archive.sqlite"))
    assert main([f"no\x1b[31m such\nfile\0{'x' * 5_000}"]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("error: no such file")
    assert len(told) <= MOST_CHARACTERS + len("error: …")


def test_an_item_is_kept_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    item = Item("1", title="t" * 10**6, url="https://l.example/" + "u" * 10**5, author="a" * 10**5, text="x " * 10**6,
                tags=tuple(f"{number}" + "g" * 500 for number in range(1_000)))  # fmt: skip
    assert upsert(path, [item]).added == 1
    assert upsert(path, [item]).unchanged == 1
    kept = Archive(path).item("1")
    assert kept is not None
    assert [len(kept.title or ""), len(kept.text or ""), len(kept.author or "")] == [1_000, 1_000_000, 200]
    assert kept.url is None
    assert len(kept.tags or ()) == 200
