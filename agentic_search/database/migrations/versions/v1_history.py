"""Makes the tables of history: conversations, runs, what they found, and the words that they are searched by."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts up integers only."""


def upgrade() -> None:
    """Make all of them."""
    op.create_table(
        "history_threads",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False, index=True),
        sa.Column("deleted_at", sa.Float),
    )
    op.create_table(
        "history_runs",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False, index=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("duration", sa.Float),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Float, index=True),
        sa.Column("last_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("deleted_at", sa.Float, index=True),
    )
    op.create_index("history_runs_of_thread", "history_runs", ["thread_id", "position"])
    op.create_table(
        "history_queries",
        _of_run(primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "history_bodies",
        _of_run(primary_key=True),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("turn", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "history_events",
        _of_run(primary_key=True),
        sa.Column("first", sa.Integer, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "history_results",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "history_result_uses",
        _of_run(primary_key=True),
        sa.Column("hash", sa.LargeBinary, sa.ForeignKey("history_results.hash"), primary_key=True, index=True),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE history_words USING fts5(words, tokenize='ascii')")
    else:
        op.execute(
            "CREATE TABLE history_words (run BIGINT PRIMARY KEY REFERENCES history_runs (number) ON DELETE CASCADE,"
            " words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX history_words_index ON history_words USING gin (words)")


def _of_run(*, primary_key: bool) -> sa.Column[int]:
    return sa.Column(
        "run",
        _KEY,
        sa.ForeignKey("history_runs.number", ondelete="CASCADE"),
        primary_key=primary_key,
        autoincrement=False,
    )
