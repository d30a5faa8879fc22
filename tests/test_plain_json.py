"""JSON that every program reads, whatever stands in the value."""

import json
import math

import pytest

from agentic_search.domain.tool import ServerStatus
from agentic_search.plain_json import json_bytes, well_formed


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ([math.nan, math.inf, -math.inf, 1.5], [None, None, None, 1.5]),
        ({"a\ud800": ["\udfff", "🚀", "x"]}, {"a\ufffd": ["\ufffd", "🚀", "x"]}),
        ({"\ud800": math.inf}, {"\ufffd": None}),
        (10**30, 10**30),
        ("plain", "plain"),
    ],
)
def test_what_json_lacks_is_replaced(value: object, written: object) -> None:
    assert json.loads(json_bytes(value), parse_constant=lambda name: pytest.fail(name)) == written


def test_a_model_with_half_of_a_surrogate_pair_is_written_too() -> None:
    status = ServerStatus.model_construct(name="a\ud800")
    assert json.loads(json_bytes(status))["name"] == "a\ufffd"


def test_more_levels_than_may_be_are_refused() -> None:
    assert well_formed([[{}]], deepest=3) == [[{}]]
    with pytest.raises(RecursionError):
        well_formed([[[]]], deepest=2)
