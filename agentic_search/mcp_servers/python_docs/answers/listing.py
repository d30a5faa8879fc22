"""Lists the packages that can be asked about, with what is known of each. Runs in a thread."""

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.answers.results import ListedPackage, Packages
from agentic_search.mcp_servers.python_docs.index.builder import IndexBuilder
from agentic_search.mcp_servers.python_docs.index.entries import SCHEME
from agentic_search.mcp_servers.python_docs.index.overview import OVERVIEW
from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter
from agentic_search.mcp_servers.python_docs.installed.packages import (
    STANDARD_LIBRARY,
    Package,
    names_of,
    standard_groups,
)


def list_all(builder: IndexBuilder, interpreter: Interpreter) -> Packages:
    """The standard library first, as one, then the distributions by name."""
    counts = builder.index.counts()
    missing = builder.missing(builder.packages.keys())
    absent = {package.group for package in missing} | builder.failed.keys()
    standard = standard_groups(builder.packages)
    distributions = [package for group, package in builder.packages.items() if group not in standard]
    python = ListedPackage(
        name=STANDARD_LIBRARY,
        version=interpreter.version,
        summary="Python's standard library and language reference",
        entries=sum(counts.get(group, 0) for group in standard),
        indexed=not absent & standard,
        problem=next((why for group, why in builder.failed.items() if group in standard), None),
    )
    listed = (
        ListedPackage(
            name=package.name,
            version=package.version,
            summary=_summary(builder.index, package),
            entries=counts.get(package.group, 0),
            indexed=package.group not in absent,
            problem=builder.failed.get(package.group),
        )
        for package in distributions
    )
    return Packages(
        packages=[python, *sorted(listed, key=lambda each: each.name.lower())],
        missing=names_of(missing),
        without_source=sorted(interpreter.without_source()),
    )


def _summary(index: Index, package: Package) -> str:
    entry = index.get(f"{SCHEME}{OVERVIEW}{package.group}")
    return str(entry.extra.get("summary", "")) if entry else ""
