"""/threads: conversations, to list, search, open, call otherwise, delete and bring back."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches
from agentic_search.api.openapi import problems, shows
from agentic_search.api.schemas import ABOUT, MOST_RUNS, MOST_SHOWN, Rename, ThreadList
from agentic_search.domain.history import Conversation, Deleted, ThreadReport

router = APIRouter(prefix="/threads", tags=["threads"], route_class=JsonRoute)


@router.get("", responses={**shows(examples.THREADS), **problems(400, 503)})
async def list_threads(
    searches: Searches,
    q: Annotated[str | None, Query(description=f"Part of the title; or of one of its runs: {ABOUT}")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = 50,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
) -> ThreadList:
    """Conversations; those in which something was asked last come first."""
    page = await searches.history.threads(q, limit=limit, cursor=cursor or None)
    return ThreadList(threads=page.threads, next_cursor=page.next_cursor)


@router.get("/{thread_id}", responses={**shows(examples.THREAD), **problems(404, 503)})
async def get_thread(thread_id: str, searches: Searches) -> ThreadReport:
    """One conversation with its runs."""
    return await searches.history.thread(thread_id)


@router.get("/{thread_id}/runs", responses={**shows(examples.CONVERSATION), **problems(400, 404, 503)})
async def get_conversation(
    thread_id: str,
    searches: Searches,
    limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 30,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
) -> Conversation:
    """One conversation with all that a page shows of its newest runs, but for what their tasks returned."""
    return await searches.history.conversation(thread_id, limit=limit, cursor=cursor or None)


@router.patch("/{thread_id}", responses={**shows(examples.THREAD), **problems(404, 503)})
async def rename_thread(thread_id: str, rename: Annotated[Rename, Body()], searches: Searches) -> ThreadReport:
    """Call a conversation otherwise."""
    return await searches.history.rename(thread_id, rename.title)


@router.delete("/{thread_id}", responses={**shows(examples.THREAD_DELETED), **problems(404, 409, 503)})
async def delete_thread(thread_id: str, searches: Searches) -> Deleted:
    """Delete a conversation whose runs have ended, with them: after ten minutes it is gone for good.

    Until then the request that `undo` names brings it back.
    """
    return await searches.history.delete_thread(thread_id)


@router.post("/{thread_id}/restore", responses={**shows(examples.THREAD), **problems(404, 503)})
async def restore_thread(thread_id: str, searches: Searches) -> ThreadReport:
    """Bring a conversation back that was deleted not long ago; nothing happens to one that was not."""
    return await searches.history.restore_thread(thread_id)
