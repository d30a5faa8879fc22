"""What the reader of a result should know of the folder and its indexing, and what to do about it."""

from agentic_search.mcp_servers.documents.files.folder import READ, Folder
from agentic_search.mcp_servers.documents.indexing.indexer import IndexingProgress

VARIABLE = "AGENTIC_SEARCH_DOCUMENTS"

SET_UP = f"Start this server with the folder as its argument, or set {VARIABLE} to the folder's path."
UNSET = f"No documents folder is set. {SET_UP}"


def note(folder: Folder, progress: IndexingProgress, *, settled: bool) -> str | None:
    """All that applies, or None where everything is in order."""
    if not folder.exists():
        return f"There is no folder {str(folder.root)!r}. {SET_UP}"
    sentences = [_problem(progress), _waiting(progress, settled), _left_out(progress)]
    if settled and not progress.listing.files and not progress.problem:
        sentences.append(f"The folder {str(folder.root)!r} holds no documents that can be read: {READ}.")
    return " ".join(filter(None, sentences)) or None


def _problem(progress: IndexingProgress) -> str:
    return f"The index cannot be used: {progress.problem}." if progress.problem else ""


def _waiting(progress: IndexingProgress, settled: bool) -> str:
    if progress.waiting:
        count, total = len(progress.waiting), len(progress.listing.files)
        return f"{count:,} of {total:,} documents are not indexed yet and missing here; ask again in a while."
    return "" if settled else "The folder is being looked through, so that something may be missing; ask again."


def _left_out(progress: IndexingProgress) -> str:
    listing = progress.listing
    unreadable = len(listing.refused) + sum(bool(record.problem) for record in progress.records.values())
    told = f"{unreadable:,} files cannot be read; list_documents tells why." if unreadable else ""
    return " ".join(filter(None, [told, f"{listing.left_out}." if listing.left_out else ""]))
