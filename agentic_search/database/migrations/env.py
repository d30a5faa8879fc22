"""Run by alembic: carries the migrations out on the connection that it is given, in the transaction that is open."""

from alembic import context

from agentic_search.database.migrating import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite's, too, is undone with its transaction
)
with context.begin_transaction():
    context.run_migrations()
