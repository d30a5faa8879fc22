"""What a refused plan is told of the tools that it names: unusable, not here now, or unknown."""

import pytest

from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import PlanRefused, ToolsNotReady
from agentic_search.graph.named_tools import Missing
from agentic_search.tools.catalog import Catalog
from agentic_search.tools.provider import LeftOutTool, Offer

FIND = Tool(name="find", server="near", remote_name="find", input_schema={"type": "object"})
CATALOG = Catalog([Offer("near", (FIND,), (LeftOutTool("near", "study", "it must be run as a task"),))])
STATUSES = (
    ServerStatus(name="near", status="ready", transport="stdio"),
    ServerStatus(name="late", status="connecting", transport="stdio"),
)


def missing(name: str) -> Missing:
    return Missing(CATALOG, STATUSES, PlanRefused(("a complaint",), unknown_tools=(name,)))


@pytest.mark.parametrize("name", ["study", "near.study"])
def test_a_tool_that_cannot_be_used_is_told_with_its_reason_and_not_waited_for(name: str) -> None:
    found = missing(name)
    assert not found.may_come
    told = found.error()
    assert isinstance(told, PlanRefused)
    assert told.complaints == (
        "a complaint",
        "server 'near' has 'study', which cannot be used: it must be run as a task",
    )


def test_a_name_that_is_not_known_yet_is_waited_for_and_told_with_what_is_near() -> None:
    found = missing("fnd")
    assert found.may_come
    told = found.error()
    assert isinstance(told, ToolsNotReady)
    assert "has 'fnd'; did you mean 'find'? server 'late' is connecting" in str(told)
