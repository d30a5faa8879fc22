"""One MCP server: its owner task opens a session, and another when that is lost; any task may call tools through it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Literal

import mcp_types
from mcp import Client, MCPError

from agentic_search.clock import Clock, time_limit
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ResultTooLarge, ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.text.counting import count
from agentic_search.tools.config.secrets import SecretMask
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.auth.server_auth import ServerAuth
from agentic_search.tools.mcp.connection_state import ConnectionState
from agentic_search.tools.mcp.exchange.call_span import call_span
from agentic_search.tools.mcp.exchange.calling import call_tool
from agentic_search.tools.mcp.exchange.contacting import note_call
from agentic_search.tools.mcp.exchange.elicitation import Elicitation
from agentic_search.tools.mcp.exchange.open_calls import OpenCall, OpenCalls
from agentic_search.tools.mcp.exchange.resources import read_resource, reading_tool
from agentic_search.tools.mcp.failures import call_failed, wait_asked_for
from agentic_search.tools.mcp.opening.ways import Ways
from agentic_search.tools.mcp.session import Session
from agentic_search.tools.mcp.shield import SESSION_LOST
from agentic_search.tools.mcp.waiting import Backoff
from agentic_search.tools.mcp.wire.blocks import remarks_on
from agentic_search.tools.mcp.wire.reading_cost import NO_MEMORY
from agentic_search.tools.provider import Offer
from agentic_search.tools.results.content import read_large_answer
from agentic_search.tools.results.promises import output_remarks

logger = logging.getLogger(__name__)

_SETTLED_AFTER = 20.0
"""Seconds of a first start after which nobody waits for it any more."""
_MOST_FAILURES = 4
"""Attempts to connect again that may fail before calls fail at once; about three seconds beside what each takes."""
_STEADY = 60.0
"""Seconds that a session must have held for its loss to count as a first failure."""
_DISABLED = "switched off in the servers file"


class Connection:
    """A server that is kept connected by its owner task, `run`."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        clock: Clock,
        open_within: float,
        on_change: Callable[[], None],
        auth: ServerAuth | None = None,
    ) -> None:
        """`auth`: how the server is signed in at, where it is by OAuth."""
        self.config = config
        self._auth = auth
        self._clock = clock
        self._open_within = open_within
        self._on_change = on_change
        self._state = ConnectionState("disabled", _DISABLED) if config.disabled else ConnectionState("connecting")
        self._was_ready = False
        self._closing = False
        self._ways = Ways()
        self._mask = SecretMask(config)
        self._log: tuple[str, ...] = ()
        self._began: float | None = None
        """When the attempt to connect that is under way began."""
        self._failures: int | None = None
        """Attempts to connect that failed since the server was lost; none where it was never there."""
        self._attempted = asyncio.Event()
        """Set, and replaced, when an attempt has ended."""
        self._calls = OpenCalls(config.name)
        self.reading = reading_tool(config)
        """Reads what it offers to be read; `call` takes it as any of its tools."""

    def __repr__(self) -> str:
        return f"<Connection {self.config.name}: {self._state.status}>"

    @property
    def offer(self) -> Offer:
        """What the server offers now; nothing unless it is ready."""
        return self._state.offer or Offer(self.config.name)

    @property
    def is_settled(self) -> bool:
        """Whether the first attempt to connect has ended, well or not, or takes so long that nobody should wait."""
        return self._state.status != "connecting" or self._connecting_for() >= _SETTLED_AFTER

    @property
    def is_shareable(self) -> bool:
        """Unless the servers file says otherwise."""
        return self.config.cache is not None

    def status(self) -> ServerStatus:
        """The server as it is now."""
        return ServerStatus(
            name=self.config.name,
            title=self.config.title,
            status=self._state.status,
            transport=self.config.reach.transport,
            tools=len(self.offer.tools),
            error=self._advice()
            or self._state.why_not(self.config.reach, self._connecting_for())
            or self._state.why_empty(),
            sign_in=self._auth.path if self._auth and self._advice() else None,
            warnings=self.config.warnings,
            log=self._log,
        )

    def _advice(self) -> str:
        """What a person has to do before the server, or some of it, can be used."""
        return self._auth.advice if self._auth and self._state.status in {"ready", "needs_sign_in"} else ""

    def _connecting_for(self) -> float:
        return 0.0 if self._began is None else self._clock.now() - self._began

    def _what_is_wrong(self) -> str | None:
        return self._state.why_not(self.config.reach, self._connecting_for())

    @property
    def name(self) -> str:
        """As the servers file has it."""
        return self.config.name

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool once, for at most `timeout` seconds; the server is told when the call is given up.

        Raises ServerUnavailable, RateLimited, ToolTimeout, ConnectionLost or ToolFailed.
        """
        try:
            with call_span(self.config, tool):
                return await self._call(OpenCall(), tool, arguments, timeout, on_progress)
        except MemoryError as error:
            raise ResultTooLarge(f"the result of {tool.name} cannot be used: {NO_MEMORY}") from error

    async def _call(
        self, call: OpenCall, tool: Tool, arguments: JsonObject, timeout: float, on_progress: OnProgress
    ) -> ToolResult:
        with call.explaining():
            answer, max_age = await self._answer(call, tool, arguments, timeout, on_progress)
            result = await read_large_answer(answer, tool, arguments)
            if answer.is_error:
                raise ToolFailed(self._mask(result.text) or f"{tool.name} failed without saying why")
        remarks = (*remarks_on(answer), *await output_remarks(answer, tool, result.size))
        return call.marked(result.model_copy(update={"remarks": remarks, "max_age": max_age}))

    async def _answer(
        self, call: OpenCall, tool: Tool, arguments: JsonObject, timeout: float, on_progress: OnProgress
    ) -> tuple[mcp_types.CallToolResult, float | None]:
        """The answer, and the seconds that it may be kept, where the server says so."""
        challenge = self._auth.challenge if self._auth else None
        try:
            async with time_limit(timeout):
                return await self._perform(call, tool, arguments, on_progress)
        except TimeoutError as error:
            waited = "" if self._state.client else f": {self._why_not()}"
            raise ToolTimeout(f"{tool.name} took longer than {timeout:g} s{waited}") from error
        except (MCPError, RuntimeError, ValueError) as error:
            if self._auth and self._auth.challenge is not challenge:
                raise ToolFailed(f"{self.config.name!r} does not let {tool.name} run: {self._auth.advice}") from error
            raise call_failed(tool.name, self.config.name, error) from error

    async def _perform(
        self, call: OpenCall, tool: Tool, arguments: JsonObject, on_progress: OnProgress
    ) -> tuple[mcp_types.CallToolResult, float | None]:
        client = await self._working_client()
        self._refuse_if_changed(tool)
        try:
            return await self._ask(client, call, tool, arguments, on_progress)
        except MCPError as error:
            if error.code != SESSION_LOST:
                raise
        # The server refused it unread: in the next session it is made for the first time.
        client = await self._working_client()
        self._refuse_if_changed(tool)
        return await self._ask(client, call, tool, arguments, on_progress)

    def _refuse_if_changed(self, tool: Tool) -> None:
        """A server may list a tool as harmless, and as something else once it was approved or needed no approval."""
        now = next((each for each in self.offer.tools if each.remote_name == tool.remote_name), tool)
        if now.harm > tool.harm:
            told = "may delete or overwrite" if now.destructive else "may change something"
            raise ToolFailed(
                f"{tool.name} was not called: {self.config.name!r} says by now that it {told}, and did not when the "
                "call was planned. Search again, and it is asked for anew"
            )

    async def _ask(
        self, client: Client, call: OpenCall, tool: Tool, arguments: JsonObject, on_progress: OnProgress
    ) -> tuple[mcp_types.CallToolResult, float | None]:
        answer, max_age = None, None
        try:
            with self._calls.during(call):
                if tool == self.reading:
                    answer, max_age = await read_resource(client, str(arguments["uri"]))
                else:
                    answer = await call_tool(client, call, tool, arguments, on_progress, clock=self._clock)
                return answer, max_age
        finally:
            note_call(self.config, arguments, answer)

    async def _working_client(self) -> Client:
        """The client of the session, after the next attempts to connect where it was lost a moment ago."""
        while (client := self._state.client) is None:
            if not self._may_be_back_soon():
                raise ServerUnavailable(self._why_not())
            await self._attempted.wait()
        return client

    def _may_be_back_soon(self) -> bool:
        if self._closing or self.config.disabled or self._state.status == "needs_sign_in":
            return False
        return self._state.status == "connecting" or (self._failures is not None and self._failures < _MOST_FAILURES)

    def _why_not(self) -> str:
        if advice := self._advice():
            return f"{self.config.name!r} cannot be used now: {advice}"
        why = self._what_is_wrong()
        return f"{self.config.name!r} is {self._state.status}" + (f": {why}" if why else "")

    async def run(self) -> None:
        """Keep the server connected until closed; after each failure wait longer before the next attempt."""
        backoff = Backoff()
        try:
            while not (self._closing or self.config.disabled):
                began = self._began = self._clock.now()
                asked_for = await self._hold_one_session()
                self._began = None
                if self._clock.now() - began > _STEADY:
                    backoff.reset()
                if self._auth and self._state.status == "needs_sign_in":
                    await self._auth.sign_in_done()
                    self._become(ConnectionState("connecting"))
                elif not self._closing:
                    await self._clock.sleep(max(backoff.next(), asked_for))
        finally:
            self._began = None
            if not self.config.disabled:
                self._become(ConnectionState("unavailable", "the connection was closed"))

    def close(self, owner: asyncio.Task[None]) -> None:
        """End the owner task. Cancelling alone is not enough: anyio drops a cancellation while it unwinds an error."""
        self._closing = True
        owner.cancel()

    async def _hold_one_session(self) -> float:
        """Returns when it is over, with the seconds that the server asked to wait before the next."""
        session = Session(
            self.config,
            clock=self._clock,
            open_within=self._open_within,
            on_offer=self._take,
            on_end=self._lose,
            ways=self._ways,
            hurry=lambda: self._closing,
            elicitation=Elicitation(self.name, self._calls),
            calls=self._calls,
            auth=self._auth,
        )
        self._was_ready = False
        settling = asyncio.get_running_loop().call_later(_SETTLED_AFTER, self._on_change)
        try:
            await session.hold()
        except Exception as error:  # the supervisor of one server: its faults must not reach the others
            self._note_failure(session.explain(error), session.log)
            logger.debug("%s: the whole error", self.config.name, exc_info=error)
            return wait_asked_for(error) or 0.0
        finally:
            settling.cancel()
            self._note_attempt()
        return 0.0

    def _status_without_session(self) -> Literal["needs_sign_in", "unavailable"]:
        """A server that was ready may only have refused a token that is over: then connecting anew tells."""
        refused = self._auth is not None and self._auth.challenge is not None
        return "needs_sign_in" if refused and not self._was_ready else "unavailable"

    def _note_failure(self, why: str, log: tuple[str, ...]) -> None:
        if why != self._state.error:
            for line in log:
                logger.info("%s wrote: %s", self.config.name, line, extra={"server": self.config.name})
        if self._state.status != "ready" and self._failures is not None:
            self._failures += 1
        self._log = log
        self._began = None
        self._become(ConnectionState(self._status_without_session(), why))

    def _note_attempt(self) -> None:
        """Wake the calls that wait for an attempt's end."""
        self._attempted.set()
        self._attempted = asyncio.Event()

    def _take(self, client: Client, offer: Offer) -> None:
        self._was_ready = True
        self._failures = 0
        self._began = None
        self._become(ConnectionState("ready", offer=offer, client=client))

    def _lose(self, why: str) -> None:
        """The session is over, though it is still being closed: no more calls through it."""
        if self._state.status == "ready":
            self._become(ConnectionState("unavailable", why))

    def _log_change(self, new: ConnectionState) -> None:
        if (new.status, new.error) != (self._state.status, self._state.error):
            told = f"ready, {count(len(new.offer.tools), 'tool')}" if new.offer else new.status
            why = f": {new.error}" if new.error else ""
            fields = {"server": self.config.name, "status": new.status, "was": self._state.status}
            logger.info("server %s: %s → %s%s", self.config.name, self._state.status, told, why, extra=fields)

    def _become(self, state: ConnectionState) -> None:
        if state != self._state:
            self._log_change(state)
            self._state = state
            self._note_attempt()
            self._on_change()
