"""Long work over evidence holds up nobody; short work does not change threads."""

import threading

import pytest

from agentic_search.synthesis.evidence.threads import AT_ONCE, in_thread_if_large
from agentic_search.synthesis.writing.writer import WriterInput
from tests.synthesis.evidence.samples import numbered


@pytest.mark.parametrize(("characters", "here"), [(0, True), (AT_ONCE, True), (AT_ONCE + 1, False)])
async def test_only_much_evidence_is_read_in_a_thread(characters: int, here: bool) -> None:
    writer_input = WriterInput("why?", numbered("x" * characters))
    ran_in = await in_thread_if_large(writer_input, threading.current_thread)
    assert (ran_in is threading.current_thread()) is here


async def test_an_error_of_the_work_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread_if_large(WriterInput("why?", ()), lambda: 1 // 0)
