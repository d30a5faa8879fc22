"""The tables of standing questions, as the migrations leave them."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

_KEY = BigInteger().with_variant(Integer(), "sqlite")
_METADATA = MetaData()

schedules = Table(
    "schedules",
    _METADATA,
    Column("number", _KEY, primary_key=True),
    Column("id", Text, unique=True),
    Column("title", Text),
    Column("query", Text),
    Column("search", LargeBinary),
    Column("cron", Text),
    Column("zone", Text),
    Column("thread_id", Text),
    Column("created_at", Text),
    Column("next_at", Float),
    Column("paused", Boolean),
    Column("asking", Text),
    Column("webhook", Text),
    Column("secret", Text),
    Column("known", LargeBinary),
    Column("asked_by", Text),
)
"""`search` is what is asked, `asking` the id of the run under way, `known` what the next one is compared with.

`asked_by` is the caller whose it is.
"""

schedule_runs = Table(
    "schedule_runs",
    _METADATA,
    Column("number", _KEY, primary_key=True),
    Column("schedule", _KEY, ForeignKey("schedules.number")),
    Column("run_id", Text, unique=True),
    Column("why", Text),
    Column("due_at", Float),
    Column("asked_at", Float),
    Column("missed", Integer),
    Column("status", Text),
    Column("error", Text),
    Column("ended_at", Float),
    Column("news", LargeBinary),
    Column("found", Boolean),
    Column("delivery", Text),
    Column("attempts", Integer),
    Column("attempt_at", Float),
    Column("delivery_error", Text),
)
"""Each time that a question was asked; `delivery` is the state of what is new on its way to the webhook."""
