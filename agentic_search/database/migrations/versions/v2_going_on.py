"""Makes what runs need that outlive their process: their finished steps, who can be asked, how often they went on."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TOO_OFTEN = 1_000
"""More than any run is taken over: it is ended."""


def upgrade() -> None:
    """Add them. Runs that the version before left unfinished do not go on: which calls they have made is not known."""
    op.add_column("history_runs", sa.Column("attended", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("history_runs", sa.Column("taken_over", sa.Integer, nullable=False, server_default="0"))
    op.execute(f"UPDATE history_runs SET taken_over = {_TOO_OFTEN} WHERE ended_at IS NULL")  # noqa: S608 - a constant
    op.create_table(
        "history_steps",
        sa.Column(
            "run",
            _KEY,
            sa.ForeignKey("history_runs.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
