"""The page's files: short, asking nobody but the service, and with one place where HTML comes in."""

import re
from pathlib import Path

import pytest

from agentic_search.api.page.files import PageFiles
from agentic_search.api.page.modules import joined

STATIC = Path(__file__).parents[2] / "static"
MOST_LINES = 200
_FROM_ELSEWHERE = re.compile(
    r"""(?:src|href)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|(?:from|import) ["'](?:https?:)?//"""
)
_FROM_TEXT = re.compile(r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function")


def texts(*suffixes: str) -> dict[str, str]:
    """The text of each file of the page with one of these suffixes, by its path."""
    found = {path for suffix in suffixes for path in STATIC.rglob(f"*.{suffix}")}
    return {str(path.relative_to(STATIC)): path.read_text() for path in sorted(found)}


@pytest.mark.parametrize("suffix", ["js", "css"])
def test_every_file_is_one_short_idea(suffix: str) -> None:
    lengths = {name: len(text.splitlines()) for name, text in texts(suffix).items()}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_script_says_what_it_is_for() -> None:
    assert [name for name, text in texts("js").items() if not text.startswith("/**")] == []


def test_html_from_text_comes_in_at_one_place_only() -> None:
    assert [name for name, text in texts("js").items() if _FROM_TEXT.search(text)] == ["js/dom/html.js"]


def test_the_page_asks_nobody_else() -> None:
    assert [name for name, text in texts("html", "css", "js").items() if _FROM_ELSEWHERE.search(text)] == []


def test_markup_carries_no_script_or_style_of_its_own() -> None:
    for name, text in texts("html").items():
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", text), name


def test_each_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"(?:src|href)=\"static/([^\"]+)", (STATIC / "index.html").read_text())
    assert named
    assert [name for name in named if not (STATIC / name).is_file()] == []


def test_no_text_in_a_script_goes_on_over_a_line_s_end() -> None:
    """What is sent has no indentation."""
    bare = {
        name: re.sub(r"/\*\*.*?\*/|`[^`\n]*`|/[^/\n]*`[^/\n]*/|\"[^\"\n]*\"", "", text, flags=re.DOTALL)
        for name, text in texts("js").items()
    }
    assert [name for name, text in bare.items() if "`" in text] == []


def test_no_text_in_a_script_looks_like_a_comment() -> None:
    """What is sent has none."""
    found = re.compile(r"(?:^|\s)// ")
    lines = [line for text in texts("js").values() for line in text.splitlines()]
    before = [line[: match.start()] for line in lines if (match := found.search(line))]
    assert [line for line in before if any(line.count(quote) % 2 for quote in '"`')] == []


def test_every_module_of_the_page_is_in_the_one_that_is_sent_after_those_that_it_needs() -> None:
    files = PageFiles(STATIC).now().files
    whole = files["all.js"].content.decode()
    apart = [
        name for name in files if name.endswith(".js") and name not in {"all.js", "js/first-paint.js", "js/types.js"}
    ]
    assert len(re.findall(r"^const m\d+ = ", whole, re.MULTILINE)) == len(apart)
    needs = {"a.js": 'import { b } from "./b.js";\nb();\n', "b.js": 'import * as a from "./a.js";\n'}
    with pytest.raises(ValueError, match=r"a\.js, b\.js"):
        joined(needs, "a.js")
    assert joined({"a.js": needs["a.js"], "b.js": "export const b = () => 1;\n"}, "a.js").splitlines() == [
        *("const m0 = (() => {", "const b = () => 1;", "return { b };", "})();"),
        *("const m1 = (() => {", "const { b } = m0;", "b();", "})();"),
    ]
