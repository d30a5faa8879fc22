"""The tools that can be used now: the offers of all providers in one list, each tool under a name of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from agentic_search.domain.tool import BUILT_IN, Tool, by_any_name
from agentic_search.tools.config.server_config import matches
from agentic_search.tools.provider import LeftOutTool, Offer


class Catalog:
    """An unchanging list of tools, each under one name, which does not change while servers come and go.

    That is the tool's own name, or `server.tool` where the own name would be unclear: two servers have it, or it
    begins like a `server.tool` of a server that there is, whether or not that has such a tool now. A tool of the
    service's own gives way: `calculate` stays the name of a server's tool, and the own one is `builtin.calculate`.
    """

    def __init__(self, offers: Sequence[Offer] = (), *, absent: Sequence[Offer] = ()) -> None:
        """`absent`: what servers offered that cannot be called now."""
        everything = [tool for offer in (*offers, *absent) for tool in offer.tools]
        owners = Counter(tool.remote_name for tool in everything if tool.server != BUILT_IN)
        qualified = {tool.qualified_name for tool in everything}
        servers = {offer.server for offer in (*offers, *absent)}

        def is_unclear(tool: Tool) -> bool:
            seeming = tool.remote_name.partition(".")[0]
            is_anothers = seeming != tool.server and seeming in servers
            others = owners[tool.remote_name] - (tool.server != BUILT_IN)
            return others > 0 or tool.remote_name in qualified or is_anothers

        named = tuple(
            tool.model_copy(update={"name": tool.qualified_name}) if is_unclear(tool) else tool for tool in everything
        )
        present = sum(len(offer.tools) for offer in offers)
        self.tools: tuple[Tool, ...] = named[:present]
        self.absent: tuple[Tool, ...] = named[present:]
        """Tools of servers that cannot be called now: a plan may name them all the same."""
        self.left_out: tuple[LeftOutTool, ...] = tuple(left for offer in offers for left in offer.left_out)
        self.instructions: Mapping[str, str] = {offer.server: offer.instructions for offer in offers if offer.tools}
        """What each server says of itself."""
        self._by_name: Mapping[str, Tool] = by_any_name(named)

    def __len__(self) -> int:
        return len(self.tools)

    def __repr__(self) -> str:
        return f"<Catalog of {len(self.tools)} tools, {len(self.left_out)} left out>"

    def get(self, name: str) -> Tool | None:
        """The tool of that name, or of that `server.tool`, also one that is absent."""
        return self._by_name.get(name)

    def nearest(self, name: str) -> str | None:
        """The most similar name there is, for messages; for `server.tool` one of that server's."""
        server, dot, own = name.partition(".")
        tools = [tool for tool in self.tools if not dot or tool.server == server]
        if near := get_close_matches(own if dot else name, [tool.remote_name for tool in tools], n=1):
            return next(tool.qualified_name if dot else tool.name for tool in tools if tool.remote_name == near[0])
        return None

    def select(self, globs: Sequence[str] | None, *, absent: bool = False) -> tuple[Tool, ...]:
        """The tools whose name or `server.tool` matches any of the globs; None selects all.

        `absent`: also those that cannot be called now.
        """
        wanted = ("*",) if globs is None else tuple(globs)
        tools = (*self.tools, *self.absent) if absent else self.tools
        return tuple(tool for tool in tools if matches(tool.name, wanted) or matches(tool.qualified_name, wanted))
