"""Takes out of a source's Markdown and reStructuredText what only steers its look, so that its words can be quoted.

Badges, images and comments go; links and roles become their text. Read line by line with bounded patterns: the text is
a stranger's.
"""

import re

_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]{0,300}\")?\)")
_BADGE = re.compile(r"\[\s*\]\([^()\s]{0,2000}\)")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\((?:(?:[a-z]{2,10}:|[#/.])[^()\s]{0,2000}|[\w./-]{1,200}\.\w{2,5}(?:#[\w-]{0,100})?)\)"
)
_COMMENT = re.compile(r"<!--[^<]{0,2000}?-->")
_TAG = re.compile(
    r"</?(?:br|p|div|span|img|a|b|i|em|strong|sub|sup|hr|center|details|summary|kbd)\b[^<>\n]{0,500}>", re.I
)
_EMPHASIS = re.compile(r"(?<![\w*/.])(\*{1,3})(?=[\w\"'“‘(\[\0])([^*\n]{1,300})(?<=[^\s*,])\1(?![\w*])")
"""Stars around words; those of `**kwargs`, `2 ** 3` and `*.py, *.md` are none."""
_UNDERSCORED = re.compile(r"(?<!\w)(__?)(?=[^\W_])([^_\n]{1,200} [^_\n]{1,200})(?<=\S)\1(?!\w)")
"""Around several words: `__init__` is a name."""
_CUT_OFF = re.compile(r"^\*\*(?=[A-Z\"“(])|(?<=[^\W\d]|[.!?])\*\*(?=[,.;:!?)]|\s[^\W\d]|$)")
"""Of bold text that goes on in another sentence: its one pair of stars."""
_ROLE = re.compile(r":(?:[a-z]{2,10}:)?[a-z]{2,10}:`~?([^`\n]{1,200})`")
_LINE_BREAK = re.compile(r"\\$", re.MULTILINE)
_PUT_AWAY = re.compile(r"\0(\d+)\0")
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]+(?<!`)\1(?!`)")


def plain_text(text: str) -> str:
    """The words of `text` on one line; spans of code stay as they are."""
    text = _ROLE.sub(r"`\1`", text.replace("\0", ""))
    text = _LINK.sub(r"\1", _BADGE.sub("", _IMAGE.sub("", text)))
    spans: list[str] = []

    def put_away(span: re.Match[str]) -> str:
        spans.append(span[0])
        return f"\0{len(spans) - 1}\0"

    words = _plain(_CODE.sub(put_away, text))
    return " ".join(_PUT_AWAY.sub(lambda place: spans[int(place[1])], words).split())


def _plain(text: str) -> str:
    for pattern in (_COMMENT, _TAG, _LINE_BREAK):
        text = pattern.sub("", text)
    text = " ".join(text.split())
    return _CUT_OFF.sub("", _UNDERSCORED.sub(r"\2", _EMPHASIS.sub(r"\2", text)))
