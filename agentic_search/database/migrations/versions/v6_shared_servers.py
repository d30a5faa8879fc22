"""Makes what services that share a Postgres tell each other: learnt rates, opened breakers, approvals, sign-ins."""

from alembic import op

revision = "6"
down_revision = "5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it to the rows of the rates; SQLite has one process, which keeps its approvals in a file."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE shared_rates ALTER COLUMN begun SET DEFAULT ARRAY[]::float8[],"
            " ADD COLUMN learnt_calls INTEGER, ADD COLUMN learnt_seconds DOUBLE PRECISION,"
            " ADD COLUMN learnt_until DOUBLE PRECISION NOT NULL DEFAULT 0,"
            " ADD COLUMN told_at DOUBLE PRECISION, ADD COLUMN open_until DOUBLE PRECISION NOT NULL DEFAULT 0,"
            " ADD COLUMN open_seconds DOUBLE PRECISION NOT NULL DEFAULT 0,"
            " ADD COLUMN failures INTEGER NOT NULL DEFAULT 0, ADD COLUMN why TEXT NOT NULL DEFAULT '',"
            " ADD COLUMN trial_until DOUBLE PRECISION NOT NULL DEFAULT 0"
        )
        op.execute(
            "CREATE TABLE approvals (server TEXT, tool TEXT, state TEXT, allowed BOOLEAN NOT NULL,"
            " said_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (server, tool, state))"
        )
        op.execute("CREATE TABLE sign_ins (server TEXT PRIMARY KEY, content BYTEA NOT NULL)")
