"""What a server's process writes beside its messages: the last lines are kept, and the one that says what is wrong."""

import re
from collections import deque
from collections.abc import Callable, Sequence

from agentic_search.text.sentences import shortened

SHOWN_LINES = 20
"""Lines of stderr that are shown to people."""
_KEPT_LINES = 60
_LONGEST_LINE = 2_000
_LONGEST_REASON = 400
_MOST_ADDED = 4
"""Lines after the one that ends with a colon or an opening bracket."""

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f\x7f]")
_FILLING = re.compile(
    r"""^\s*(?:
        [\W_]*$                                                     # brackets, arrows, carets
        | Node\.js\ v\d | at\s+\S | File\ ".*",\ line\ \d | Traceback\ \(most | During\ handling | The\ above\ exception
        | goroutine\ \d | exit\ status\ \d | note:\ run\ with | stack\ backtrace | \d+:\ .*::
        | .*complete\ log\ of\ this\ run | npm\ (?:warn|notice)\b | npm\ (?:ERR!|error)\s*(?:\d{3})?\s*$
        | (?:errno|code|syscall|hostname|path|address|port|dest|stack|spawnargs|requireStack)\s*:
        | throw\b | raise\b | node:internal | file:/// | \S+\.[cm]?[jt]s:\d+(?::\d+)?$ | For\ further\ information
        | (?:deprecat|warning\b|\(node:\d+\)|\(Use\ `node)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ERROR_FIRST = re.compile(
    r"^\s*(?:Uncaught\s+)?"
    r"(?:[\w.]*(?:Error|Exception|Exit)\b(?:\s*\[[^\]]*\])?\s*:|fatal\b|panic\b|npm (?:ERR!|error) code\b)",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"required|must (?:be|have|set)|missing|not (?:set|found|installed|defined|configured|in this registry)|no such"
    r"|no module|cannot find|denied|refused|unauthori[sz]ed|environment variable|api[ _-]?key|expected|expect\b"
    r"|E[A-Z]{4,}\b|usage:|address already in use|unsupported|invalid .*(?:token|key)",
    re.IGNORECASE,
)
_TROUBLE = re.compile(r"error|fail|cannot|can't|could not|unable|invalid|fatal|panic|exception", re.IGNORECASE)
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_GOES_ON = re.compile(r"[:\[{(]\s*$|validation errors? for ")


class ProcessOutput:
    """The end of one process's stderr, and of what it wrote on stdout that was no message."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        """`mask` hides secrets in a line."""
        self._mask = mask
        self._errors: deque[str] = deque(maxlen=_KEPT_LINES)
        self._printed: deque[str] = deque(maxlen=_KEPT_LINES)

    def add_error(self, line: bytes) -> str:
        """Keep a line of stderr; gives it as it may be shown."""
        return _keep(self._errors, self._mask(_readable(line)))

    def add_printed(self, line: bytes) -> str:
        """The same of stdout."""
        return _keep(self._printed, self._mask(_readable(line)))

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines of stderr."""
        return tuple(self._errors)[-SHOWN_LINES:]

    def reason(self) -> str:
        """The line that says what is wrong, of stderr where it says something, else of what was printed; or nothing."""
        return reason_in(tuple(self._errors)) or reason_in(tuple(self._printed))


def reason_in(lines: Sequence[str]) -> str:
    """Of a program's last lines the one that says best why it ended, with what belongs to it."""
    telling = [(number, line) for number, line in enumerate(lines) if not _FILLING.match(line)]
    if not telling:
        return lines[-1].strip() if lines else ""
    weights = [_weight(line) for _, line in telling]
    heaviest = max(weights)
    # Of several the last: a program's last word, unless the weight says otherwise.
    index = max(place for place, weight in enumerate(weights) if weight == heaviest)
    number, line = telling[index]
    added = [other for place, other in telling[index + 1 :] if place > number][:_MOST_ADDED] if _goes_on(line) else []
    return shortened(" ".join(part.strip() for part in (line, *added)), _LONGEST_REASON)


def _weight(line: str) -> int:
    weight = 3 * bool(_ERROR_FIRST.match(line)) + 2 * bool(_CAUSE.search(line)) + bool(_TROUBLE.search(line))
    weight += bool(weight) * bool(_VARIABLE.search(line))
    indented = line.startswith(("    ", "\t"))
    return max(0, weight - 2 * indented)


def _goes_on(line: str) -> bool:
    return bool(_GOES_ON.search(line)) or line.lower().startswith(("npm error code", "npm err! code"))


def _readable(line: bytes) -> str:
    return _CONTROL.sub("", line[:_LONGEST_LINE].decode(errors="replace").expandtabs(4)).rstrip()


def _keep(lines: deque[str], text: str) -> str:
    if text.strip():
        lines.append(text)
    return text.strip()
