"""Parts a tool's data into content and what the tool says of its own search: found nothing, failed, not ready, a note.

The shape decides first: empty collections, status fields, flags, fields that repeat the arguments. Texts are looked
into only where few stand at the top, so that a large result costs no more than a small one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import shortened
from agentic_search.tools.results import field_names
from agentic_search.tools.results.self_report import SelfReport
from agentic_search.tools.results.self_talk import CallWords, SelfTalk, is_heading, is_unfinished, self_talk

_LOOKED_INTO = 3
"""Elements of a list up to which its texts are judged; a longer one is content."""
_MOST_FIELDS = 60
_MOST_TEXTS = 12
"""Texts of one result that are judged, at some milliseconds each; further ones are content."""
_DEEPEST = 4
_LONGEST_NOTE = 300
_A_SENTENCE = 4
"""Terms from which a message may be the answer itself."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A tool's data, judged."""

    content: JsonValue
    """What may be cited; None where there is none."""
    note: str = ""
    """What the tool says of its own search, as what happened: `found nothing`."""
    is_passing: bool = False
    """The same call may give another answer soon: it is not ready, or it failed."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the data without what is not content."""

    kept: JsonValue
    counts: bool
    """It is content, and not only a name, a flag or an echo."""


_NO_PART = _Part(None, False)


def judge(value: JsonValue, given: CallWords) -> Judged:
    """Part a tool's data; `given` are the words that its call put in."""
    said = SelfReport()
    part = _part(value, given, said, _DEEPEST)
    if part.counts:
        note = said.text("failure", "unfinished", None) or (said.text("nothing") if _is_lone_count(part.kept) else "")
        unfinished = any(kind == "unfinished" for kind, _ in said.notes)
        return Judged(part.kept, f"said: {_short(note)}" if note else _unfinished(unfinished), unfinished)
    kind = said.kind()
    return Judged(None, _note_of(kind, said), kind in ("failure", "unfinished"))


def _unfinished(holds: bool) -> str:
    return "says that its answer is not final" if holds else ""


def _note_of(kind: SelfTalk | None, said: SelfReport) -> str:
    text = _short(said.text(kind, None))
    match kind:
        case "failure" | "unfinished" | "done":
            return f"said: {text}" if text else f"said that it {'failed' if kind == 'failure' else 'is not ready'}"
        case "echo":
            return "only repeated what it was asked"
        case _:
            return f"found nothing: {text}" if text else "found nothing"


def _short(text: str) -> str:
    return shortened(text, _LONGEST_NOTE)


def _part(value: JsonValue, given: CallWords, said: SelfReport, deeper: int) -> _Part:
    match value:
        case None | "":
            return _NO_PART
        case str():
            return _of_text(value, given, said)
        case dict() if deeper and len(value) <= _MOST_FIELDS:
            return _of_fields(value, given, said, deeper)
        case list() if deeper and len(value) <= _LOOKED_INTO:
            return _of_few(value, given, said, deeper)
        case dict() | list():
            return _Part(value, True) if _holds_anything(value, _DEEPEST) else _NO_PART
        case _:
            return _Part(value, True)


def _of_text(text: str, given: CallWords, said: SelfReport) -> _Part:
    said.texts += 1
    if said.texts > _MOST_TEXTS:
        return _Part(text, True)
    if (kind := self_talk(text, given)) is not None:
        said.add(kind, text)
        return _NO_PART
    if is_unfinished(text, given):
        said.add("unfinished")
    return _Part(text, True)


def _of_few(values: Sequence[JsonValue], given: CallWords, said: SelfReport, deeper: int) -> _Part:
    """A thing that was found may well be called what it was looked for by: a name in a list is no echo."""
    parts = [
        _Part(each, True) if isinstance(each, str) and given.gave(each) else _part(each, given, said, deeper - 1)
        for each in values
    ]
    kept: list[JsonValue] = [part.kept for part in parts if part.kept is not None]
    return _Part(kept, any(part.counts for part in parts)) if kept else _NO_PART


def _of_fields(fields: Mapping[str, JsonValue], given: CallWords, said: SelfReport, deeper: int) -> _Part:
    before = len(said.notes)
    failed = said.note_failure(fields)
    said.note_status(fields)
    parts = {name: _field(name.lower(), each, given, said, deeper) for name, each in fields.items()}
    notes = said.notes[before:]
    counting = {name for name, part in parts.items() if part.counts}
    if failed and not any(name.lower() in field_names.PROSE for name in counting):
        counting = {name for name in counting if isinstance(fields[name], dict | list)}
    elif _is_empty_search(fields, parts, notes) and not any(_is_found(name, fields[name]) for name in counting):
        counting.clear()
    elif not counting and not notes:
        counting = {name for name in fields if parts[name].kept is not None and _is_name(fields[name], given)}
    if counting:
        return _Part({name: part.kept for name, part in parts.items() if part.kept is not None}, True)
    return _NO_PART if failed else _of_nothing_else(fields, said)


def _is_name(value: JsonValue, given: CallWords) -> bool:
    return not isinstance(value, str) or self_talk(value, given) is None


def _of_nothing_else(fields: Mapping[str, JsonValue], said: SelfReport) -> _Part:
    """A lone count, or a message that says something, is the answer where nothing else is."""
    by_name = {name.lower(): each for name, each in fields.items()}
    empty = any(isinstance(each, dict | list) and not each for each in fields.values())
    counts: dict[str, JsonValue] = {
        name: each for name, each in fields.items() if name.lower() in field_names.COUNTS and _is_number(each)
    }
    if len(counts) == 1 and not empty and said.kind() in (None, "echo", "nothing") and "query" not in by_name:
        return _Part(counts, True)
    message = by_name.get("message")
    if isinstance(message, str) and not empty and said.kind() is None and len(terms(message)) >= _A_SENTENCE:
        said.notes.clear()
        return _Part(message, True)
    return _NO_PART


def _field(name: str, value: JsonValue, given: CallWords, said: SelfReport, deeper: int) -> _Part:
    """One field; names, flags and what repeats the call count for nothing."""
    if name in field_names.ERRORS or (name in field_names.NOTES and not isinstance(value, dict)):
        if name in field_names.NOTES:
            _note(value, given, said)
        return _NO_PART
    if name in field_names.ABOUT or name in field_names.COUNTS:
        said.note_flag(name, value)
        if not (isinstance(value, dict | list) and value):
            return _NO_PART
    if isinstance(value, str) and given.put_in(name, value):
        said.add("echo")
        return _Part(value, False) if name in field_names.NAMES else _NO_PART
    if name in field_names.NAMES and isinstance(value, str | int):
        return _Part(value or None, False)
    return _part(value, given, said, deeper - 1)


def _note(value: JsonValue, given: CallWords, said: SelfReport) -> None:
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    for text in texts[:_LOOKED_INTO]:
        if isinstance(text, str) and text.strip() and not is_heading(text, given):
            kind = self_talk(text, given) or ("unfinished" if is_unfinished(text, given) else None)
            said.add(kind, text)


def _is_empty_search(
    fields: Mapping[str, JsonValue], parts: Mapping[str, _Part], notes: Sequence[tuple[SelfTalk | None, str]]
) -> bool:
    """Whether its list of results is empty."""
    empty = {name for name, part in parts.items() if part.kept is None and isinstance(fields[name], dict | list)}
    lacking = {name.lower() for name, each in fields.items() if each in (None, "")} | {name.lower() for name in empty}
    signalled = any(kind in ("nothing", "echo") for kind, _ in notes) or any(
        _is_number(each) and each == 0 for name, each in fields.items() if name.lower() in field_names.COUNTS
    )
    return bool(lacking & field_names.RESULTS) or (bool(empty) and signalled)


def _is_found(name: str, value: JsonValue) -> bool:
    """Whether it may be what was looked for, beside an empty list of results."""
    return name.lower() not in field_names.MISSING and _is_rich(name, value)


def _is_rich(name: str, value: JsonValue) -> bool:
    """Prose, or a list of something; a bare number or flag may as well be about the answer itself."""
    match value:
        case str():
            return name.lower() in field_names.PROSE or len(terms(value[:1_000])) >= _A_SENTENCE
        case dict():
            return any(_is_rich(inner, each) for inner, each in value.items())
        case list():
            return _holds_anything(value, _DEEPEST)
        case _:
            return False


def _is_lone_count(value: JsonValue) -> bool:
    """Why there are none is told with it."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).lower() in field_names.COUNTS


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _holds_anything(value: JsonValue, deeper: int) -> bool:
    match value:
        case dict():
            return not deeper or any(_holds_anything(each, deeper - 1) for each in value.values())
        case list():
            return not deeper or any(_holds_anything(each, deeper - 1) for each in value)
        case str():
            return bool(value.strip())
        case _:
            return value is not None
