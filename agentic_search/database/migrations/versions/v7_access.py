"""Makes the tables of keys, sign-ins and who did what, and notes whose runs, conversations, standing questions are."""

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts up integers only."""


def upgrade() -> None:
    """Make them; what was there before is nobody's, and administrators see it."""
    op.create_table(
        "access_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("max_runs", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
    )
    op.create_table(
        "access_sessions",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text),
        sa.Column("expires_at", sa.Float, nullable=False, index=True),
    )
    op.create_table(
        "access_audit",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
    )
    for table in ("history_runs", "history_threads", "schedules"):
        op.add_column(table, sa.Column("asked_by", sa.Text))
    op.create_index("history_runs_asked_by", "history_runs", ["asked_by", "position"])
    op.create_index("history_threads_asked_by", "history_threads", ["asked_by", "position"])
