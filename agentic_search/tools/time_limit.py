"""The time limit of a call, which does not run while the user is being asked something in the course of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial

from agentic_search.domain.question import Ask, UserAnswer, UserQuestion, ask_of_call


@asynccontextmanager
async def time_limit(seconds: float) -> AsyncGenerator[None]:
    """Raise TimeoutError where the block takes longer, not counting what the call's `Ask` waits for an answer."""
    ask = ask_of_call.get()
    async with asyncio.timeout(seconds) as limit:
        if ask is None:
            yield
            return
        token = ask_of_call.set(partial(_ask_outside, limit, ask))
        try:
            yield
        finally:
            ask_of_call.reset(token)


async def _ask_outside(limit: asyncio.Timeout, ask: Ask, question: UserQuestion) -> UserAnswer:
    if (due := limit.when()) is None:
        return await ask(question)
    now = asyncio.get_running_loop().time
    began = now()
    limit.reschedule(None)
    try:
        return await ask(question)
    finally:
        with suppress(RuntimeError):  # the call ended meanwhile, and its limit with it
            limit.reschedule(due + now() - began)
