"""The tables of keys, of sign-ins at the page and of who did what, as the migrations leave them."""

from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, MetaData, Table, Text

_KEY = BigInteger().with_variant(Integer(), "sqlite")
_METADATA = MetaData()

keys = Table(
    "access_keys",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary),
    Column("name", Text),
    Column("scopes", Text),
    Column("rate", Integer),
    Column("max_runs", Integer),
    Column("created_at", Text),
    Column("revoked_at", Text),
)
"""Keys that were made, by their hashes; those that were revoked stay, so that the audit log's ids have names."""

sessions = Table(
    "access_sessions",
    _METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("caller", Text),
    Column("name", Text),
    Column("scopes", Text),
    Column("expires_at", Float),
)
"""Browsers that are signed in, by the hash of what their cookie holds.

`caller` is a key's id, or somebody of a provider of identities; `scopes` are of the latter alone.
"""

audit = Table(
    "access_audit",
    _METADATA,
    Column("number", _KEY, primary_key=True),
    Column("at", Text),
    Column("who", Text),
    Column("name", Text),
    Column("what", Text),
    Column("target", Text),
    Column("status", Integer),
    Column("address", Text),
)
"""Who did what; rows are only ever added."""
