"""Reads the JSON of a request as strictly as JSON is written, and leaves nothing in it that could not be sent on.

And writes that of an answer, which may be as large as tools' results are.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from agentic_search.domain.run import RunReport, TaskRecord
from agentic_search.plain_json import LARGE, json_bytes, large_json_bytes, well_formed


class JsonRequest(Request):
    """A request whose body is JSON alone: no NaN and no Infinity; half of a surrogate pair becomes U+FFFD."""

    async def json(self) -> Any:
        """The body's value; raises ValueError, or RecursionError where it is nested too deep."""
        if not hasattr(self, "_json"):
            self._json = well_formed(json.loads(await self.body(), parse_constant=_refuse), deepest=self.state.nesting)
        return self._json


class JsonRoute(APIRoute):
    """A route that is given JsonRequests."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI: what answers a request."""
        answer = super().get_route_handler()

        async def answer_json(request: Request) -> Response:
            return await answer(JsonRequest(request.scope, request.receive))

        return answer_json


async def whole(run: RunReport | TaskRecord, headers: Mapping[str, str] | None = None) -> Response:
    """A run, or one of its tasks, with whole results; large ones are written outside the event loop."""
    body = await asyncio.to_thread(large_json_bytes, run) if run.size > LARGE else json_bytes(run)
    return Response(body, media_type="application/json", headers=headers)


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is no JSON", constant, 0)
