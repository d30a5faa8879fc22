"""Work over evidence flows in, what it gives flows out, without holding up other runs for long."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from agentic_search.synthesis.writing.writer import WriterInput

_Result = TypeVar("_Result")

AT_ONCE = 8_000
"""Characters of evidence that are read within a few milliseconds, which is hardly more than changing threads takes."""


async def in_thread_if_large(writer_input: WriterInput, work: Callable[[], _Result]) -> _Result:
    """Do `work`, which reads the brief's evidence: in a thread, for it may be megabytes; at once where it is little."""
    size = sum(len(item.passage.text) for item in writer_input.evidence)
    return work() if size <= AT_ONCE else await asyncio.to_thread(work)
