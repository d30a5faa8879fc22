"""Named parts → the bytes of the ZIP archive that most office formats are."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
CONTENT = "application/vnd.openxmlformats-officedocument"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"


def make_archive(parts: Mapping[str, str | bytes]) -> bytes:
    """In their order; what is called `mimetype` is not compressed, as OpenDocument and EPUB want it."""
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part, ZIP_STORED if name == "mimetype" else ZIP_DEFLATED)
    return data.getvalue()


def make_package(main: str, types: Mapping[str, str], parts: Mapping[str, str], title: str = "") -> bytes:
    """An Office Open XML file: its main part, the content types of parts, and the parts themselves."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{CONTENT}.{kind}+xml"/>' for name, kind in types.items()
    )
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    core = (
        f'<cp:coreProperties xmlns:cp="{CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>Ada Example</dc:creator></cp:coreProperties>"
    )
    links = {"officeDocument": main, **({"core": "docProps/core.xml"} if title else {})}
    return make_archive(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}</Types>',
            "_rels/.rels": relationships(links),
            **({"docProps/core.xml": HEAD + core} if title else {}),
            **{name: HEAD + part for name, part in parts.items()},
        }
    )


def relationships(targets: Mapping[str, str]) -> str:
    """Links from a part to others, by kind: `slide` or `slide.2`, which is a second one."""
    written = "".join(
        f'<Relationship Id="rId{number}" Type="{_type(kind)}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{written}</Relationships>'


def _type(kind: str) -> str:
    name = kind.partition(".")[0]
    return f"{PACKAGE}/relationships/metadata/core-properties" if name == "core" else f"{OFFICE}/relationships/{name}"
