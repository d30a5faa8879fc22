"""A message of very many values, or one for which memory does not suffice, costs the call that it answers alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentic_search.domain.limits import SizeLimits
from agentic_search.errors import ResultTooLarge
from agentic_search.tools.mcp import connection
from agentic_search.tools.mcp.wire import messages
from agentic_search.tools.mcp.wire.reading_cost import too_costly
from tests.support.mcp_processes import state_of
from tests.support.scripted.start import FIND, TRANSPORTS, find, offering, result, scripted

SIZES = SizeLimits(message=300_000)
"""Of which 10,000 values are read."""
BIG: dict[str, Any] = {**FIND, "name": "big"}
SMALL = {"content": [{"type": "text", "text": "the lamp is red"}]}
MANY: dict[str, Any] = {
    "lists": [[]] * 12_000,
    "objects": [{}] * 12_000,
    "numbers": [1] * 12_000,
    "nested": [[[1]]] * 5_000,
    "texts": ["a"] * 12_000,
    "empty texts": [""] * 30_000,
    "keys": {str(number): None for number in range(12_000)},
    "texts that look like more": [",[{"] * 12_000,
    "texts with quotes": ['"'] * 12_000,
}
FEW: dict[str, Any] = {
    "a text of signs": ",[{" * 30_000,
    "quotes": '",' * 20_000,
    "backslashes": ['\\",' * 10_000, "\\"],
    "few values": [[1]] * 4_000,
}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_result_of_very_many_values_fails_its_call_alone(transport: str, tmp_path: Path) -> None:
    many: dict[str, Any] = {"content": [], "structuredContent": {"rows": MANY["nested"]}}
    script = offering(FIND, BIG, **{"tools/call big": result(many), "tools/call find": result(SMALL)})
    async with scripted(script, tmp_path, transport, sizes=SIZES) as pool:
        for _ in range(2):
            with pytest.raises(ResultTooLarge) as failed:
                await find(pool, "big")
            assert str(failed.value) == (
                "the result of big cannot be used: it has more than 10,000 values: "
                "ask for less, or raise AGENTIC_SEARCH_MAX_RESULT_BYTES"
            )
            assert (await find(pool)).text == "the lamp is red"


@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("given", MANY.values(), ids=MANY)
def test_values_of_every_kind_are_counted(given: Any, spaces: tuple[str, str]) -> None:
    assert too_costly(json.dumps(given, separators=spaces).encode(), SIZES.message)


@pytest.mark.parametrize("given", FEW.values(), ids=FEW)
def test_signs_within_texts_are_no_values(given: Any) -> None:
    assert too_costly(json.dumps(given).encode(), SIZES.message) is None


def test_fifty_thousand_sources_are_not_too_many() -> None:
    sources = [{"title": f"Lamp {n}", "url": f"https://lamps.test/{n}", "text": "red, " * 40} for n in range(50_000)]
    message = json.dumps({"sources": sources}).encode()
    assert len(message) > 12_000_000
    assert too_costly(message, SizeLimits().message) is None


@pytest.mark.parametrize("where", [(messages, "read_message"), (connection, "read_large_answer")])
async def test_memory_that_is_refused_costs_the_call_alone(
    where: tuple[Any, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = {"content": [{"type": "text", "text": "lamp " * 40_000}]}
    script = offering(FIND, BIG, **{"tools/call big": result(large), "tools/call find": result(SMALL)})
    working = getattr(*where)

    def without_memory(given: Any, *more: Any) -> Any:
        if len(given if isinstance(given, bytes) else given.model_dump_json()) > 100_000:
            raise MemoryError
        return working(given, *more)

    async with scripted(script, tmp_path) as pool:
        monkeypatch.setattr(*where, without_memory)
        with pytest.raises(ResultTooLarge, match="the memory of the service did not suffice"):
            await find(pool, "big")
        assert (await find(pool)).text == "the lamp is red"
        assert state_of(pool, "odd") == "ready"
