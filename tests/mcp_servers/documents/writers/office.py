"""Word, PowerPoint and Excel files of today."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZipFile

from tests.mcp_servers.documents.writers.archive import OFFICE, make_archive, make_package, relationships

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = f"{OFFICE}/relationships"


def make_docx(*blocks: str, title: str = "", extra: Mapping[str, str] | None = None) -> bytes:
    """Of what `paragraph` and `table` make."""
    body = f'<w:document xmlns:w="{W}"><w:body>{"".join(blocks)}</w:body></w:document>'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/></w:style>'
        for name, shown in [("Title", "Title"), *((f"Heading{level}", f"heading {level}") for level in range(1, 7))]
    )
    parts = {
        "word/document.xml": body,
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        "word/_rels/document.xml.rels": relationships({"styles": "styles.xml"}),
        **(extra or {}),
    }
    types = {"word/document.xml": "wordprocessingml.document.main", "word/styles.xml": "wordprocessingml.styles"}
    return make_package("word/document.xml", types, parts, title)


def paragraph(text: str, style: str = "") -> str:
    """Of a style as `Heading1`, or of none."""
    styled = f"<w:pPr><w:pStyle w:val='{style}'/></w:pPr>" if style else ""
    return f"<w:p>{styled}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table of a Word document."""
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def make_pptx(*slides: Sequence[str], title: str = "") -> bytes:
    """Each slide: its title, then its paragraphs."""
    names = [f"slides/slide{number}.xml" for number in range(1, len(slides) + 1)]
    listed = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in range(1, len(slides) + 1))
    main = f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>'
    parts = {
        "ppt/presentation.xml": main,
        "ppt/_rels/presentation.xml.rels": relationships({f"slide.{name}": name for name in names}),
        **{f"ppt/{name}": _slide(slide) for name, slide in zip(names, slides, strict=True)},
    }
    types = {
        "ppt/presentation.xml": "presentationml.presentation.main",
        **{f"ppt/{name}": "presentationml.slide" for name in names},
    }
    return make_package("ppt/presentation.xml", types, parts, title)


def with_notes(presentation: bytes, notes: Mapping[int, str]) -> bytes:
    """The PowerPoint file with a speaker's notes on slides by their numbers."""
    with ZipFile(BytesIO(presentation)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    for number, text in notes.items():
        shapes = _shape(text, 2, "body") + _shape(f"{number}", 3, "sldNum")
        page = f'<p:notes xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:notes>'
        links = {"notesSlide": f"../notesSlides/notesSlide{number}.xml"}
        parts[f"ppt/notesSlides/notesSlide{number}.xml"] = page
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = relationships(links)
    return make_archive(parts)


def _slide(texts: Sequence[str]) -> str:
    title, *bodies = texts
    shapes = _shape(title, 2, "title") + (_shape("\n".join(bodies), 3, "body") if bodies else "")
    return (
        f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/>'
        f"<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree></p:cSld></p:sld>"
    )


def _shape(text: str, number: int, kind: str) -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind}"/><p:cNvSpPr/><p:nvPr><p:ph type="{kind}"/></p:nvPr>'
        f"</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp>"
    )


def make_xlsx(sheets: Mapping[str, Sequence[Sequence[str | float]]]) -> bytes:
    """Each sheet by its name, as rows of cells."""
    names = [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships({f"worksheet.{name}": name for name in names}),
        **{f"xl/{name}": _sheet(rows) for name, rows in zip(names, sheets.values(), strict=True)},
    }
    types = {
        "xl/workbook.xml": "spreadsheetml.sheet.main",
        **{f"xl/{name}": "spreadsheetml.worksheet" for name in names},
    }
    return make_package("xl/workbook.xml", types, parts)


def _sheet(rows: Sequence[Sequence[str | float]]) -> str:
    written = "".join(f'<row r="{number}">{_cells(row, number)}</row>' for number, row in enumerate(rows, 1))
    return f'<worksheet xmlns="{S}"><sheetData>{written}</sheetData></worksheet>'


def _cells(row: Sequence[str | float], number: int) -> str:
    return "".join(_cell(cell, f"{chr(65 + column)}{number}") for column, cell in enumerate(row))


def _cell(value: str | float, place: str) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>' if value else ""
    return f'<c r="{place}"><v>{value}</v></c>'
