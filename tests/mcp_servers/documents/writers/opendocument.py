"""OpenDocument texts, sheets and slides, and electronic books."""

from collections.abc import Mapping, Sequence

from tests.mcp_servers.documents.writers.archive import HEAD, make_archive

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "meta": "meta",
    }.items()
)
MIME = "application/vnd.oasis.opendocument."


def make_odt(*blocks: tuple[int, str] | Sequence[Sequence[str]], title: str = "") -> bytes:
    """Each block is a level and a text (a heading, or at level 0 a paragraph), or the rows of a table."""
    return _make("text", "".join(map(_block, blocks)), title)


def make_ods(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Each sheet by its name, as rows of cells."""
    return _make("spreadsheet", "".join(_table(rows, name) for name, rows in sheets.items()))


def make_odp(*slides: Sequence[str]) -> bytes:
    """Each slide: its title, then its paragraphs."""
    pages = (
        f'<draw:page draw:name="page{number}">{"".join(_frame(text, not place) for place, text in enumerate(slide))}'
        "</draw:page>"
        for number, slide in enumerate(slides, 1)
    )
    return _make("presentation", "".join(pages))


def _frame(text: str, is_title: bool) -> str:
    kind = "title" if is_title else "outline"
    return (
        f'<draw:frame presentation:class="{kind}"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>'
    )


def _make(kind: str, body: str, title: str = "") -> bytes:
    content = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return make_archive(
        {
            "mimetype": f"{MIME}{kind}",
            "content.xml": f"{HEAD}<office:document-content {SPACES}>{content}</office:document-content>",
            "meta.xml": (
                f"{HEAD}<office:document-meta {SPACES} {dc}><office:meta><dc:title>{title}</dc:title></office:meta>"
                "</office:document-meta>"
            ),
            "META-INF/manifest.xml": (
                f'{HEAD}<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                f'<m:file-entry m:full-path="/" m:media-type="{MIME}{kind}"/>'
                '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
            ),
        }
    )


def _block(block: tuple[int, str] | Sequence[Sequence[str]]) -> str:
    if isinstance(block, tuple) and isinstance(block[0], int):
        level, text = block
        return f'<text:h text:outline-level="{level}">{text}</text:h>' if level else f"<text:p>{text}</text:p>"
    return _table([list(map(str, row)) for row in block if not isinstance(row, int)], "table")


def _table(rows: Sequence[Sequence[str]], name: str) -> str:
    cells = (
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        for row in rows
    )
    written = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return f'<table:table table:name="{name}">{written}</table:table>'


def make_epub(chapters: Mapping[str, str], title: str = "") -> bytes:
    """Each chapter by its heading, as HTML."""
    files = [f"chapter{number}.xhtml" for number in range(1, len(chapters) + 1)]
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in files)
    spine = "".join(f'<itemref idref="{name}"/>' for name in files)
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata {dc}>'
        f'<dc:identifier id="id">x</dc:identifier><dc:title>{title}</dc:title><dc:language>en</dc:language></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    pages = {
        f"OEBPS/{name}": (
            f'{HEAD}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{heading}</title></head>'
            f"<body><h1>{heading}</h1>{text}</body></html>"
        )
        for name, (heading, text) in zip(files, chapters.items(), strict=True)
    }
    return make_archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": HEAD + container,
            "OEBPS/content.opf": HEAD + package,
            **pages,
        }
    )
