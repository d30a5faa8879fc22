"""Makes what processes need that share runs: a queue in which people come before batches, and messages to runs."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them; the index is of the few runs that have not ended."""
    op.add_column("history_runs", sa.Column("batch", sa.Boolean, nullable=False, server_default=sa.false()))
    unended = sa.text("ended_at IS NULL")
    op.create_index(
        "history_runs_unended",
        "history_runs",
        ["owner", "batch", "position"],
        sqlite_where=unended,
        postgresql_where=unended,
    )
    op.create_table(
        "history_messages",
        sa.Column("number", _KEY, primary_key=True),
        sa.Column("run", _KEY, sa.ForeignKey("history_runs.number", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
