"""Which tools wait, as a table: what the tool says of itself, the setting, who brings the plan, whose word there is."""

import json
from itertools import product

import pytest

from agentic_search.domain.approval.decision import ApprovalWhy
from agentic_search.domain.approval.policy import STRICT, ApprovalRules, key_of, reason, unused
from agentic_search.domain.tool import FUNCTIONS, Tool


def tool(**says: object) -> Tool:
    return Tool.model_validate({"name": "act", "server": "box", "remote_name": "act", "input_schema": {}, **says})


READS, SILENT = tool(read_only=True), tool()
WRITES, DESTROYS = tool(writes=True), tool(writes=True, destructive=True)
READS_AND_DESTROYS = tool(read_only=True, destructive=True)
GIVEN = ApprovalRules(given=True)
ALWAYS, NEVER = ApprovalRules("always"), ApprovalRules("never")


@pytest.mark.parametrize(
    ("rules", "reads", "silent", "writes", "destroys"),
    [
        (STRICT, None, "unknown", "writes", "destructive"),
        (GIVEN, None, None, None, "destructive"),
        (ALWAYS, "always", "unknown", "writes", "destructive"),
        (ApprovalRules("always", given=True), None, None, None, "destructive"),
        (NEVER, None, None, None, None),
        (ApprovalRules("never", given=True), None, None, None, None),
    ],
    ids=["writes", "given", "always", "always, given", "never", "never, given"],
)
def test_why_a_tool_waits(
    rules: ApprovalRules,
    reads: ApprovalWhy | None,
    silent: ApprovalWhy | None,
    writes: ApprovalWhy | None,
    destroys: ApprovalWhy | None,
) -> None:
    tools = (READS, SILENT, WRITES, DESTROYS)
    assert tuple(map(rules.why_waits, tools)) == (reads, silent, writes, destroys)
    assert rules.why_waits(READS_AND_DESTROYS) == reads, "what only reads destroys nothing"


@pytest.mark.parametrize("glob", ["act", "a*", "*", "box.act", "box.*"])
def test_a_word_of_the_caller_frees_what_its_globs_name(glob: str) -> None:
    for base, each in product((STRICT, GIVEN, ALWAYS), (READS, SILENT, WRITES, DESTROYS)):
        rules = ApprovalRules(base.setting, (glob,), base.given)
        assert rules.why_waits(each) is None and rules.allows(each)


@pytest.mark.parametrize("glob", ["Act", "actor", "ac", "other.act", "other.*", ""])
def test_another_name_frees_nothing(glob: str) -> None:
    assert ApprovalRules(approve=(glob,)).why_waits(DESTROYS) == "destructive"


def test_a_word_of_the_operator_frees_a_tool_under_every_setting() -> None:
    for rules, each in product((STRICT, GIVEN, ALWAYS), (READS, SILENT, WRITES, DESTROYS)):
        assert rules.why_waits(each.model_copy(update={"approved": True})) is None


def test_what_is_remembered_holds_for_one_tool_of_one_server() -> None:
    rules = ApprovalRules(remembered={("box", "act", " destructive"): True, ("elsewhere", "act", ""): False})
    assert rules.why_waits(DESTROYS) is None
    assert rules.why_waits(DESTROYS.model_copy(update={"name": "box.act"})) is None, "by whatever name plans call it"
    elsewhere = DESTROYS.model_copy(update={"server": "elsewhere"})
    assert rules.denies(elsewhere) and rules.why_waits(elsewhere) == "destructive"
    assert rules.why_waits(tool(remote_name="other")) == "unknown"


def test_what_is_denied_for_good_is_never_made_unasked_but_where_somebody_names_it() -> None:
    remembered = {key_of(READS): False}
    for setting in ("writes", "always", "never"):
        for each in (READS, SILENT, DESTROYS):
            rules = ApprovalRules(setting, remembered=remembered)
            assert rules.denies(each) and rules.why_waits(each) is not None
            named = ApprovalRules(setting, ("act",), remembered=remembered)
            assert not named.denies(each) and named.why_waits(each) is None


def test_how_to_allow_a_tool_names_what_to_write_and_where() -> None:
    entry = 'add "readOnly": ["act"] to the entry of box in mcp.json'
    request = 'add "approve": ["act"] to the request'
    assert unused(SILENT, "unknown").how == f"if it only reads, {entry}, or {request}"
    assert 'add "approve": ["act"] to the entry of box' in unused(DESTROYS, "destructive").how
    assert "declare it with @tool(read_only=True)" in unused(tool(server=FUNCTIONS), "unknown").how
    assert reason("unknown") == "its server does not say that it only reads"


def test_what_is_allowed_for_good_is_one_programs_tool_as_it_was() -> None:
    was = WRITES.model_copy(update={"origin": "npx files"})
    allowed = ApprovalRules(remembered={key_of(was): True})
    assert allowed.why_waits(was) is None
    for other in ({"origin": "npx evil"}, {"destructive": True}):
        assert allowed.why_waits(was.model_copy(update=other)) is not None


def test_what_is_denied_for_good_stays_denied_whatever_it_says_of_itself_later() -> None:
    was = WRITES.model_copy(update={"origin": "npx files", "destructive": True})
    denied = ApprovalRules(remembered={key_of(was, allowed=False): False})
    for other in ({"read_only": True}, {"destructive": False}, {"origin": "npx evil"}):
        assert denied.denies(was.model_copy(update=other))


@pytest.mark.parametrize("name", ["*", "a?t", "[a-z]*", "act"])
def test_what_is_told_to_write_allows_that_tool_alone(name: str) -> None:
    told = unused(tool(name=name, remote_name=name), "writes")
    (glob,) = json.loads(f"{{{told.request}}}")["approve"]
    rules = ApprovalRules(approve=(glob,))
    assert rules.why_waits(tool(name=name, remote_name=name)) is None
    assert rules.why_waits(tool(name="aft", remote_name="aft")) is not None
    assert json.loads(f"{{{told.entry}}}") == {"approve": [glob]}
