"""Makes what services that share a Postgres know of the rates of MCP servers; SQLite has one process, which knows."""

from alembic import op

revision = "4"
down_revision = "3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it, without a log of what is written: after a crash of Postgres it is empty, which does no harm."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE UNLOGGED TABLE shared_rates (server TEXT PRIMARY KEY, begun DOUBLE PRECISION[] NOT NULL,"
            " paused_until DOUBLE PRECISION NOT NULL DEFAULT 0)"
        )
