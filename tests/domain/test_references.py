"""References are rewritten where they read a task, and nowhere else."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.references import renamed


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("${t2}", "${t1}"),
        ("about ${t2.t2.x} and t2, ${t3}", "about ${t1.t2.x} and t2, ${t3}"),
        ("${t2[?t2 == 't2'].id}", "${t1[?t2 == 't2'].id}"),
        ("${join('-', [t2.a, t2.b, item.t2])}", "${join('-', [t1.a, t1.b, item.t2])}"),
        ('${"t2".x}', "${t1.x}"),
        ("${a-b.c}", "${t9.c}"),
        ("${t20}", "${t20}"),
        ("${t2", "${t2"),
        ("no reference to t2", "no reference to t2"),
    ],
)
def test_only_names_of_tasks_are_rewritten(text: str, rewritten: str) -> None:
    value: JsonValue = {"t2": [text, 2, None]}
    assert renamed(value, {"t2": "t1", "a-b": "t9"}) == {"t2": [rewritten, 2, None]}
