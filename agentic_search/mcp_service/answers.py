"""What the tools give: structured results with a schema, and the same as text for models."""

import mcp_types
from pydantic import Field, TypeAdapter

from agentic_search.domain.answer import LeftOut, Source
from agentic_search.domain.data import Frozen
from agentic_search.domain.run import RunReport, RunStatus
from agentic_search.runs.exports import source_line

_MOST_LINKS = 50


class ToolCall(Frozen):
    """A call of a tool that a run has made."""

    id: str
    tool: str
    server: str
    status: str
    error: str | None = None


class SearchAnswer(Frozen):
    """A run as far as it has come."""

    run_id: str
    """Give it to get_run to have the run again."""
    thread_id: str
    """Give it to search to ask a follow-up question."""
    status: RunStatus
    query: str
    answer: str | None
    """Markdown with marks [n], the numbers of the sources; null while there is none."""
    sources: tuple[Source, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """What the answer had to do without, and why."""
    nothing_found: bool = False
    """The answer says that nothing was found."""
    error: str | None = None
    """Why there is no answer."""
    tasks: tuple[ToolCall, ...] = ()

    @classmethod
    def of(cls, run: RunReport) -> "SearchAnswer":
        """What of a run its caller needs."""
        calls = (
            ToolCall(id=task.id, tool=task.tool, server=task.server, status=task.status, error=task.error)
            for task in run.tasks
        )
        shown = {name: getattr(run, name) for name in cls.model_fields if name not in {"run_id", "tasks"}}
        return cls(run_id=run.id, tasks=tuple(calls), **shown)

    @property
    def text(self) -> str:
        """The answer with its sources, as Markdown."""
        parts = [self.answer or self.error or f"Run {self.run_id} is {self.status}: ask get_run again later."]
        if self.sources:
            parts += ["Sources:", "\n".join(f"- {source_line(source)}" for source in self.sources)]
        if self.left_out:
            parts += ["Left out:", "\n".join(f"- {each.what}: {each.why}" for each in self.left_out)]
        return "\n\n".join(parts)


class AvailableTool(Frozen):
    """A tool that searches may call."""

    name: str
    server: str
    description: str
    read_only: bool


class AvailableTools(Frozen):
    """What can be searched now, and what cannot."""

    tools: tuple[AvailableTool, ...]
    unusable: tuple[str, ...] = Field(default=())
    """Tools and servers that cannot be used, each with the reason."""

    @property
    def text(self) -> str:
        """A line each."""
        lines = [f"- {tool.name} ({tool.server}): {tool.description.partition(chr(10))[0]}" for tool in self.tools]
        lines += [f"- not usable: {line}" for line in self.unusable]
        return "\n".join(lines) or "There are no tools."


ANSWERED: TypeAdapter[SearchAnswer] = TypeAdapter(SearchAnswer)


def as_result(given: SearchAnswer | AvailableTools, *, is_error: bool = False) -> mcp_types.CallToolResult:
    """The result in MCP's form: text, links to the sources that are on the web, and the structure."""
    content: list[mcp_types.ContentBlock] = [mcp_types.TextContent(text=given.text)]
    if isinstance(given, SearchAnswer):
        content += [
            mcp_types.ResourceLink(uri=source.url, name=f"[{source.id}]", title=source.title or source.url)
            for source in given.sources[:_MOST_LINKS]
            if source.url.startswith(("https://", "http://"))
        ]
    return mcp_types.CallToolResult(
        content=content, structured_content=given.model_dump(mode="json"), is_error=is_error
    )
