"""Which model to get for an Ollama that has none, by the memory of the machine, and getting it with progress."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import cast

from ollama import AsyncClient, ProgressResponse

from agentic_search.models.chat import PullProgress, SuggestedModel
from agentic_search.models.ollama.errors import CLIENT_ERRORS, explain_call

_GIB = 1 << 30
_BY_MEMORY = (
    (14 * _GIB, SuggestedModel("qwen3:8b", 5.2)),
    (7 * _GIB, SuggestedModel("qwen3:4b", 2.6)),
    (4 * _GIB, SuggestedModel("qwen3:1.7b", 1.4)),
    (0, SuggestedModel("qwen3:0.6b", 0.5)),
)
"""The least memory of the machine in bytes, and a model that fits it with its context and a browser beside."""


def suggested(memory: int | None) -> SuggestedModel:
    """The model for a machine with so many bytes of memory; None: not known, as of another machine."""
    if memory is None:
        return _BY_MEMORY[0][1]
    return next(model for least, model in _BY_MEMORY if memory >= least)


def memory_of_this_machine() -> int | None:
    """Bytes; None where the system does not tell."""
    with suppress(ValueError, OSError, AttributeError):  # the last: Windows has no sysconf
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


async def pull(client: AsyncClient, name: str, *, url: str) -> AsyncGenerator[PullProgress]:
    """Have Ollama fetch the model, in steps of its own wording; closing the generator stops it, and it may go on later.

    Raises ModelError.
    """
    try:
        frames = await client.pull(name, stream=True)
        async with aclosing(cast("AsyncGenerator[ProgressResponse]", frames)) as arriving:
            async for frame in arriving:
                yield PullProgress(frame.status or "", frame.completed, frame.total)
    except CLIENT_ERRORS as error:
        raise explain_call(error, url=url, model=name) from error
