"""One generation: plays the steps of a script as frames, as Ollama streams them."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.refusals import ENGINE, Refused
from tests.support.ollama_double.steps import Call, Drop, Fail, Hang, Length, NoDone, Raw, Say, Silent, Step, Think
from tests.support.ollama_double.wire import JSON, Connection, encode


@dataclass(frozen=True)
class Pace:
    """How fast the models are."""

    first_token: float = 0.0
    """Seconds before the first token."""
    per_token: float = 0.0
    """Seconds before every token that has no delay of its own."""


@dataclass
class Generation:
    """One call of a model, as far as it has come."""

    name: str
    """The model's, as the request named it."""
    chat: bool
    """POST /api/chat; else /api/generate."""
    streamed: bool
    limit: int
    """`num_predict`; negative or 0: none."""
    prompt_tokens: int
    load_ns: int = 0
    started_ns: int = field(default_factory=time.perf_counter_ns)
    tokens: int = 0
    said: str = ""
    thought: str = ""
    calls: list[JsonValue] = field(default_factory=list[JsonValue])

    async def run(self, steps: AsyncIterable[Step], connection: Connection, pace: Pace) -> None:
        """Play the steps; Refused if the first thing is an error, as nothing has been sent yet."""
        reason: str | None = "stop"
        await asyncio.sleep(pace.first_token)
        async for step in steps:
            match step:
                case Say() | Think() | Silent() | Call():
                    if 0 < self.limit <= self.tokens:
                        reason = "length"
                        break
                    await self._token(step, connection, pace)
                case Length():
                    reason = "length"
                    break
                case NoDone():
                    reason = None
                    break
                case Hang():
                    await asyncio.Event().wait()
                case Drop():
                    connection.drop()
                    return
                case Raw():
                    await connection.line(step.line.encode())
                case Fail():
                    await self._fail(step, connection)
                    return
        self.tokens += reason == "stop"  # the token that means "end"
        await self._end(reason, connection)

    async def _token(self, step: Say | Think | Silent | Call, connection: Connection, pace: Pace) -> None:
        delay = step.delay if isinstance(step, Say | Think) else 0.0
        await asyncio.sleep(delay or pace.per_token)
        self.tokens += 1
        match step:
            case Say():
                self.said += step.text
                part: JsonObject = {"content": step.text}
            case Think():
                self.thought += step.text
                part = {"content": "", "thinking": step.text}
            case Call():
                part = {"content": "", "tool_calls": [self._call(step)]}
            case Silent():
                return
        if self.streamed:
            await connection.frame({**self._frame(part), "done": False})

    def _call(self, step: Call) -> JsonObject:
        function: JsonObject = {"index": len(self.calls), "name": step.name, "arguments": step.arguments}
        call: JsonObject = {"id": f"call_{secrets.token_hex(4)}", "function": function}
        self.calls.append(call)
        return call

    async def _fail(self, step: Fail, connection: Connection) -> None:
        if not connection.streaming:
            raise Refused(step.status, step.text, ENGINE)
        await connection.frame({"error": step.text})
        await connection.end_frames()

    async def _end(self, reason: str | None, connection: Connection) -> None:
        if self.streamed:
            if reason:
                await connection.frame({**self._frame({"content": ""}), **self._done(reason)})
            await connection.end_frames()
            return
        part: JsonObject = {"content": self.said}
        part |= {"thinking": self.thought} if self.thought else {}
        part |= {"tool_calls": self.calls} if self.calls else {}
        done: JsonObject = self._done(reason) if reason else {"done": False}
        await connection.respond(200, JSON, encode({**self._frame(part), **done}))

    def _frame(self, part: JsonObject) -> JsonObject:
        if not self.chat:
            return {"model": self.name, "created_at": now(), "response": part["content"]}
        return {"model": self.name, "created_at": now(), "message": {"role": "assistant", **part}}

    def _done(self, reason: str) -> JsonObject:
        taken = time.perf_counter_ns() - self.started_ns
        metrics: JsonObject = {
            "total_duration": taken + self.load_ns,
            "load_duration": self.load_ns or 1000,
            "prompt_eval_count": self.prompt_tokens,
            "prompt_eval_duration": 1000,
            "eval_count": self.tokens,
            "eval_duration": taken,
        }
        context: JsonObject = {} if self.chat else {"context": [1, 2, 3]}
        told = {name: value for name, value in metrics.items() if value}
        return {"done": True, "done_reason": reason, **context, **told}


def now() -> str:
    """This moment as Ollama writes it, with nanoseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
