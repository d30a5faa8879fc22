"""Takes a leading `<think>…</think>` out of text as a model streams it."""

OPEN = "<think>"
CLOSE = "</think>"


class ThinkFilter:
    """Removes the thinking that some models put before their answer although asked not to.

    Only leading blocks go: later in the text the tags are something the answer talks about.
    Text is held back only while it could still be the beginning of a tag.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._answering = False
        self._thought = False

    def feed(self, text: str) -> str:
        """Take the next piece; give what is certainly answer."""
        if self._answering:
            return text
        self._held += text
        while self._skip_tag():
            pass
        return self._release()

    def end(self) -> str:
        """The stream is over: give what was held back and is answer after all."""
        rest = "" if self._inside else self._begin_answer()
        self._held = ""
        return rest

    def _skip_tag(self) -> bool:
        """Whether a whole tag, and the thinking before a closing one, was taken off the held text."""
        if self._inside:
            thinking, tag, rest = self._held.partition(CLOSE)
            # What cannot be part of a closing tag any more need not be held.
            self._held = rest if tag else thinking[-len(CLOSE) + 1 :]
        else:
            tag = OPEN if self._held.lstrip().startswith(OPEN) else ""
            self._held = self._held.lstrip().removeprefix(OPEN) if tag else self._held
        if tag:
            self._inside = not self._inside
            self._thought = True
        return bool(tag)

    def _release(self) -> str:
        if self._inside or OPEN.startswith(self._held.lstrip()):
            return ""
        return self._begin_answer()

    def _begin_answer(self) -> str:
        self._answering = True
        answer = self._held.lstrip() if self._thought else self._held
        self._held = ""
        return answer
