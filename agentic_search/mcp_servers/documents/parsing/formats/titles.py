"""Tells titles from what programs write where nobody has given one: `untitled`, `Document1`, a file's name, a date."""

import re

LONGEST = 300
"""Characters of a title; what is longer is a text."""

_PROGRAM = re.compile(
    r"^(?:microsoft (?:office )?(?:word|powerpoint|excel|publisher|visio)|powerpoint|word)\s+-\s+", re.I
)
_PLACEHOLDER = re.compile(
    r"(?:untitled|unnamed|no title|unbenannt\w*|ohne titel|sans[ -]?titre|sin t[íi]tulo|sem t[íi]tulo|senza titolo"
    r"|naamloos|zonder titel|utan titel|uten tittel|uden titel|bez (?:názvu|tytułu)|névtelen|adsız"
    r"|без (?:имени|названия)"
    r"|無題|名称未設定|无标题|無標題|제목 없음"
    r"|document|dokument|documento|doc|text|presentation|präsentation|présentation|presentación|presentazione"
    r"|book|mappe|classeur|workbook|sheet|scan|scanned(?: document| image)?|slide|folie|title|titel|titre|page|print"
    r"|powerpoint[ -](?:presentation|präsentation)|présentation powerpoint|presentación de powerpoint|new document"
    r"|untitled[ -](?:document|page|presentation|spreadsheet|notebook))[\s_-]*\(?\d*\)?"
)
_FILE = re.compile(
    r"(?:[a-z]:)?[^\n]*[\\/]?[^\s\\/]\.(?:docx?m?|dotx?|odt|rtf|tex|dvi|e?ps|pdf|pptx?|odp|xlsx?|ods|csv|pages|key|indd|qxp?d?"
    r"|p65|pm\d|fm|wpd|wps|txt|md|html?|xml|cdr|ai|vsdx?|dwg|tiff?|jpe?g|png)"
)
_MONTH = r"(?:jan|feb|mar|mär|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|févr|avr|juin|juil|août|ene|abr|dic)\w*\.?"
_DATE = re.compile(rf"(?:(?:\d{{1,2}}\.?|\d{{4}}),?\s+{_MONTH},?(?:\s+\d{{1,4}})?|{_MONTH}\s+\d{{1,2}},?\s+\d{{4}})")


def telling(*titles: str) -> str:
    """The first that a person may have given, on one line; empty where there is none.

    A program's name before one goes: of `Microsoft Word - Yearly report` the report stays.
    """
    lines = (_PROGRAM.sub("", " ".join(title[:LONGEST].split())) for title in titles)
    return next((line for line in lines if _tells(line)), "")


def _tells(line: str) -> bool:
    plain = line.casefold()
    letters = sum(map(str.isalpha, line))
    is_code = bool(re.fullmatch(r"(?:uuid:)?[0-9a-f-]{8,}", plain))
    generic = any(pattern.fullmatch(plain) for pattern in (_PLACEHOLDER, _FILE, _DATE))
    return letters > 0 and not (generic or is_code) and not (letters < 4 and sum(map(str.isdigit, line)) > letters)
