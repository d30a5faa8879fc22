"""What is kept, how much of it and for how long; the clock is turned by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from agentic_search.domain.outcome import ToolResult
from agentic_search.settings import Settings
from agentic_search.tools.calls.cache import CacheLimits, CallKey, ResultCache, Store
from agentic_search.tools.config.server_config import CacheRules, ServerConfig, StdioLaunch
from tests.support.clock import FakeClock

FOR_EVER = 1e9


def key(arguments: str, server: str = "web") -> CallKey:
    return CallKey(server, "find", arguments)


def result(text: str) -> ToolResult:
    return ToolResult(value=text, text="")


def server(name: str, rules: CacheRules | None) -> ServerConfig:
    return ServerConfig(name, StdioLaunch("x"), cache=rules)


def kept(store: Store, *arguments: str, now: float = 0.0) -> list[str]:
    return [each for each in arguments if store.get(key(each), now) is not None]


def test_what_was_unused_for_longest_makes_room() -> None:
    store = Store(max_entries=2, max_bytes=10_000)
    store.put(key("a"), result("1"), FOR_EVER)
    store.put(key("b"), result("2"), FOR_EVER)
    assert store.get(key("a"), 0.0) == result("1")
    store.put(key("c"), result("3"), FOR_EVER)
    assert kept(store, "a", "b", "c") == ["a", "c"]


def test_a_large_result_pushes_out_as_many_as_it_needs_room() -> None:
    store = Store(max_entries=100, max_bytes=1_000)
    for name in "abcd":
        store.put(key(name), result("x" * 100), FOR_EVER)
    store.put(key("e"), result("x" * 600), FOR_EVER)
    assert kept(store, *"abcde") == ["d", "e"]


def test_a_result_that_is_larger_than_the_store_is_not_kept_and_pushes_out_nothing() -> None:
    store = Store(max_entries=100, max_bytes=1_000)
    store.put(key("a"), result("small"), FOR_EVER)
    store.put(key("b"), result("x" * 2_000), FOR_EVER)
    assert kept(store, "a", "b") == ["a"]


def test_a_result_that_fills_the_store_is_kept() -> None:
    size = len(key("a").arguments) + len(to_json(result("x" * 50)))
    for max_bytes, found in ((size, ["a"]), (size - 1, list[str]())):
        store = Store(max_entries=2, max_bytes=max_bytes)
        store.put(key("a"), result("x" * 50), FOR_EVER)
        assert kept(store, "a") == found


def test_a_result_that_is_found_too_old_is_dropped() -> None:
    store = Store(max_entries=2, max_bytes=1_000)
    store.put(key("a"), result("old"), 5.0)
    assert (kept(store, "a", now=4.0), len(store)) == (["a"], 1)
    assert (kept(store, "a", now=5.0), len(store)) == ([], 0)


def test_what_cannot_be_written_as_json_is_not_kept() -> None:
    store = Store(max_entries=2, max_bytes=1_000)
    store.put(key("a"), result("half a pair: \ud800"), FOR_EVER)
    assert len(store) == 0


def test_a_newer_result_takes_the_place_of_the_older_and_of_its_bytes() -> None:
    store = Store(max_entries=2, max_bytes=300)
    for number in range(50):
        store.put(key("a"), result(f"{number:0100}"), FOR_EVER)
    assert store.get(key("a"), 0.0) == result(f"{49:0100}")
    assert len(store) == 1


def test_a_result_is_too_old_from_its_age_on() -> None:
    clock = FakeClock()
    cache = ResultCache(CacheLimits(max_age=10.0), [server("web", CacheRules())], clock=clock)
    cache.put(key("a"), result("1"))
    clock.advance(9.9)
    assert cache.get(key("a")) == result("1")
    clock.advance(0.2)
    assert cache.get(key("a")) is None


def test_a_server_has_its_own_age_and_where_it_wants_a_size_its_own_store() -> None:
    clock = FakeClock()
    servers = [
        server("plain", CacheRules()),
        server("brief", CacheRules(max_age=1.0)),
        server("never", CacheRules(max_age=0.0)),
        server("apart", CacheRules(max_entries=1)),
    ]
    cache = ResultCache(CacheLimits(max_age=60.0, max_entries=2), servers, clock=clock)
    for name in ("apart", "plain", "brief", "never"):
        cache.put(key("a", name), result(name))
        cache.put(key("b", name), result(name))
    found = {each.name: [cache.get(key(x, each.name)) is not None for x in "ab"] for each in servers}
    assert found == {"plain": [False] * 2, "brief": [True] * 2, "never": [False] * 2, "apart": [False, True]}
    clock.advance(1.0)
    assert cache.get(key("b", "brief")) is None
    assert cache.get(key("b", "apart")) is not None


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (CacheRules(max_entries=1), "e"),
        (CacheRules(max_entries=9), "cde"),
        (CacheRules(max_bytes=1_000), "bcde"),
        (CacheRules(max_entries=1, max_bytes=1_000), "e"),
    ],
)
def test_a_servers_own_store_takes_from_the_limits_for_all_what_it_does_not_say(rules: CacheRules, found: str) -> None:
    cache = ResultCache(CacheLimits(max_entries=4, max_bytes=400), [server("apart", rules)], clock=FakeClock())
    for name in "abcde":
        cache.put(key(name, "apart"), result(name))
    assert "".join(name for name in "abcde" if cache.get(key(name, "apart"))) == found


def test_without_settings_as_much_is_kept_as_they_say_by_default() -> None:
    told = Settings()
    assert CacheLimits() == CacheLimits(told.cache_max_age, told.cache_max_entries, told.cache_max_bytes)


def test_who_has_no_entry_in_the_servers_file_is_kept_by_the_limits_for_all() -> None:
    clock = FakeClock()
    cache = ResultCache(CacheLimits(max_age=10.0), [server("web", CacheRules(max_age=1.0))], clock=clock)
    cache.put(key("a", "functions"), result("1"))
    clock.advance(9.0)
    assert cache.get(key("a", "functions")) == result("1")
    clock.advance(2.0)
    assert cache.get(key("a", "functions")) is None


@given(
    max_entries=st.integers(1, 4),
    max_bytes=st.integers(1, 300),
    steps=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 150), st.integers(0, 5), st.booleans())),
)
def test_a_store_never_holds_more_than_it_may_nor_gives_what_is_old_or_another_keys(
    max_entries: int, max_bytes: int, steps: list[tuple[str, int, int, bool]]
) -> None:
    store = Store(max_entries, max_bytes)
    last: dict[str, tuple[ToolResult, float]] = {}
    for now, (name, length, age, put) in enumerate(steps):
        if put:
            last[name] = (result(f"{now} {'x' * length}"), now + age)
            store.put(key(name), *last[name])
        elif (found := store.get(key(name), now)) is not None:
            assert found == last[name][0]
            assert now < last[name][1]
        sizes = [len(each[0].model_dump_json()) + 1 for name, each in last.items() if kept_quietly(store, name)]
        assert len(store) == len(sizes) <= max_entries
        assert sum(sizes) <= max_bytes


def kept_quietly(store: Store, name: str) -> bool:
    """Whether it is held, old or not; looking changes the order of use, as any look does."""
    return store.get(key(name), -1.0) is not None


def test_a_large_result_counts_by_what_was_counted_when_it_was_read() -> None:
    large = 2_000_000
    result_of_size = result("").model_copy(update={"size": large, "text": "x" * 1_000})
    store = Store(max_entries=9, max_bytes=large)
    store.put(key("a"), result_of_size, FOR_EVER)
    assert not kept(store, "a")
    store = Store(max_entries=9, max_bytes=large + 2_000)
    store.put(key("a"), result_of_size, FOR_EVER)
    assert kept(store, "a") == ["a"]
