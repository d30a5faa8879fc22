"""Which files are documents, for the server that reads them and for whoever keeps some: told by their names alone."""

from pathlib import PurePosixPath
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "markdown",
    "text",
    "html",
    "pdf",
    "word",
    "mail",
    "notebook",
    "slides",
    "sheet",
    "odt",
    "ods",
    "odp",
    "book",
    "rtf",
    "outlook",
    "old_word",
    "old_slides",
    "old_sheet",
    "csv",
    "tsv",
    "org",
    "rst",
    "tex",
]


def _named(kind: Kind, suffixes: str) -> dict[str, Kind]:
    return dict.fromkeys((f".{suffix}" for suffix in suffixes.split()), kind)


KINDS: dict[str, Kind] = {
    **_named("markdown", "md markdown mdown mkd mdx qmd rmd"),
    **_named("html", "html htm xhtml"),
    **_named("pdf", "pdf"),
    **_named("word", "docx docm dotx dotm"),
    **_named("slides", "pptx pptm ppsx ppsm potx potm"),
    **_named("sheet", "xlsx xlsm xltx xltm"),
    **_named("old_word", "doc dot"),
    **_named("old_slides", "ppt pps"),
    **_named("old_sheet", "xls"),
    **_named("odt", "odt ott"),
    **_named("ods", "ods ots"),
    **_named("odp", "odp otp"),
    **_named("book", "epub"),
    **_named("rtf", "rtf"),
    **_named("mail", "eml"),
    **_named("outlook", "msg"),
    **_named("notebook", "ipynb"),
    **_named("csv", "csv"),
    **_named("tsv", "tsv tab"),
    **_named("org", "org"),
    **_named("rst", "rst"),
    **_named("tex", "tex latex"),
    **_named("text", "txt text log adoc asciidoc textile mediawiki wiki srt vtt bib"),
    **_named("text", "json jsonl ndjson json5 geojson yaml yml toml xml xsd xsl xslt ini cfg conf properties"),
    **_named("text", "py pyi js mjs cjs jsx ts mts cts tsx vue svelte java kt kts scala groovy gradle clj cljs"),
    **_named("text", "c h cc cpp cxx hh hpp hxx m mm cs fs vb go rs swift zig nim d rb pl pm php lua r jl dart"),
    **_named("text", "hs ml mli ex exs erl hrl elm lisp el scm rkt f90 f95 pas asm s v sv vhd"),
    **_named("text", "sh bash zsh fish ps1 bat cmd sql graphql gql proto thrift tf hcl nix cmake mk"),
    **_named("text", "css scss sass less diff patch"),
}

PLAIN_NAMES = frozenset(
    [
        *("readme", "license", "licence", "notice", "changelog", "changes", "history", "news", "authors"),
        *("contributors", "contributing", "maintainers", "credits", "thanks", "install", "copying", "copyright"),
        *("todo", "faq", "version", "makefile", "gnumakefile", "dockerfile", "containerfile", "vagrantfile"),
        *("jenkinsfile", "procfile", "gemfile", "rakefile", "justfile", "codeowners"),
    ]
)
"""Files without a suffix that are text by custom."""


def _all(suffixes: str, why: str) -> dict[str, str]:
    return dict.fromkeys((f".{suffix}" for suffix in suffixes.split()), why)


NOT_READ = {
    **_all("pages wps sxw abw wpd", "a text in another form; save it as .docx or PDF to have it read"),
    **_all("xlsb numbers sxc wk1", "a spreadsheet in another form; save it as .xlsx or .csv to have it read"),
    **_all("key sxi", "a presentation in another form; save it as PDF or .pptx to have it read"),
    **_all("mobi azw azw3 fb2 lit djvu ps", "a book in another form; save it as EPUB or PDF to have it read"),
    **_all("mbox pst ost", "a mailbox; save its messages as .eml to have them read"),
    **_all("one vsd vsdx mpp pub", "an Office file in another form; save it as PDF to have it read"),
    **_all("mdb accdb sqlite db parquet", "a database; save its tables as .csv to have them read"),
    **_all("zip 7z rar tar gz tgz bz2 xz zst", "an archive; unpack it into the folder to have its files read"),
    **_all("mht mhtml", "a saved page in another form; save it as .html to have it read"),
}
"""What people keep among their documents and this server does not read, with what would help."""

IGNORED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
"""Folders full of text that nobody means when they say their documents; names with a dot in front are ignored too."""


def kind_of(path: str) -> Kind | None:
    """What the file is, or None where this server does not read it."""
    name = PurePosixPath(path)
    return KINDS.get(name.suffix.lower()) or ("text" if name.name.lower() in PLAIN_NAMES else None)


def why_not_read(path: str) -> str | None:
    """Why a document of another kind is not read; None for what is no document, or is read."""
    return NOT_READ.get(PurePosixPath(path).suffix.lower())


def is_ignored(name: str) -> bool:
    """A file or folder that is passed over, with all that is in it."""
    return name.startswith(".") or name in IGNORED
