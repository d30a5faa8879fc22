"""What is new, as text: one line that says it, and Markdown with all of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agentic_search.schedules.schedule import (
    ChangedSource,
    ChangedStatement,
    News,
    NewsSource,
    NewsStatement,
    ScheduledRun,
)
from agentic_search.schedules.times import local_time
from agentic_search.synthesis.markdown.escape import escape_inline
from agentic_search.text.counting import count

_MOST = 50
"""Of each kind in a text; the data has all."""


def headline(news: News, zone: str) -> str:
    """What is new, in one line."""
    if news.since is None:
        if not news.found:
            return "Asked for the first time: nothing was found."
        found, said = len(news.sources.added), len(news.statements.added)
        return f"Asked for the first time: {count(found, 'source')} and {count(said, 'statement')}, all new."
    since = local_time(datetime.fromisoformat(news.since).timestamp(), zone)
    if not news.found:
        return f"Nothing new since {since}."
    told = [f"{len(each)} {what}" for what, each in _counted(news) if each]
    return f"New since {since}: {', '.join(told)}."


def answer_of(run: ScheduledRun, zone: str) -> str:
    """The answer to a standing question, as Markdown: what is new."""
    news = run.news
    if news is None:
        return ""
    parts = [headline(news, zone)]
    if run.missed:
        times = f"{count(run.missed, 'time')} passed unasked"
        parts.append(f"{times}, while the service was down or still at the question: this one run is for all of them.")
    if not news.whole:
        parts.append("Some of the run's tasks failed, so nothing is told as gone.")
    if news.found or news.statements != type(news.statements)():
        parts += _sections(news)
    return "\n\n".join(parts)


def _counted(news: News) -> Iterator[tuple[str, Sequence[object]]]:
    for what, kind in (("source", news.sources), ("statement", news.statements)):
        for how in ("added", "changed", "gone"):
            each: Sequence[object] = getattr(kind, how)
            yield f"{what if len(each) == 1 else what + 's'} {how}", each


def _sections(news: News) -> Iterator[str]:
    otherwise = "" if news.found else " (from the same sources)"
    yield from _section("New sources", [_source(each) for each in news.sources.added])
    yield from _section("Changed sources", [_changed_source(each) for each in news.sources.changed])
    yield from _section("No longer found", [_source(each) for each in news.sources.gone])
    yield from _section(f"New statements{otherwise}", [_statement(each) for each in news.statements.added])
    yield from _section(f"Changed statements{otherwise}", [_changed(each) for each in news.statements.changed])
    yield from _section(f"No longer said{otherwise}", [_statement(each) for each in news.statements.gone])


def _section(title: str, items: list[str]) -> Iterator[str]:
    if items:
        more = [f"and {len(items) - _MOST} more"] if len(items) > _MOST else []
        yield f"**{title}**\n\n" + "\n".join(f"- {item}" for item in (*items[:_MOST], *more))


def _source(source: NewsSource) -> str:
    named = (
        f"{escape_inline(source.title)} ({escape_inline(source.url)})" if source.url else escape_inline(source.title)
    )
    return f"{named}: {escape_inline(source.text)}" if source.text else named


def _changed_source(source: ChangedSource) -> str:
    return f"{_source(source.after)} (before: {escape_inline(source.before.text)})"


def _statement(statement: NewsStatement) -> str:
    text = escape_inline(statement.text)
    return f"{text} ({', '.join(map(escape_inline, statement.sources))})" if statement.sources else text


def _changed(statement: ChangedStatement) -> str:
    return f"{_statement(statement.after)} (before: {escape_inline(statement.before.text)})"
