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
_BOLD = re.compile(r"(?<![\w*])\*\*(?=\S)([^*\n]{1,300})(?<=\S)\*\*(?![\w*])")
_ROLE = re.compile(r":(?:[a-z]{2,10}:)?[a-z]{2,10}:`~?([^`\n]{1,200})`")
_LINE_BREAK = re.compile(r"\\$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]+(?<!`)\1(?!`)")


def plain_text(text: str) -> str:
    """The words of `text` on one line; spans of code stay as they are."""
    text = _LINK.sub(r"\1", _BADGE.sub("", _IMAGE.sub("", _ROLE.sub(r"`\1`", text))))
    pieces: list[str] = []
    position = 0
    for span in _CODE.finditer(text):
        pieces += [_plain(text[position : span.start()]), span[0]]
        position = span.end()
    pieces.append(_plain(text[position:]))
    return " ".join("".join(pieces).split())


def _plain(text: str) -> str:
    for pattern in (_COMMENT, _TAG, _LINE_BREAK):
        text = pattern.sub("", text)
    return _BOLD.sub(r"\1", text)
