"""The tables of the newest version, as the migrations leave them."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, text

from agentic_search.plain_json import well_formed

_KEY = BigInteger().with_variant(Integer(), "sqlite")
_METADATA = MetaData()


def _of_run() -> Column[int]:
    return Column("run", _KEY, ForeignKey("history_runs.number"), primary_key=True, autoincrement=False)


threads = Table(
    "history_threads",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("title", Text),
    Column("folded", Text),
    Column("created_at", Text),
    Column("changed_at", Text),
    Column("position", BigInteger),
    Column("deleted_at", Float),
    Column("asked_by", Text),
)
"""Conversations; `position` is that of the newest run, `folded` the title in one form of all that are found alike.

`asked_by` is the caller whose it is; of what was asked where nobody needs a key, nobody.
"""

runs = Table(
    "history_runs",
    _METADATA,
    Column("number", _KEY, primary_key=True),
    Column("id", Text, unique=True),
    Column("thread_id", Text),
    Column("position", BigInteger),
    Column("query", Text),
    Column("folded", Text),
    Column("status", Text),
    Column("model", Text),
    Column("created_at", Text),
    Column("duration", Float),
    Column("owner", Text),
    Column("ended_at", Float),
    Column("last_seq", Integer),
    Column("bytes", BigInteger),
    Column("deleted_at", Float),
    Column("attended", Boolean),
    Column("taken_over", Integer),
    Column("batch", Boolean),
    Column("asked_by", Text),
)
"""What lists show. `position` grows with each run that is asked for, `owner` is the process that carries it out.

`attended`: somebody can be asked. `taken_over`: how many processes went on with it after another one. `batch`: it gives
way to others. `asked_by`: as above.
"""

queries = Table("history_queries", _METADATA, _of_run(), Column("packed", LargeBinary))
"""What was asked, whole: its plan, its inputs, who may answer it."""

bodies = Table("history_bodies", _METADATA, _of_run(), Column("report", LargeBinary), Column("turn", LargeBinary))
"""Of a run that has ended: its whole report, and the turn that later questions are given."""

events = Table(
    "history_events",
    _METADATA,
    _of_run(),
    Column("first", Integer, primary_key=True),
    Column("last", Integer),
    Column("packed", LargeBinary),
)
"""Some events of a run each, numbered from `first` to `last`."""

steps = Table(
    "history_steps",
    _METADATA,
    _of_run(),
    Column("name", Text, primary_key=True),
    Column("packed", LargeBinary),
)
"""What a run that has not ended has finished, and need not do again where another process goes on with it."""

messages = Table(
    "history_messages",
    _METADATA,
    Column("number", _KEY, primary_key=True),
    Column("run", _KEY, ForeignKey("history_runs.number")),
    Column("body", Text),
)
"""What is asked of a run that has not ended, for the process that carries it out; as JSON."""

results = Table(
    "history_results", _METADATA, Column("hash", LargeBinary, primary_key=True), Column("packed", LargeBinary)
)
"""Large results of tools, each once, however many runs have it."""

result_uses = Table(
    "history_result_uses",
    _METADATA,
    _of_run(),
    Column("hash", LargeBinary, ForeignKey("history_results.hash"), primary_key=True),
)

words = Table("history_words", _METADATA, Column("rowid", Integer, primary_key=True), Column("words", Text))
"""SQLite's full-text index; that of Postgres is written in its own words."""

ADD_WORDS = text(
    "INSERT INTO history_words (run, words) VALUES (:run, array_to_tsvector(CAST(:words AS text[])))"
    " ON CONFLICT DO NOTHING"
)
"""Of Postgres."""


def storable(written: str) -> str:
    """As every database takes it: without NUL and halves of surrogate pairs."""
    return str(well_formed(written)).replace("\0", "\ufffd")
