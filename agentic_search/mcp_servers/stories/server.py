"""The MCP server: six tools that only read, over one archive; `main` serves them over standard input and output."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from agentic_search.mcp_servers.fulltext import Understood
from agentic_search.mcp_servers.stories.archive.database import FILL_COMMAND, ArchiveError, archive_path
from agentic_search.mcp_servers.stories.archive.reading import Archive
from agentic_search.mcp_servers.stories.archive.selection import Selection
from agentic_search.mcp_servers.stories.moments import FORMS, parse_since
from agentic_search.mcp_servers.stories.offering import ServerOverArchive
from agentic_search.mcp_servers.stories.results import (
    AuthorProfile,
    Comments,
    Count,
    Discussion,
    Stories,
    to_comment,
    to_discussion,
    to_profile,
    to_story,
)
from agentic_search.text.counting import count

P = ParamSpec("P")
T = TypeVar("T")

READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False)

Words = Annotated[str, Field(max_length=8_000, description="What to look for, in plain words; empty for all.")]
Size = Annotated[int, Field(ge=1, le=200, description="How many at most.")]
Tag = Annotated[str | None, Field(description="Only with this tag, as ask_hn or show_hn.")]
Author = Annotated[str | None, Field(description="Only by this author.")]
Sort = Annotated[Literal["best", "newest"], Field(description="Which come first.")]
Since = Annotated[str | None, Field(description=f"Only since then: {FORMS}.")]
StoryId = Annotated[str, Field(min_length=1, description="The id that a search gave, or the story's URL.")]
User = Annotated[str, Field(min_length=1, description="An author's name.")]


def main(_arguments: Sequence[str]) -> int:
    """Serve the archive that the environment names, until standard input ends."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    asyncio.run(build_server(Archive(archive_path())).serve())
    return 0


def build_server(archive: Archive) -> ServerOverArchive:
    """The archive may be missing or empty: the tools say so then, and how to fill it."""
    server = ServerOverArchive(
        "stories",
        title="Stories",
        instructions="Searches a local archive of news stories.",
        is_empty=lambda: _is_empty(archive),
        why_empty=f"The archive is empty. {FILL_COMMAND}",
    )

    @server.tool(annotations=READ_ONLY)
    async def search_stories(
        query: Words,
        size: Size = 20,
        tag: Tag = None,
        author: Author = None,
        since: Since = None,
        sort: Sort = "best",
    ) -> Stories:
        """Search news stories: those that fit best first, or the newest first, as for an empty query."""
        understood = await _read(archive.understood, query)
        selection = Selection(query, tag, author, _since(since), newest_first=sort == "newest", read=understood.read)
        found = await _read(archive.search, selection, size)
        shown = [to_story(item, understood.text) for item in found]
        total = await _read(archive.count, Selection())
        searched = count(total, "story")
        note = await _note(archive, selection, understood)
        return Stories(stories=shown, searched=searched, note=note, read_as=understood.read_as)

    @server.tool(annotations=READ_ONLY)
    async def count_stories(query: Words = "", tag: Tag = None, author: Author = None, since: Since = None) -> Count:
        """Count the stories that hold every word of the query; an empty query counts all."""
        understood = await _read(archive.understood, query)
        selection = Selection(query, tag, author, _since(since), read=understood.read)
        count = await _read(archive.count, selection)
        return Count(count=count, note=await _note(archive, selection, understood))

    @server.tool(annotations=READ_ONLY)
    async def get_story(id: StoryId, max_comments: Size = 100) -> Discussion:
        """One story, whole, with its comments, oldest first."""
        item = await _read(archive.item, id)
        if item is None:
            raise ToolError(f"There is no story {id!r} in the archive. {await _empty(archive) or ''}".strip())
        if item.type != "story":
            raise ToolError(f"{id!r} is a comment; its story is {item.story or item.parent or 'unknown'!r}.")
        return to_discussion(await _read(archive.thread, item, max_comments))

    @server.tool(annotations=READ_ONLY)
    async def get_user_profile(user: User) -> AuthorProfile:
        """What the archive knows of an author: stories, comments, points, since when, on what."""
        totals = await _read(archive.profile, user)
        return to_profile(totals, None if totals.stories or totals.comments else await _stranger(archive, user))

    @server.tool(annotations=READ_ONLY)
    async def get_user_posts(user: User, size: Size = 20) -> Stories:
        """An author's stories, newest first."""
        found = await _read(archive.by_author, user, "story", size)
        return Stories(
            stories=[to_story(item, "") for item in found],
            note=None if found else await _stranger(archive, user),
        )

    @server.tool(annotations=READ_ONLY)
    async def get_user_comments(user: User, size: Size = 20) -> Comments:
        """An author's comments, newest first."""
        found = await _read(archive.by_author, user, "comment", size)
        return Comments(
            comments=[to_comment(item) for item in found],
            note=None if found else await _stranger(archive, user),
        )

    return server


def _is_empty(archive: Archive) -> bool:
    """An archive that cannot be read is none that is empty: its tools say what is wrong."""
    try:
        return archive.is_empty()
    except ArchiveError:
        return False


async def _read(read: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Read in a thread, so that the server goes on answering."""
    try:
        return await asyncio.to_thread(read, *arguments, **named)
    except ArchiveError as error:
        raise ToolError(str(error)) from error


def _since(text: str | None) -> int | None:
    try:
        return parse_since(text, datetime.now(UTC)) if text else None
    except ValueError as error:
        raise ToolError(str(error)) from error


async def _empty(archive: Archive) -> str | None:
    """How to fill the archive, if it is empty."""
    if await _read(archive.is_empty):
        return f"The archive {str(archive.path)!r} is empty. Fill it with: {FILL_COMMAND}"
    return None


async def _note(archive: Archive, selection: Selection, understood: Understood) -> str | None:
    if note := await _empty(archive):
        return note
    if selection.query.strip() and not selection.terms:
        return f"{selection.query!r} has no words to search for; found is only what holds it word for word."
    return understood.note or None


async def _stranger(archive: Archive, user: str) -> str:
    return await _empty(archive) or f"The archive has nothing of this kind by {user!r}."
