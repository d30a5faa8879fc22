"""The language reference is cut where a reader would look something up."""

from pathlib import Path

import pytest

from agentic_search.mcp_servers.python_docs.index.topics import ReferenceSection, split_topic, topic_entries
from tests.mcp_servers.python_docs.small_pythons import write_files

METHODS = """\
String Methods
**************

Strings have methods.

str.join(iterable)

   Return a string.

      example(1)

str.lower()

   Return a copy.
"""
MAPPING = """\
Mapping Types - "dict"
**********************

There is one.

class dict(**kwargs)
class dict(iterable)

   Return a new dictionary.

   get(key[, default])

      Return the value.

   list(d) is not a definition.

Dictionary view objects
=======================

They are views.
"""


def test_a_topic_is_cut_at_headings_and_definitions() -> None:
    assert list(split_topic(METHODS)) == [
        ReferenceSection("String Methods", "", "Strings have methods."),
        ReferenceSection("str.join", "str.join(iterable)", "   Return a string.\n\n      example(1)"),
        ReferenceSection("str.lower", "str.lower()", "   Return a copy."),
    ]


def test_a_method_inside_a_class_is_named_after_it() -> None:
    sections = {section.title: section for section in split_topic(MAPPING)}
    assert {title: section.kind for title, section in sections.items()} == {
        'Mapping Types - "dict"': "topic",
        "dict": "class",
        "dict.get": "method",
        "Dictionary view objects": "topic",
    }
    assert sections["dict"].text == "class dict(iterable)\n\n   Return a new dictionary."
    assert sections["Dictionary view objects"].text == "They are views."


@pytest.mark.parametrize("text", ["", "no heading at all", "****", "f()\n\n   x"])
def test_any_text_can_be_cut(text: str) -> None:
    assert len(list(split_topic(text))) <= 1


def test_a_section_that_stands_in_two_topics_comes_once(tmp_path: Path) -> None:
    topics = {"strings": METHODS, "more": METHODS + "\nMore\n****\n\nOf it.\n"}
    write_files(tmp_path, {"pydoc_data/topics.py": f"# generated\ntopics = {topics!r}\n"})
    titles = [entry.title for entry in topic_entries(tmp_path)]
    assert sorted(titles) == ["More", "String Methods", "str.join", "str.lower"]


@pytest.mark.parametrize("source", [None, "topics = (", "topics = make()", "import os"])
def test_without_a_readable_reference_there_are_no_topics(tmp_path: Path, source: str | None) -> None:
    if source is not None:
        write_files(tmp_path, {"pydoc_data/topics.py": source})
    assert list(topic_entries(tmp_path)) == []
