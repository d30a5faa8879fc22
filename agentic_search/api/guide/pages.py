"""One page of the documentation: its Markdown as HTML in the look of the service's page, with the list of all pages."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from agentic_search.api.guide.reference import PAGE as REFERENCE
from agentic_search.api.guide.reference import SHEET

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_ORDER = (
    ("Begin", ("start", "terminal", "python", "coming-from")),
    ("Use", ("api", "reference", "events", "clients", "workflows")),
    ("Connect", ("servers", "server-files", "tools", "models")),
    ("Operate", ("configuration", "operating", "security")),
    ("Inside", ("architecture", "extending")),
)
"""What stands under which heading of the list; what is in none stands at its end."""
_FILE = re.compile(r"(?P<name>[\w-]+)\.md(?P<anchor>#.*)?")
_NO_SLUG = re.compile(r"[^\w\- ]")
STYLE = Path(__file__).with_name("guide.css")
TOKENS = "css/tokens.css"
"""Of the page's files: its colours and sizes."""

Address = Callable[[str], str]
"""Where a page is, or a file beside the pages, by its name: `api`, `flow.svg`."""


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A page before it is put into the frame."""

    name: str
    title: str
    html: str


def page_names(folder: Path) -> list[str]:
    """Every page of the folder, in the order of the list."""
    there = {path.stem for path in folder.glob("*.md")}
    ordered = [name for _, names in _ORDER for name in names if name in there]
    return [*ordered, *sorted(there - set(ordered))]


def read_page(folder: Path, name: str, address: Address) -> GuidePage:
    """A page of the folder; links between pages lead to where `address` has them, those out of the folder nowhere."""
    tokens = _markdown().parse((folder / f"{name}.md").read_text(encoding="utf-8"))
    title = next(_headings(tokens), (name, ""))[0]
    for token in _all(tokens):
        if token.type == "link_open":
            token.attrSet("href", _target(str(token.attrGet("href")), folder, address))
        elif token.type == "image":
            token.attrSet("src", address(str(token.attrGet("src"))))
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug(tokens[index + 1].content))
    markdown = _markdown()
    return GuidePage(name, title, markdown.renderer.render(tokens, markdown.options, {}))


def framed(page: GuidePage, titles: Sequence[tuple[str, str]], address: Address, reference: str = "") -> str:
    """The whole document; `titles` are all pages by name and title, `reference` what stands below that of the API."""
    is_reference = page.name == REFERENCE
    links = "".join(
        f"<h2>{group}</h2><ul>{''.join(_entry(name, titles, page.name, address) for name in names)}</ul>"
        for group, names in _grouped([name for name, _ in titles])
    )
    sheets = ("tokens.css", STYLE.name, *([SHEET] if is_reference else []))
    styles = "".join(f'<link rel="stylesheet" href="{address(path)}">' for path in sheets)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(page.title)} · agentic-search</title>{styles}</head><body>"
        '<a class="skip" href="#content">Skip to the content</a>'
        f'<nav aria-label="Documentation"><p><a href="{address("")}">agentic-search</a></p>{links}</nav>'
        f'<main id="content">{page.html}{reference if is_reference else ""}</main></body></html>'
    )


def titles_of(folder: Path) -> list[tuple[str, str]]:
    """Every page with its title."""
    return [(name, _title(folder / f"{name}.md")) for name in page_names(folder)]


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    return _NO_SLUG.sub("", heading.lower()).strip().replace(" ", "-")


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("#").strip()


def _grouped(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    known = {name for _, group in _ORDER for name in group}
    for title, group in _ORDER:
        if there := [name for name in group if name in names]:
            yield title, there
    if others := [name for name in names if name not in known]:
        yield "More", others


def _entry(name: str, titles: Sequence[tuple[str, str]], here: str, address: Address) -> str:
    mark = ' aria-current="page"' if name == here else ""
    return f'<li><a href="{address(name)}"{mark}>{escape(dict(titles)[name])}</a></li>'


def _target(href: str, folder: Path, address: Address) -> str:
    if "://" in href or href.startswith("#"):
        return href
    found = _FILE.fullmatch(href)
    if found and (folder / f"{found['name']}.md").exists():
        return address(found["name"]) + (found["anchor"] or "")
    return "#content"


def _headings(tokens: "Sequence[Token]") -> Iterator[tuple[str, str]]:
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            yield tokens[index + 1].content, token.tag


def _all(tokens: "Sequence[Token]") -> "Iterator[Token]":
    for token in tokens:
        yield token
        yield from token.children or ()


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - not before somebody reads a page

    return MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
