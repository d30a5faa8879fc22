"""The page knows every kind of event that the service emits, and no other."""

import re
from collections import Counter
from typing import get_args

from agentic_search.events.facts import Fact
from tests.browser.test_files import STATIC

FACTS = get_args(get_args(Fact)[0])
KINDS = {fact.model_fields["kind"].default for fact in FACTS}
_KIND = re.compile(r'"([a-z]+\.[a-z_]+)"')


def listed(name: str) -> Counter[str]:
    """The kinds in one list of the module that listens to a run's events."""
    module = (STATIC / "js/net/follow.js").read_text()
    found = re.search(rf"^const {name} = \[(.*?)\];", module, re.MULTILINE | re.DOTALL)
    assert found, f"follow.js has no list {name}"
    return Counter(_KIND.findall(found[1]))


def test_the_page_listens_to_every_kind_of_event_once_and_to_no_other() -> None:
    assert listed("TYPES") + listed("TERMINAL") == Counter(KINDS)


def test_the_page_stops_listening_at_the_kinds_that_end_a_run() -> None:
    assert set(listed("TERMINAL")) == {fact.model_fields["kind"].default for fact in FACTS if fact.terminal}


def test_the_page_reduces_only_kinds_that_there_are() -> None:
    reduced = {kind for path in STATIC.glob("js/state/*.js") for kind in _KIND.findall(path.read_text())}
    assert reduced
    assert reduced - KINDS == set()
