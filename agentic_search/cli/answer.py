"""Prints a run that has ended: the answer with its sources, in a terminal set as Markdown, else as it was written."""

import sys
from collections.abc import Iterator

from agentic_search.domain.receipt.contacts import verdict
from agentic_search.domain.run import RunReport
from agentic_search.text.controls import without_controls

ANSWERED = frozenset({"completed", "partial"})


def print_run(run: RunReport) -> None:
    """The answer on standard output; why there is none on standard error."""
    if run.answer is None:
        why = run.error or f"The run was {run.status}."
        print(without_controls(why), file=sys.stderr)
    elif sys.stdout.isatty():
        _print_set(run)
    else:
        print(without_controls(run.answer).strip())
        for line in _sources(run):
            print(line)
    for missing in run.left_out:
        print(without_controls(f"Left out: {missing.what} ({missing.why})"), file=sys.stderr)
    if run.receipt is not None and run.receipt.left_machine:
        print(without_controls(verdict(run.receipt)), file=sys.stderr)


def _print_set(run: RunReport) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Markdown(without_controls(run.answer or "")))
    for line in _sources(run):
        console.print(Text(line, style="dim"))


def _sources(run: RunReport) -> Iterator[str]:
    if run.sources:
        yield ""
    for source in run.sources:
        yield without_controls(f"[{source.id}] {source.title} {source.url}".replace("\n", " ")).rstrip()
