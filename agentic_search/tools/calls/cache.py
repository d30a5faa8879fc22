"""Results of calls that may be used again, while they are young enough and not pushed out by newer ones.

They are kept as compressed JSON, which takes a tenth of the memory; few are used again. Large ones stay as they are.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import LRUCache
from pydantic_core import PydanticSerializationError, from_json, to_json

from agentic_search.clock import Clock
from agentic_search.domain.outcome import ToolResult
from agentic_search.plain_json import LARGE
from agentic_search.tools.config.server_config import CacheRules, ServerConfig


class CallKey(NamedTuple):
    """What makes two calls the same one."""

    server: str
    tool: str
    """As its server calls it."""
    arguments: str
    """As JSON in its one canonical form."""


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """What holds where a server's entry in the servers file says nothing else."""

    max_age: float = 60.0
    """Seconds that a result may be used again; 0 keeps none."""
    max_entries: int = 256
    """Results kept, of all servers together."""
    max_bytes: int = 16 * 1_024 * 1_024
    """Their size as JSON, of all servers together."""


_FAST = 1
"""zlib's level."""


class _Kept(NamedTuple):
    result: ToolResult | bytes
    apart: dict[str, float | None]
    """What of it is not written as JSON."""
    until: float
    """On the clock: from then on it is too old."""
    size: int


class Store:
    """Results up to a number and a size; those unused for longest make room for new ones."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self._max_entries = max_entries
        self._kept: LRUCache[CallKey, _Kept] = LRUCache(max_bytes, getsizeof=lambda kept: kept.size)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        kept = self._kept
        return f"<Store: {len(self)} of {self._max_entries} results, {kept.currsize:.0f} of {kept.maxsize:.0f} B>"

    def get(self, key: CallKey, now: float) -> ToolResult | None:
        """The result, unless it is too old."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until <= now:
            del self._kept[key]
            return None
        if isinstance(kept.result, ToolResult):
            return kept.result
        return ToolResult.model_validate(from_json(zlib.decompress(kept.result)) | kept.apart)

    def put(self, key: CallKey, result: ToolResult, until: float) -> None:
        """Keep a result until then, in place of the key's earlier one; one that is too large for the store is not."""
        self._kept.pop(key, None)
        kept = _kept(key, result, until)
        if kept is None or kept.size > self._kept.maxsize:
            return
        self._kept[key] = kept
        if len(self._kept) > self._max_entries:
            self._kept.popitem()

    def forget(self, server: str) -> None:
        """Keep nothing of what this server gave."""
        for key in [key for key in self._kept if key.server == server]:
            del self._kept[key]


class _Keeping(NamedTuple):
    """Where a server's results are kept, and how long."""

    store: Store
    max_age: float


class ResultCache:
    """The kept results of every server, each by its own rules; one without any is kept by the limits for all."""

    def __init__(self, limits: CacheLimits, servers: Iterable[ServerConfig], *, clock: Clock) -> None:
        self._clock = clock
        self._limits = limits
        self._common = Store(limits.max_entries, limits.max_bytes)
        self._default = _Keeping(self._common, limits.max_age)
        self._by_server = {server.name: self._keeping(server.cache) for server in servers if server.cache is not None}

    def get(self, key: CallKey) -> ToolResult | None:
        """What an earlier call gave. Its value may be shared by all who get it, and is never changed."""
        return self._keeping_of(key).store.get(key, self._clock.now())

    def put(self, key: CallKey, result: ToolResult) -> None:
        """Keep what a call gave just now."""
        keeping = self._keeping_of(key)
        age = keeping.max_age if result.max_age is None else min(keeping.max_age, result.max_age)
        if age > 0 and not result.personal:
            keeping.store.put(key, result, self._clock.now() + age)

    def forget(self, server: str) -> None:
        """Keep nothing of what a server gave: what it reads has changed."""
        self._by_server.get(server, self._default).store.forget(server)

    def _keeping_of(self, key: CallKey) -> _Keeping:
        return self._by_server.get(key.server, self._default)

    def _keeping(self, rules: CacheRules) -> _Keeping:
        limits = self._limits
        age = limits.max_age if rules.max_age is None else rules.max_age
        if rules.max_entries is None and rules.max_bytes is None:
            return _Keeping(self._common, age)
        return _Keeping(Store(rules.max_entries or limits.max_entries, rules.max_bytes or limits.max_bytes), age)


def _kept(key: CallKey, result: ToolResult, until: float) -> _Kept | None:
    """None for what cannot be written as JSON."""
    if result.size > LARGE:
        size = len(key.arguments) + len(result.text) + result.size + sum(len(each.text) for each in result.passages)
        return _Kept(result, {}, until, size)
    try:
        written = to_json(result)
    except PydanticSerializationError:
        return None
    apart = {"max_age": result.max_age, "size": result.size}
    return _Kept(zlib.compress(written, _FAST), apart, until, len(key.arguments) + len(written))
