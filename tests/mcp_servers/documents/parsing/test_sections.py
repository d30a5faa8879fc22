"""Sections cover the text, can be told apart, and are never too long."""

from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.sections import LONGEST, PART, Heading, cut, slug


def test_the_text_before_the_first_heading_is_a_section_of_its_own() -> None:
    sections = cut("intro\n# One\nbody\n", [Heading(1, "One", 6, 12)])
    assert [(section.anchor, section.level, section.line) for section in sections] == [("", 0, 1), ("one", 1, 2)]


def test_blank_text_before_the_first_heading_is_no_section() -> None:
    assert [section.anchor for section in cut("\n\n# One\n", [Heading(1, "One", 2, 8)])] == ["one"]


def test_an_empty_text_has_no_sections() -> None:
    assert cut("", ()) == ()


def test_headings_of_one_name_get_different_anchors() -> None:
    text = "# A\n# A\n# A\n# A-1\n"
    headings = [Heading(1, "A", 0, 4), Heading(1, "A", 4, 8), Heading(1, "A", 8, 12), Heading(1, "A-1", 12, 18)]
    anchors = [section.anchor for section in cut(text, headings)]
    assert len(set(anchors)) == 4
    assert anchors[:3] == ["a", "a-1", "a-2"]


def test_a_heading_without_letters_still_gets_an_anchor() -> None:
    assert cut("# !!\n", [Heading(1, "!!", 0, 5)])[0].anchor == "section"


def test_a_slug_is_the_one_that_code_hosts_make() -> None:
    assert slug("What's new in 2.0?") == "whats-new-in-20"
    assert slug("Straße & Co") == "straße--co"


def test_a_long_section_is_cut_at_a_paragraph_into_parts_that_say_whose_they_are() -> None:
    paragraph = "word " * 400
    text = "# Long\n" + "\n\n".join([paragraph] * 10)
    sections = cut(text, [Heading(1, "Long", 0, 7)])
    assert [section.anchor for section in sections][:2] == ["long", "long~2"]
    assert {section.heading for section in sections} == {"Long"}
    assert sections[1].level == PART
    assert text[sections[1].start : sections[1].end].startswith("word")
    assert text[: sections[1].start].endswith("\n\n")


def test_reading_a_section_includes_its_parts_and_what_is_below_it() -> None:
    text = "# A\n" + "x " * LONGEST + "\n## B\nbelow\n# C\nother\n"
    below, other = text.index("## B"), text.index("# C")
    headings = [Heading(1, "A", 0, 4), Heading(2, "B", below, below + 5), Heading(1, "C", other, other + 4)]
    document = Document("", text, cut(text, headings))
    assert document.whole(document.sections[0]) == text[:other]
    assert document.whole(document.sections[1]) == text[document.sections[1].start : document.sections[1].end]


@given(
    st.lists(st.text(alphabet="ab \n", max_size=40), max_size=30),
    st.lists(st.sampled_from(["A", "B", "!", "a b"]), max_size=30),
    st.integers(1, 600),
)
def test_sections_cover_the_text_in_order_without_a_gap(bodies: list[str], names: list[str], repeat: int) -> None:
    text, headings = "start\n", list[Heading]()
    for body, name in zip(bodies, names, strict=False):
        headings.append(Heading(1, name, len(text), len(text) + len(name) + 1))
        text += f"{name}\n{body * repeat}"
    sections = cut(text, headings)
    assert "".join(text[section.start : section.end] for section in sections) == text
    assert all(section.start <= section.body <= section.end <= section.start + LONGEST for section in sections)
    assert len({section.anchor for section in sections}) == len(sections)
    assert all(text.count("\n", 0, section.start) + 1 == section.line for section in sections)
