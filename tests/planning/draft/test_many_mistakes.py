"""A plan of very many mistakes, or references, is refused in little work, and says that there is more."""

import pytest
from pydantic import JsonValue

from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check
from agentic_search.text import naming
from tests.planning.schemas import tool

SEARCH = tool("search", {"type": "object", "properties": {"query": {"type": "string"}}, "additionalProperties": False})
NAMES = [f"x{number}" for number in range(300)]


def plan(**fields: JsonValue) -> JsonValue:
    return {"tasks": [{"id": f"t{number}", "tool": "search", **fields} for number in range(300)]}


@pytest.mark.parametrize(
    "draft",
    [
        plan(depends_on=[*NAMES]),
        plan(arguments={"query": " ".join(f"${{{name}.a}}" for name in NAMES)}),
        plan(arguments=dict.fromkeys(NAMES, "x")),
        plan(**dict.fromkeys(NAMES, "x")),
        plan(tool="serach"),
    ],
    ids=["depends_on", "references", "arguments", "fields", "tools"],
)
def test_only_the_first_mistakes_are_looked_at(draft: JsonValue, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    matching = naming.get_close_matches

    def counted(name: str, known: list[str], *, n: int, cutoff: float) -> list[str]:
        compared.append(name)
        return matching(name, known, n=n, cutoff=cutoff)

    monkeypatch.setattr(naming, "get_close_matches", counted)
    with pytest.raises(PlanRefused) as refused:
        check(draft, [SEARCH])
    assert len(refused.value.complaints) == 101
    assert refused.value.complaints[-1] == "and more is wrong: correct this first"
    assert len(compared) < 10_000


def reading(times: int) -> JsonValue:
    arguments: JsonValue = {"query": "${a} " * times}
    return {"tasks": [{"id": "a", "tool": "search"}, {"id": "b", "tool": "search", "arguments": arguments}]}


def test_a_task_has_so_many_references_at_most() -> None:
    with pytest.raises(PlanRefused, match="task 'b': it has more than 1,000 references"):
        check(reading(1_001), [SEARCH])
    assert check(reading(1_000), [SEARCH]).tasks[1].depends_on == ("a",)


def test_a_name_is_compared_with_so_many_others_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_MOST_NAMES", 2)
    assert naming.did_you_mean("searhc", ["aa", "ab", "search"]) == ""
    assert naming.did_you_mean("searhc", ["search", "zz", "zzz"]) == "; did you mean 'search'?"
