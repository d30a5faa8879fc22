"""A receipt says what was contacted, and claims no more than is known of whether anything left."""

import pytest

from agentic_search.domain.receipt.contacts import Contact, receipt_of, verdict
from agentic_search.domain.spending import Spending

HERE = Contact(host="localhost", model="qwen3:8b", elsewhere=False)
PROGRAM = Contact(host="", server="notes", elsewhere=None)
OTHER = Contact(host="example.org", server="web", elsewhere=True)


@pytest.mark.parametrize(
    ("contacts", "whole", "left"),
    [
        ([], True, False),
        ([HERE], True, False),
        ([HERE, PROGRAM], True, None),
        ([HERE, PROGRAM, OTHER], True, True),
        ([HERE], False, None),
        ([OTHER], False, True),
    ],
)
def test_what_is_not_known_is_not_claimed(contacts: list[Contact], whole: bool, left: bool | None) -> None:
    receipt = receipt_of(contacts, whole=whole)
    assert receipt.left_machine is left
    assert ("example.org" in verdict(receipt)) is (left is True)


def test_calls_of_one_kind_are_one_entry() -> None:
    spent = Spending(lambda: 0.0)
    for sent, received in ((10, 5), (20, 0)):
        spent.contact(OTHER.model_copy(update={"sent": sent, "received": received}))
    spent.contact(HERE)
    first, second = spent.receipt.contacted
    assert (first.calls, first.sent, first.received, first.bytes) == (2, 30, 5, 35)
    assert (second.host, second.calls, second.bytes) == ("localhost", 1, 0)
