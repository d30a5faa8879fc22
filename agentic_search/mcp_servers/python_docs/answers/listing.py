"""Lists the packages that can be asked about, with what is known of each. Runs in a thread."""

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.answers.results import ListedPackage, Packages
from agentic_search.mcp_servers.python_docs.index.builder import IndexBuilder
from agentic_search.mcp_servers.python_docs.index.entries import SCHEME
from agentic_search.mcp_servers.python_docs.index.overview import OVERVIEW, summary_of
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

    def listed(name: str, version: str, summary: str, groups: set[str]) -> ListedPackage:
        return ListedPackage(
            name=name,
            version=version,
            summary=summary,
            entries=sum(counts.get(group, 0) for group in groups),
            indexed=not absent & groups,
            problem=next((why for group, why in builder.failed.items() if group in groups), None),
        )

    about_python = "Python's standard library and language reference"
    distributions = [
        listed(package.name, package.version, _summary(builder.index, package), {group})
        for group, package in builder.packages.items()
        if group not in standard
    ]
    return Packages(
        packages=[
            listed(STANDARD_LIBRARY, interpreter.version, about_python, standard),
            *sorted(distributions, key=lambda each: each.name.lower()),
        ],
        missing=names_of(missing),
        without_source=sorted(interpreter.without_source()),
    )


def _summary(index: Index, package: Package) -> str:
    entry = index.get(f"{SCHEME}{OVERVIEW}{package.group}")
    return str(entry.extra.get("summary", "")) if entry else summary_of(package)  # not indexed yet
