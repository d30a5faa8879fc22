"""What the tools give back; each model is also the tool's output schema."""

from pydantic import BaseModel, ConfigDict

from agentic_search.mcp_servers.python_docs.source.definitions import Kind


class DocsResult(BaseModel):
    """The form of all of them."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Documented(DocsResult):
    """One documented thing."""

    title: str
    """The name that its users know it by, as in `asyncio.gather`."""
    kind: Kind
    signature: str
    """How it is called; empty for modules, packages and topics."""
    package: str
    """`stdlib`, or the distribution that it belongs to."""
    url: str
    """Address to cite, as in `pydoc:asyncio.gather`."""
    text: str
    """The documentation, or the part of it that bears on the question."""
    defined_in: str
    """Where it stands in the source, as in `asyncio.tasks.gather`."""
    file: str
    """Source file, from the folder of the standard library or of the installed packages on."""
    line: int


class DocsAnswer(DocsResult):
    """What a search found, best first."""

    results: list[Documented]
    searched: str
    """How much was searched, as in `75 packages`."""
    missing: list[str]
    """Packages that are not indexed yet, so that nothing of theirs can be among the results."""
    note: str | None = None
    """What to know before relying on it."""
    read_as: dict[str, list[str]] | None = None
    """Word of the query → the words that were searched for in addition: it is misspelt, foreign, or inflected."""


class Documentation(Documented):
    """One thing's whole documentation."""

    members: list[str]
    """What a class or module offers: a line each, signature and summary."""
    others: list[str]
    """Addresses of other things that share the name."""


class ListedPackage(DocsResult):
    """A package that is installed."""

    name: str
    version: str
    summary: str
    entries: int
    """Documented things in the index."""
    indexed: bool
    problem: str | None = None
    """Why it could not be indexed."""


class Packages(DocsResult):
    """All that can be asked about."""

    packages: list[ListedPackage]
    missing: list[str]
    """Packages that are not indexed yet."""
    without_source: list[str]
    """Modules of the standard library written in C: they have no source to read documentation from."""
