"""What a task can call, as the planner and the scheduler see it."""

from collections.abc import Iterable
from contextvars import ContextVar

from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.limits import DEFAULT_SIZES

BUILT_IN = "builtin"
"""The transport of what is no server but the service itself."""

FUNCTIONS = "functions"
"""What the operator's own Python functions stand under, beside the servers."""

_SLOW = 1.0
"""Seconds: what takes less is done before a model has written much more of its plan."""


class Tool(Frozen):
    """One callable thing, reached by a name that is unique in the catalog."""

    name: str
    """The name plans use: the tool's own, or `server.tool` where two servers have one of that name."""

    server: str
    """The server that offers it."""

    remote_name: str
    """What its server calls it."""

    origin: str = ""
    """A digest of the command or address that its server is reached by."""

    title: str = ""
    """A short name for people."""

    description: str = ""
    """What it does, in its server's words."""

    input_schema: JsonObject
    """JSON Schema of its arguments; always an object schema."""

    output_schema: JsonObject | None = None
    """JSON Schema of its structured result, where it has one."""

    read_only: bool = False
    """It changes nothing: it may start early and be repeated."""

    destructive: bool = False
    """It may delete or overwrite, as its server says; only of use where it does not only read."""

    writes: bool = False
    """Its server says that it changes something; one that says nothing may do so too."""

    open_world: bool | None = None
    """It reaches beyond this machine, as its server says; None where it says nothing."""

    approved: bool = False
    """The operator lets plans of a model call it unasked, though it does not only read."""

    idempotent: bool = False
    """Repeating it changes nothing more."""

    as_task: bool = False
    """Its server runs it only as a task, which has to be polled."""

    timeout: float | None = None
    """Seconds one attempt may take, where the operator set it for the server."""

    retries: int = 0
    """Further attempts after one that failed in a way that another may get past."""

    check_seconds: float = DEFAULT_SIZES.check_seconds
    """For one check of data by its schemas; what takes longer is not checked."""

    typical_seconds: float | None = None
    """How long a call has usually taken, where any was made."""

    plannable: bool = True
    """Planners may choose it; otherwise only plans that people write call it."""

    empty: str = ""
    """Why it finds nothing now, as its server says: planners are not offered it then."""

    @property
    def harm(self) -> int:
        """The worst that it says of itself: 0 it only reads, 1 it changes things or says nothing, 2 it may delete."""
        return 0 if self.read_only else 2 if self.destructive else 1

    @property
    def slow_seconds(self) -> float:
        """How long a call of a slow tool has usually taken; 0 for one that is not slow, or that nothing is known of."""
        seconds = self.typical_seconds or 0.0
        return seconds if seconds >= _SLOW else 0.0

    @property
    def required_arguments(self) -> frozenset[str]:
        """The arguments that it cannot do without, by its schema."""
        wanted = self.input_schema.get("required")
        return frozenset(name for name in wanted if isinstance(name, str)) if isinstance(wanted, list) else frozenset()

    def whole_arguments(self, given: JsonObject) -> JsonObject:
        """The arguments with what its schema says of those that are left out: equal ones make equal calls."""
        properties = self.input_schema.get("properties")
        named = properties.items() if isinstance(properties, dict) else ()
        defaults = {name: it["default"] for name, it in named if isinstance(it, dict) and "default" in it}
        return {**defaults, **given}

    @property
    def qualified_name(self) -> str:
        """`server.tool`, which no two tools share: a server's name has no dot."""
        return f"{self.server}.{self.remote_name}"


def by_any_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    """The tools by their names, and by `server.tool`, which holds also while no other server has such a tool."""
    known = list(tools)
    return {**{tool.qualified_name: tool for tool in known}, **{tool.name: tool for tool in known}}


class ServerInput(Frozen):
    """A value that a server's entry in the servers file asks the user for."""

    id: str
    """Its name in `${input:name}`."""

    description: str = ""
    """What to give, for people."""

    secret: bool = False
    """It is not shown while it is typed, nor ever told again."""

    default: str = ""
    """What is taken where nothing is given."""

    options: tuple[str, ...] = ()
    """The only values that may be given, where there are any."""


class ServerStatus(Frozen):
    """One configured server, as it is now."""

    name: str
    """What it is called in plans and paths."""

    title: str = ""
    """Its name as the servers file writes it, where that cannot be used as it is."""

    status: str
    """connecting, ready, unavailable, disabled, needs_input or needs_sign_in."""

    transport: str
    """stdio, http or sse; python for functions; builtin for the service itself, which is in no list of servers."""

    tools: int = 0
    """How many tools it offers now."""

    error: str | None = None
    """Why it cannot be used, and what to do."""

    warnings: tuple[str, ...] = ()
    """What of its entry in the servers file was not understood, and is not used."""

    log: tuple[str, ...] = ()
    """The last lines it wrote on stderr, secrets masked."""

    inputs: tuple[ServerInput, ...] = ()
    """What its entry asks the user for, and has no value that it could start with: it starts when all are given."""

    sign_in: str | None = None
    """The path of this service that begins a sign-in at the server, where it asks for one."""

    consent: str = ""
    """What letting it run means, where it runs only while the user lets it: POST /servers/{name}/switch."""

    @property
    def state(self) -> str:
        """Its status in a sentence: `is connecting`, `needs input`."""
        return self.status.replace("_", " ") if self.status.startswith("needs_") else f"is {self.status}"


key_of_call: ContextVar[str] = ContextVar("key_of_call", default="")
"""Of the call under way: equal where it is made again, another for every other call; empty outside of a run's calls."""
