"""Makes the tables of standing questions, and of each time that one was asked."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts up integers only."""


def upgrade() -> None:
    """Make both."""
    op.create_table(
        "schedules",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("search", sa.LargeBinary, nullable=False),
        sa.Column("cron", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("next_at", sa.Float, index=True),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("asking", sa.Text),
        sa.Column("webhook", sa.Text),
        sa.Column("secret", sa.Text),
        sa.Column("known", sa.LargeBinary),
    )
    op.create_table(
        "schedule_runs",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("schedule", _KEY, sa.ForeignKey("schedules.number", ondelete="CASCADE"), nullable=False),
        sa.Column("run_id", sa.Text, nullable=False, unique=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("ended_at", sa.Float),
        sa.Column("news", sa.LargeBinary),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.Column("delivery", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("attempt_at", sa.Float, index=True),
        sa.Column("delivery_error", sa.Text),
    )
    op.create_index("schedule_runs_of_schedule", "schedule_runs", ["schedule", "number"])
