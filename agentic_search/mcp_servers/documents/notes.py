"""What the reader of a result should know of the folder and its indexing, and what to do about it."""

from agentic_search.mcp_servers.documents.files.folder import READ, Folder
from agentic_search.mcp_servers.documents.indexing.indexer import IndexingProgress
from agentic_search.text.controls import without_controls
from agentic_search.text.counting import count
from agentic_search.text.lexicon import words

VARIABLE = "AGENTIC_SEARCH_DOCUMENTS"

MOST_KINDS = 8
"""Endings of names told of files that are no documents."""

MOST_NAME = 200

SET_UP = f"Start this server with the folder as its argument, or set {VARIABLE} to the folder's path."
UNSET = f"No documents folder is set. {SET_UP}"


def note(folder: Folder, progress: IndexingProgress, *, settled: bool) -> str | None:
    """All that applies, or None where everything is in order."""
    if not folder.exists():
        return f"There is no folder {str(folder.root)!r}. {SET_UP}"
    sentences = [_problem(progress), _waiting(progress, settled)]
    if settled and not progress.listing.files and not progress.problem:
        sentences.append(f"The folder {str(folder.root)!r} holds no documents that can be read: {READ}.")
    return " ".join(filter(None, sentences)) or None


def _problem(progress: IndexingProgress) -> str:
    return f"The index cannot be used: {progress.problem}." if progress.problem else ""


def _waiting(progress: IndexingProgress, settled: bool) -> str:
    if progress.waiting:
        waiting, total = len(progress.waiting), len(progress.listing.files)
        return f"{waiting:,} of {total:,} documents are not indexed yet and missing here; ask again in a while."
    return "" if settled else "The folder is being looked through, so that something may be missing; ask again."


def passed_over(progress: IndexingProgress) -> str | None:
    """Which files of the folder are no documents, for who looks for one of them in the list."""
    kinds = progress.listing.passed_over
    if not kinds:
        return None
    most = [f"{number:,} {ending}" for ending, number in kinds.most_common(MOST_KINDS)]
    further = sum(kinds.values()) - sum(number for _, number in kinds.most_common(MOST_KINDS))
    return f"Passed over, as no documents: {', '.join([*most, *([f'{further:,} others'] if further else [])])}."


def searched(progress: IndexingProgress, documents: int) -> str:
    """How much was searched and how much was not, as in `7 files; 2 more cannot be read: list_documents tells why`."""
    unread = len(_problems(progress))
    told = f"; {unread:,} more cannot be read: list_documents tells why" if unread else ""
    return f"{count(documents, 'file')}{told}{_and_left_out(progress, '; ')}"


def unread_of(progress: IndexingProgress, question: str) -> str | None:
    """A file that cannot be read and that the question names, with or without its ending; and why."""
    asked = f" {' '.join(words(question.casefold()))} "
    for path, problem in _problems(progress).items():
        name = path.rpartition("/")[2].casefold()
        stem = words(name.rpartition(".")[0] or name)
        if f" {' '.join(words(name))} " in asked or (len(stem) > 1 and f" {' '.join(stem)} " in asked):
            return f"{_shown(path)} cannot be read: {problem}."
    return None


def _shown(path: str) -> str:
    """In a sentence, which a name must neither fill nor end: names may hold line ends and what steers a terminal."""
    return " ".join(without_controls(path[:MOST_NAME]).split())


def missing(progress: IndexingProgress) -> str | None:
    """For who reads the list of documents, where each row says why."""
    unread = len(_problems(progress))
    told = f"{count(unread, 'file')} cannot be read; the `problem` of each says why." if unread else ""
    return f"{told}{_and_left_out(progress, ' ')}".strip() or None


def _and_left_out(progress: IndexingProgress, before: str) -> str:
    return f"{before}{progress.listing.left_out}." if progress.listing.left_out else ""


def _problems(progress: IndexingProgress) -> dict[str, str]:
    """What cannot be read by its path, and why."""
    unread = {path: record.problem for path, record in progress.records.items() if record.problem}
    return unread | progress.listing.refused
