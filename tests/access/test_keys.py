"""Keys are made, used, kept by their hashes alone, and revoked, in each kind of database; so are sign-ins."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from hmac import compare_digest
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from agentic_search.access import keys
from agentic_search.access.access import Access, has_keys
from agentic_search.access.audit import AuditEntry
from agentic_search.access.caller import Caller
from agentic_search.access.identities.provider import IdentityProvider
from agentic_search.access.keys import KeyRequest
from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import Database, open_database
from agentic_search.errors import Forbidden, NotFound, Unauthenticated, WrongState
from agentic_search.setting_values.identities import IdentitySettings
from agentic_search.setting_values.scopes import Scope
from agentic_search.setting_values.tables import ConfiguredKey
from tests.support.clock import FakeClock
from tests.support.databases import address, lasting

__all__ = ["address", "lasting"]

FIRST = "first-key-that-nobody-can-guess"
CONFIGURED = {"admin": ConfiguredKey(key=SecretStr(FIRST))}


@asynccontextmanager
async def opened(address: DatabaseAddress, **configured: ConfiguredKey) -> AsyncGenerator[tuple[Access, Database]]:
    database = open_database(address)
    try:
        async with Access(database, configured, clock=FakeClock()) as access:
            yield access, database
    finally:
        database.close()


async def test_a_key_is_used_until_it_is_revoked(address: DatabaseAddress) -> None:
    async with opened(address, **CONFIGURED) as (access, _):
        made = await access.create(KeyRequest(name="Notebook \x00 <b>", scopes=frozenset({"read"})))
        caller = await access.caller_of_key(made.key)
        assert (caller.id, caller.may("read"), caller.may("search")) == (made.id, True, False)
        assert [key.id for key in await access.list()] == ["setting:admin", made.id]
        token, _ = await access.sign_in(made.key)
        assert (await access.caller_of_session(token)).id == made.id
        for wrong in ("", made.key[:-1], f"{made.key}x", f"ask_{made.id}_", made.id, "ask_x_y", "\x00", "é" * 30):
            with pytest.raises(Unauthenticated):
                await access.caller_of_key(wrong)
        assert (await access.revoke(made.id)).revoked_at is not None
        for gone in (access.caller_of_key(made.key), access.caller_of_session(token), access.sign_in(made.key)):
            with pytest.raises(Unauthenticated):
                await gone
        with pytest.raises(NotFound):
            await access.revoke("nothing")
        with pytest.raises(Forbidden, match="API_KEYS"):
            await access.revoke("setting:admin")


async def test_a_key_in_steady_use_ends_soon_after_another_process_revokes_it(address: DatabaseAddress) -> None:
    async with opened(address, **CONFIGURED) as (here, database):
        clock = FakeClock()
        async with Access(database, CONFIGURED, clock=clock) as there:
            made = await here.create(KeyRequest(name="one"))
            token, _ = await there.sign_in(made.key)
            other, _ = await there.sign_in(FIRST)
            assert (await there.caller_of_session(other)).id == "setting:admin"
            await here.revoke(made.id)
            await here.sign_out(other)
            allowed = 0
            for ask in (lambda: there.caller_of_key(made.key), lambda: there.caller_of_session(token)):
                for _ in range(6):
                    with suppress(Unauthenticated):
                        await ask()
                        allowed += 1
                    clock.advance(1.0)
            assert allowed <= 3
            for gone in (there.caller_of_key(made.key), there.caller_of_session(token), there.caller_of_session(other)):
                with pytest.raises(Unauthenticated):
                    await gone


async def test_a_browser_is_signed_out_by_itself_and_after_its_time(address: DatabaseAddress) -> None:
    async with opened(address, **CONFIGURED) as (access, _):
        first, caller = await access.sign_in(FIRST)
        second, _ = await access.sign_in(FIRST)
        assert caller.may("admin") and (await access.caller_of_session(first)).name == "admin"
        await access.sign_out(first)
        with pytest.raises(Unauthenticated):
            await access.caller_of_session(first)
        somebody = Caller("oidc:7", "Ada", frozenset({"read"}))
        third = await access.sign_in_as(somebody)
        with pytest.raises(Unauthenticated):  # no provider is set any more that vouches for anybody
            await access.caller_of_session(third)
        assert (await access.caller_of_session(second)).id == "setting:admin"


async def test_who_may_no_longer_ask_has_nothing_asked_in_time_either(address: DatabaseAddress) -> None:
    clock, day = FakeClock(), 86_400.0
    settings = IdentitySettings(
        oidc_issuer="https://login.example.org", oidc_client_id="x", oidc_allow={"*": frozenset[Scope]({"search"})}
    )
    provider = IdentityProvider(settings, clock=clock)
    database = open_database(address)
    try:
        async with Access(database, CONFIGURED, clock=clock, provider=provider) as access:
            searcher = await access.create(KeyRequest(name="searcher", scopes=frozenset({"search"})))
            reader = await access.create(KeyRequest(name="reader", scopes=frozenset({"read"})))
            may = access.may_still_ask
            asked = [await may(each) for each in (None, "setting:admin", searcher.id, reader.id, "setting:gone", "x")]
            assert asked == [True, True, True, False, False, False]
            await access.revoke(searcher.id)
            assert not await may(searcher.id)

            ada = Caller("oidc:1", "Ada", frozenset({"search"}))
            assert not await may("oidc:1")  # who never signed in
            await access.sign_out(await access.sign_in_as(ada))
            assert await may("oidc:1")
            clock.advance(29 * day)
            await access.sign_in_as(ada)  # by which what is long over is dropped
            clock.advance(29 * day)
            assert await may("oidc:1")
            clock.advance(3 * day)
            assert not await may("oidc:1")
            await access.sign_in_as(replace(ada, scopes=frozenset({"read"})))
            assert not await may("oidc:1")
        async with Access(database, CONFIGURED, clock=clock) as access:
            assert not await access.may_still_ask("oidc:1")  # nobody vouches any more
        async with Access(database, {}, clock=clock) as access:
            assert not await access.may_still_ask("setting:admin")  # a key was made, so one is needed for good
    finally:
        database.close()


async def test_a_key_that_was_made_is_needed_for_good_also_where_none_is_left(lasting: DatabaseAddress) -> None:
    async with opened(lasting) as (access, database):
        assert not await access.is_required() and not has_keys(database)
        with pytest.raises(WrongState, match="AGENTIC_SEARCH_API_KEYS"):
            await access.create(KeyRequest(name="an intruder's", scopes=frozenset({"admin"})))
    async with opened(lasting, **CONFIGURED) as (access, _):
        made = await access.create(KeyRequest(name="one"))
        await access.revoke(made.id)
    async with opened(lasting) as (access, database):
        assert await access.is_required() and has_keys(database)
        with pytest.raises(Unauthenticated):
            await access.caller_of_key(FIRST)


async def test_neither_keys_nor_cookies_stand_in_the_database(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    async with opened(database_address(f"sqlite:///{file}", data=tmp_path), **CONFIGURED) as (access, _):
        made = await access.create(KeyRequest(name="one"))
        token, _ = await access.sign_in(made.key)
        files = await asyncio.to_thread(lambda: [*tmp_path.iterdir()])
        held = b"".join(path.read_bytes() for path in files)
        assert made.id.encode() in held
        for secret in (FIRST, made.key, made.key.split("_", 2)[2], token):
            assert secret.encode() not in held


async def test_the_audit_log_has_what_was_noted_newest_first(address: DatabaseAddress) -> None:
    entry = AuditEntry(at="t", who="a", name="A\x00", what="POST /search", target="/search", status=200, address="::1")
    async with opened(address, **CONFIGURED) as (access, _):
        for number in range(5):
            access.audit.note(entry.model_copy(update={"target": f"/{number}"}))
        first = await access.entries(limit=3, cursor=None)
        rest = await access.entries(limit=3, cursor=first.next_cursor)
        assert [each.target for each in (*first.entries, *rest.entries)] == ["/4", "/3", "/2", "/1", "/0"]
        assert rest.next_cursor is None
        for _ in range(500):
            access.audit.note(entry.model_copy(update={"who": ""}))
            access.audit.note(entry.model_copy(update={"status": 429}))
        assert len((await access.entries(limit=200, cursor=None)).entries) == 125  # of either 60 a minute


async def test_a_wrong_key_costs_the_work_of_a_right_one_however_much_of_it_is_right(
    address: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    asked: list[str] = []

    def noted(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return compare_digest(first, second)

    def executed(_: object, __: object, ___: str, values: object, *____: object) -> None:
        asked.append(str(values))

    assert keys.compare_digest is compare_digest
    monkeypatch.setattr(keys, "compare_digest", noted)
    several = {name: ConfiguredKey(key=SecretStr(f"{FIRST}-{name}")) for name in ("a", "b", "c")}
    async with opened(address, **several) as (access, database):
        event.listen(database.engine, "before_cursor_execute", executed)
        made = (await access.create(KeyRequest(name="one"))).key
        begin = made[: made.rindex("_") + 1]
        configured = f"{FIRST}-b"
        # Every configured key is compared whichever fits, then the one that the text names.
        for text, count in (
            *((each, 3) for each in (configured, f"{FIRST}-a", configured[:-1] + "x", "x" + configured[1:], "x", "")),
            *((each, 4) for each in (made, made[:-1] + "~", begin + "~" + made[len(begin) + 1 :], begin + "x")),
        ):
            compared.clear()
            with suppress(Unauthenticated):
                await access.caller_of_key(text)
            assert len(compared) == count, text
            assert all(len(first) == len(second) == 32 for first, second in compared), "hashes, of one length"
        token, _ = await access.sign_in(made)
        await access.caller_of_session(token)
        with suppress(Unauthenticated):
            await access.caller_of_session(token[:-1] + "~")
        # The database, whose comparisons end at the first difference, is asked for hashes and for ids alone.
        assert asked and not [each for each in asked if token in each or made in each or made[len(begin) :] in each]


def test_keys_are_compared_in_one_place_alone() -> None:
    source = Path(keys.__file__).read_text()
    assert source.count("compare_digest(") == 1 and ".hash ==" not in source
    for module in ("access", "stored"):
        assert "hash ==" not in (Path(keys.__file__).parent / f"{module}.py").read_text().replace("c.hash ==", "")
