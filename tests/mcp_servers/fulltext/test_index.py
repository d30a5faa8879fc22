"""An index over a real SQLite file: groups in, hits out, by several threads and processes, through damage."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.mcp_servers.fulltext import Entry, Index
from tests.support.effort import cases

GATHER = Entry("doc:gather", "asyncio.gather", "Run awaitables concurrently and collect their results.", "tasks")
SLEEP = Entry("doc:sleep", "asyncio.sleep", "Suspend for some seconds, so that other tasks run.")
LOADS = Entry("doc:loads", "json.loads", "Deserialise a document.", extra={"line": 3, "members": ["a"], "no": None})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "index.sqlite3"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    with Index(path) as index:
        index.replace("asyncio", "1", [GATHER, SLEEP])
        index.replace("json", "7", [LOADS])
        yield index


def addresses(index: Index, question: str) -> list[str]:
    return [hit.entry.address for hit in index.search(question)]


def test_a_question_finds_entries_that_hold_any_of_its_words_best_first(index: Index) -> None:
    hits = index.search("How can I run awaitables?")
    assert [hit.entry for hit in hits] == [GATHER, SLEEP]
    assert hits[0].group == "asyncio"
    assert hits[0].score > hits[1].score > 0
    assert hits[0].passage == GATHER.body


def test_words_are_found_in_title_keywords_and_body_in_any_inflection(index: Index) -> None:
    assert addresses(index, "deserialising documents") == ["doc:loads"]
    assert addresses(index, "GATHERED") == ["doc:gather"]
    assert addresses(index, "json") == ["doc:loads"]


@pytest.mark.parametrize(
    ("question", "body", "found"),
    [
        ("news", "The latest news.", True),
        ("news", "A new lamp.", False),
        ("e-mail", "Send an email.", True),
        ("post-translational", "a post translational change", True),
        ("cafes", "Das Café", True),
        ("STRASSE", "Die Straße", True),
        ("東京", "私は東京タワーにいます", True),
        ("京東", "私は東京タワーにいます", False),
    ],
)
def test_a_question_and_an_entry_meet_in_the_words_that_all_of_the_project_compares(
    path: Path, question: str, body: str, found: bool
) -> None:
    with Index(path) as index:
        index.replace("all", "1", [Entry("it", "-", body)])
        assert bool(addresses(index, question)) == found


def test_a_word_of_the_title_counts_more_than_one_of_the_body(path: Path) -> None:
    in_title, in_body = Entry("t", "apple", "some words"), Entry("b", "words", "some apple")
    with Index(path) as index:
        index.replace("all", "1", [in_body, in_title])
        assert addresses(index, "apple") == ["t", "b"]
    with Index(path, title_weight=0.1) as index:
        assert addresses(index, "apple") == ["b", "t"]


def test_a_search_can_be_narrowed_to_groups_and_to_a_number(index: Index) -> None:
    assert [hit.group for hit in index.search("tasks document", groups=["json"])] == ["json"]
    assert index.search("tasks document", groups=[]) == []
    assert len(index.search("tasks document", limit=1)) == 1
    assert index.search("tasks document", limit=0) == []


@settings(max_examples=cases(50), deadline=None)
@given(
    bodies=st.lists(st.lists(st.sampled_from(["apple", "pear", "plum"]), max_size=6), max_size=30),
    limit=st.integers(1, 40),
    groups=st.none() | st.lists(st.sampled_from(["0", "1", "2", "absent"]), max_size=3),
)
def test_the_best_are_those_of_all_that_fit_sorted_by_score_and_then_by_age(
    bodies: list[list[str]], limit: int, groups: list[str] | None
) -> None:
    with TemporaryDirectory() as folder, Index(Path(folder) / "index.sqlite3") as index:
        for group in range(3):
            entries = [Entry(f"{n}", "fruit", " ".join(body)) for n, body in enumerate(bodies) if n % 3 == group]
            index.replace(f"{group}", "1", entries)
        found = index.candidates("apple or plum", limit=limit, groups=groups)
        with closing(sqlite3.connect(index.path)) as connection:
            rows = connection.execute(
                "SELECT -bm25(words, 4.0, 4.0, 1.0), entry.id, origin, address FROM words JOIN entry"
                " ON entry.id = words.rowid WHERE words MATCH 'appl OR plum'"
            ).fetchall()
    fitting = sorted((-row[0], row[1], row[2:]) for row in rows if groups is None or row[2] in groups)
    assert [(-score, (group, entry.address)) for entry, group, score in found] == [
        (score, named) for score, _, named in fitting[:limit]
    ]


@pytest.mark.parametrize("question", ["", "what is the", '"', "zebra", "\x00", "\ud800"])
def test_a_question_that_nothing_answers_finds_nothing(index: Index, question: str) -> None:
    assert index.search(question) == []


def test_an_entry_comes_back_as_it_went_in(index: Index) -> None:
    assert index.get("doc:loads") == LOADS
    assert index.get("doc:nothing") is None
    assert index.titled("ASYNCIO.Gather") == [GATHER]
    assert index.titles() == ["asyncio.gather", "asyncio.sleep", "json.loads"]


def test_replacing_a_group_leaves_nothing_of_what_it_held(index: Index) -> None:
    index.replace("asyncio", "2", [Entry("doc:wait", "asyncio.wait", "Wait for futures.")])
    assert index.groups() == {"asyncio": "2", "json": "7"}
    assert index.counts() == {"asyncio": 1, "json": 1}
    assert addresses(index, "awaitables seconds") == []
    assert addresses(index, "futures") == ["doc:wait"]


def test_a_dropped_group_is_gone_and_dropping_it_again_does_nothing(index: Index) -> None:
    index.drop("asyncio")
    index.drop("asyncio")
    assert index.groups() == {"json": "7"}
    assert index.count() == 1
    assert addresses(index, "tasks") == []


def test_a_group_may_be_empty_and_still_keeps_its_fingerprint(index: Index) -> None:
    index.replace("empty", "x", [])
    assert index.groups()["empty"] == "x"


def test_of_two_entries_with_one_address_the_first_stays(index: Index) -> None:
    index.replace("json", "8", [LOADS, Entry("doc:loads", "other", "other")])
    assert index.get("doc:loads") == LOADS


def test_text_that_sqlite_cannot_hold_is_taken_with_marks_in_its_place(index: Index) -> None:
    index.replace("odd", "1", [Entry("odd", "odd", "before \ud800 after")])
    assert index.get("odd") == Entry("odd", "odd", "before ? after")


def test_entries_that_fail_half_way_change_nothing(index: Index) -> None:
    def entries() -> Iterator[Entry]:
        yield SLEEP
        raise ValueError("source broke off")

    with pytest.raises(ValueError, match="broke off"):
        index.replace("asyncio", "2", entries())
    assert index.groups()["asyncio"] == "1"
    assert index.counts()["asyncio"] == 2


def test_an_index_outlives_its_process(index: Index, path: Path) -> None:
    index.close()
    with Index(path) as again:
        assert addresses(again, "awaitables") == ["doc:gather"]


@pytest.mark.parametrize(
    "content", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5_000, b""]
)
def test_a_file_that_is_no_index_is_made_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with Index(path) as index:
        assert index.groups() == {}
        index.replace("json", "1", [LOADS])
        assert addresses(index, "document") == ["doc:loads"]


def test_an_index_of_another_version_is_made_anew(index: Index, path: Path) -> None:
    index.close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with Index(path) as again:
        assert again.groups() == {}
        again.replace("json", "1", [LOADS])
        assert again.count() == 1


def test_an_index_that_breaks_while_in_use_is_made_anew(index: Index, path: Path) -> None:
    index.count()
    index.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xee" * (len(content) - 4096)
    path.write_bytes(content)
    assert index.search("tasks") == []
    index.replace("json", "1", [LOADS])
    assert addresses(index, "document") == ["doc:loads"]


def test_an_index_whose_file_was_deleted_under_it_starts_again(index: Index, path: Path) -> None:
    assert index.count() == 3
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert index.groups() == {}


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Index(tmp_path / "file" / "index.sqlite3") as index, pytest.raises(OSError, match="file"):
        index.groups()


def test_threads_read_whole_groups_while_another_replaces_them(index: Index) -> None:
    start = Barrier(4)

    def write() -> None:
        start.wait(5)
        for version in range(20):
            index.replace(
                "asyncio", str(version), [Entry(f"{version}-{n}", "one", "group") for n in range(1 + version)]
            )

    def read() -> list[int]:
        start.wait(5)
        return [
            len({hit.entry.address.partition("-")[0] for hit in index.search("group", limit=50)}) for _ in range(40)
        ]

    with ThreadPoolExecutor(4) as threads:
        reads = [threads.submit(read) for _ in range(3)]
        threads.submit(write).result(30)
        assert all(versions <= 1 for future in reads for versions in future.result(30))
    assert index.counts()["asyncio"] == 20


WRITER = """
import sys
from pathlib import Path
from agentic_search.mcp_servers.fulltext import Entry, Index
with Index(Path(sys.argv[1])) as index:
    for number in range(25):
        index.replace(f"{sys.argv[2]}-{number}", "1", [Entry(f"{sys.argv[2]}{number}", "title", "body")])
"""


def test_processes_that_open_a_new_file_at_once_all_get_their_entries_in(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(number)]) for number in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    with Index(path) as index:
        assert index.count() == 75
