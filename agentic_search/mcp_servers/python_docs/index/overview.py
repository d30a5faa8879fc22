"""Makes an overview entry of what a distribution's METADATA file says: its summary and its description."""

from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from agentic_search.mcp_servers.fulltext import Entry
from agentic_search.mcp_servers.python_docs.index.entries import make_entry
from agentic_search.mcp_servers.python_docs.installed.packages import Package

OVERVIEW = "package:"


def overview_entry(package: Package) -> Entry:
    """What the distribution says of itself; short where it says nothing or its metadata cannot be read."""
    message = _metadata(package.folder)
    summary = _summary(message)
    description = str(message.get_payload() or message.get("Description") or "").strip()
    return make_entry(
        str(message.get("Name") or package.name),
        "\n\n".join(filter(None, (summary, description))),
        {
            "kind": "package",
            "package": package.name,
            "file": f"{package.folder.name}/METADATA",
            "defined_in": package.name,
            "summary": summary,
        },
        address=OVERVIEW + package.group,
        keywords=summary,
    )


def summary_of(package: Package) -> str:
    """What the distribution says of itself in a line; empty where it says nothing."""
    return _summary(_metadata(package.folder))


def _summary(message: Message) -> str:
    return str(message.get("Summary") or "").strip()


def _metadata(folder: Path) -> Message:
    for name in ("METADATA", "PKG-INFO"):
        try:
            return HeaderParser().parsestr((folder / name).read_text("utf-8", "replace"))
        except OSError:
            continue
    return Message()
