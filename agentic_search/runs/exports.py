"""Writes a run that has ended as a file that stands for itself: Markdown, or one HTML page without scripts."""

import re
import unicodedata
from collections.abc import Iterator
from html import escape

from agentic_search.domain.answer import Source
from agentic_search.domain.receipt.contacts import Receipt, lines_of, verdict
from agentic_search.domain.run import RunReport
from agentic_search.synthesis.markdown.escape import code_span, escape_inline

_WEB = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_LONGEST_NAME = 60
"""Characters of a file's name."""
_STYLE = """\
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
body { font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.4rem; line-height: 1.3; } h2 { margin-top: 2rem; font-size: 1.1rem; }
pre { padding: .75rem; border: 1px solid #8884; border-radius: 6px; white-space: pre-wrap; }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 2px solid #8886; }
li > blockquote { white-space: pre-line; }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; text-align: left; }
.citation { padding: 0 .3em; border-radius: 4px; background: #8882; font-size: .75em; text-decoration: none; }
.quiet { color: #777; font-size: .875rem; } li { margin-bottom: .75rem; }
@page { margin: 2cm; }
@media print {
  :root { color-scheme: light; } body { max-width: none; margin: 0; font-size: 11pt; } a { color: inherit; }
  li, pre, blockquote, tr { break-inside: avoid; } h1, h2 { break-after: avoid; }
}"""


def as_markdown(run: RunReport) -> str:
    """The question, the answer as it was written, and its sources by their numbers."""
    parts = [f"# {escape_inline(run.query)}", *map(escape_inline, _instructions(run))]
    parts.append(run.answer.strip() if run.answer else escape_inline(_no_answer(run)))
    if run.sources:
        parts.append("## Sources")
        parts += [_markdown_source(source) for source in run.sources]
    if missing := [f"- {escape_inline(line)}" for line in _missing(run)]:
        parts += ["## Left out", "\n".join(missing)]
    if run.receipt is not None:
        parts += ["## Contacted", escape_inline(verdict(run.receipt))]
        parts += ["\n".join(f"- {escape_inline(line)}" for line in lines_of(run.receipt))] * bool(run.receipt.contacted)
    parts.append(escape_inline(_colophon(run)))
    return "\n\n".join(parts) + "\n"


def as_html(run: RunReport, answer: str) -> str:
    """The same as a page that loads nothing, and prints well; `answer` is the answer as safe HTML."""
    title = escape(run.query)
    sources = "".join(_html_source(source) for source in run.sources)
    missing = "".join(f"<li>{escape(line)}</li>" for line in _missing(run))
    instructions = "".join(f'<p class="quiet">{escape(line)}</p>\n' for line in _instructions(run))
    return (
        f'<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{_STYLE}\n</style>\n</head>\n'
        f"<body>\n<h1>{title}</h1>\n{instructions}{answer or f'<p>{escape(_no_answer(run))}</p>'}"
        + (f"\n<h2>Sources</h2>\n<ol>{sources}</ol>" if sources else "")
        + (f"\n<h2>Left out</h2>\n<ul>{missing}</ul>" if missing else "")
        + _html_receipt(run.receipt)
        + f'\n<p class="quiet">{escape(_colophon(run))}</p>\n</body>\n</html>\n'
    )


def file_name(run: RunReport, ending: str) -> str:
    """A name for the file: the question's words in ASCII, or the run's id where it has none."""
    plain = unicodedata.normalize("NFKD", run.query).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].rstrip("-")
    return f"{words or run.id}.{ending}"


def source_line(source: Source) -> str:
    """A source in one line of Markdown: its number, title and address."""
    title = escape_inline(source.title) or "Untitled"
    address = source.url and (f"<{source.url}>" if _WEB.fullmatch(source.url) else code_span(source.url))
    return f"\\[{source.id}\\] **{title}** {address}".rstrip()


def _markdown_source(source: Source) -> str:
    quoted = [f"> {escape_inline(line)}" for line in source.snippet.splitlines() if line.strip()]
    return "\n".join([source_line(source), *([""] if quoted else []), *quoted])


def _html_source(source: Source) -> str:
    title, url = escape(source.title or "Untitled"), escape(source.url)
    linked = f'<a href="{url}" rel="noopener noreferrer">{title}</a>' if _WEB.fullmatch(source.url) else title
    return (
        f'<li id="source-{source.id}" value="{source.id}">{linked}<br><span class="quiet">{url}</span>'
        f"<blockquote>{escape(source.snippet)}</blockquote></li>"
    )


def _html_receipt(receipt: Receipt | None) -> str:
    if receipt is None:
        return ""
    contacted = "".join(f"<li>{escape(line)}</li>" for line in lines_of(receipt))
    listed = f"\n<ul>{contacted}</ul>" if contacted else ""
    return f"\n<h2>Contacted</h2>\n<p>{escape(verdict(receipt))}</p>{listed}"


def _instructions(run: RunReport) -> Iterator[str]:
    if run.instructions:
        yield f"Instructions: {' '.join(run.instructions.split())}"


def _missing(run: RunReport) -> Iterator[str]:
    yield from (f"{left.what}: {left.why}" for left in run.left_out)


def _no_answer(run: RunReport) -> str:
    return run.error or ("Only a plan was made." if run.status == "completed" else "There is no answer.")


def _colophon(run: RunReport) -> str:
    written = f"written by {run.model}" if run.model else "quoted from its sources, without a language model"
    return f"agentic-search, {run.created_at[:10]}{f', {written}' if run.answer else ''}; run {run.id}"
