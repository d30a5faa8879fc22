"""What the fields of a result say of the result itself: flags, status words, errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentic_search.tools.results import field_names
from agentic_search.tools.results.self_talk import SelfTalk


@dataclass(slots=True)
class SelfReport:
    """What one result says of itself, as it is met."""

    notes: list[tuple[SelfTalk | None, str]] = field(default_factory=list[tuple[SelfTalk | None, str]])
    """Each with its kind; None for one that says nothing against the result."""
    texts: int = 0
    """How many texts were judged."""

    def add(self, kind: SelfTalk | None, text: str = "") -> None:
        """Note it, with the tool's own words where there are any."""
        self.notes.append((kind, text))

    def kind(self) -> SelfTalk | None:
        """The kind that decides."""
        kinds = [kind for kind, _ in self.notes]
        return next((kind for kind in ("failure", "unfinished", "nothing", "echo", "done") if kind in kinds), None)

    def text(self, *kinds: SelfTalk | None) -> str:
        """The first text of the first kind that has one."""
        return next((text for kind in kinds for met, text in self.notes if met == kind and text.strip()), "")

    def note_flag(self, name: str, value: JsonValue) -> None:
        """A flag that says whether the answer is whole, or whether anything was found."""
        if (value is True and name in field_names.UNFINISHED_IF_TRUE) or (
            value is False and name in field_names.UNFINISHED_IF_FALSE
        ):
            self.add("unfinished")
        elif name == "found" and value in (False, None, 0):
            self.add("nothing")

    def note_status(self, fields: Mapping[str, JsonValue]) -> None:
        """What a status field says of the answer. That of a thing, such as a process that is running, is a fact."""
        names = {name.lower() for name in fields}
        for name, value in fields.items():
            kind = field_names.STATUSES.get(_word(value)) if name.lower() in field_names.STATUS_NAMES else None
            of_a_thing = (
                _word(value) in field_names.STATUSES_OF_THINGS
                and not names & field_names.RESULTS
                and names - field_names.ABOUT - field_names.NOTES
            )
            if kind is not None and not of_a_thing:
                self.add(kind)

    def note_failure(self, fields: Mapping[str, JsonValue]) -> bool:
        """Whether the fields say that the call failed."""
        by_name = {name.lower(): each for name, each in fields.items()}
        errors = [by_name[name] for name in by_name if name in field_names.ERRORS and _is_error(by_name[name])]
        flags = [by_name.get(name) for name in ("success", "ok")]
        failed = bool(errors) or any(flag is False for flag in flags)
        failed |= any(by_name.get(name) is True for name in ("iserror", "is_error", "failed"))
        failed |= field_names.STATUSES.get(_word(by_name.get("status"))) == "failure"
        if failed:
            message = next((text for error in errors if (text := _message(error))), "")
            self.add("failure", message or _message({name: by_name.get(name) for name in field_names.NOTES}))
        return failed


def _word(value: JsonValue) -> str:
    is_word = isinstance(value, str | int) and not isinstance(value, bool)
    return "".join(filter(str.isalnum, str(value).lower())) if is_word else ""


def _is_error(value: JsonValue) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in ("", "none", "null", "no", "false", "0", "ok")
    return bool(value)


def _message(error: JsonValue) -> str:
    match error:
        case str():
            return error
        case dict():
            return next(
                (each for name in ("message", *sorted(field_names.NOTES)) if isinstance(each := error.get(name), str)),
                "",
            )
        case [first, *_]:
            return _message(first)
        case _:
            return ""
