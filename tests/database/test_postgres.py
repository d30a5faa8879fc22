"""Postgres that is not there, or lets nobody in, is told with its host and what to do, and never with a password."""

import logging
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from agentic_search.database.address import database_address
from agentic_search.database.database import open_database
from agentic_search.errors import ConfigurationError, StorageFailed
from tests.support.postgres import RunningPostgres


def refusal(url: str) -> str:
    """Why it cannot be opened; the password is nowhere, also not in what the error was raised from."""
    address = database_address(url, data=Path())
    with pytest.raises(ConfigurationError) as caught:
        open_database(address).close()
    assert "s3cr3t" not in repr(address) + "".join(traceback.format_exception(caught.value))
    assert "AGENTIC_SEARCH_DATABASE_URL" in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("host", "reason"), [("127.0.0.1:9", "Connection refused"), ("no-such-host.invalid:5432", "resolve host")]
)
def test_one_that_is_not_there(host: str, reason: str) -> None:
    told = refusal(f"postgresql://me:s3cr3t@{host}/runs?sslpassword=s3cr3t")
    assert told.startswith(f"Postgres at {host}/runs cannot be reached: ") and "memory:" in told
    assert reason in told


def test_a_database_that_it_does_not_have(postgres: RunningPostgres) -> None:
    told = refusal(f"postgresql://postgres:s3cr3t@127.0.0.1:{postgres.port}/missing")
    assert told.startswith(f'Postgres at 127.0.0.1:{postgres.port}/missing cannot be reached: database "missing" does')


def test_a_user_that_it_does_not_know(postgres: RunningPostgres) -> None:
    assert 'role "nobody"' in refusal(f"postgresql://nobody:s3cr3t@127.0.0.1:{postgres.port}/postgres")


def test_an_option_that_the_driver_does_not_know() -> None:
    assert "s3cr3t" not in refusal("postgresql://me:s3cr3t@127.0.0.1/runs?no_such_option=s3cr3t")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_its_scheme_opens_it(scheme: str, postgres: RunningPostgres) -> None:
    url = postgres.new_database().replace("postgresql", scheme, 1)
    with closing(open_database(database_address(url, data=Path()))) as database:
        assert not database.is_sqlite and database.is_lasting


def test_a_process_that_is_frozen_in_a_transaction_holds_up_others_for_seconds_only(postgres: RunningPostgres) -> None:
    address = database_address(postgres.new_database(), data=Path())
    rename = text("UPDATE agentic_search_version SET version_num = version_num")
    with closing(open_database(address)) as frozen, closing(open_database(address)) as other:
        with pytest.raises(StorageFailed, match="idle-in-transaction"), frozen.transaction() as held:
            held.execute(rename)
            with other.transaction() as waiting:
                waiting.execute(rename)
            held.execute(rename)
        with frozen.transaction() as anew:
            anew.execute(rename)


def test_one_that_goes_away_is_told_and_comes_back(postgres: RunningPostgres, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = postgres.new_database().replace("postgres@", "postgres:s3cr3t@")
    with closing(open_database(database_address(url, data=Path()))) as database:
        postgres.stop()
        try:
            with pytest.raises(StorageFailed, match=r"Postgres at .* cannot be used: "), database.transaction() as held:
                held.exec_driver_sql("SELECT 1")
        finally:
            postgres.start()
        with database.transaction() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    assert "s3cr3t" not in caplog.text
