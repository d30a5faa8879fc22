"""The commands of the documentation: each page's are typed into one shell, in order, and do what the page says."""

import re
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.documentation.blocks import Block, blocks
from tests.documentation.commands import NOT_RUN, TREATMENT, Starts, reason_not_to_run
from tests.documentation.reader import Reader
from tests.support.service import RunningService

pytestmark = pytest.mark.timeout(600)  # a page shows several commands

SHOWN = blocks("sh")
PAGES = sorted({block.page for block in SHOWN if block.id in TREATMENT})


def run_of(block: Block) -> list[str]:
    """The commands of a block that are run."""
    return [command for command in block.commands if reason_not_to_run(command) is None]


def test_every_block_of_commands_is_run_or_in_the_list_of_what_is_not() -> None:
    assert [block.id for block in SHOWN if run_of(block)] == [id for id in (b.id for b in SHOWN) if id in TREATMENT]
    assert TREATMENT.keys() <= {block.id for block in SHOWN}, "the list has what is no longer shown"
    unused = set(NOT_RUN) - {reason_not_to_run(command) for block in SHOWN for command in block.commands}
    assert not unused, f"these are no longer shown: {unused}"


@pytest.mark.parametrize("page", PAGES)
async def test_the_commands_of_a_page_do_what_it_says(page: str, reader: Reader) -> None:
    async with AsyncExitStack() as stack:
        for block in (block for block in SHOWN if block.page == page and block.id in TREATMENT):
            commands, treatment = run_of(block), TREATMENT[block.id]
            if isinstance(treatment, Starts):
                url = await stack.enter_async_context(reader.starts(*commands))
                async with httpx.AsyncClient(base_url=url) as client:
                    found = (await client.get(treatment.path)).text
                if treatment.stays:
                    reader.service = RunningService(url, reader.service.client, reader.service.process)
                else:
                    await stack.aclose()
            else:
                given = await treatment.given(reader.service) if treatment.given else {}
                status, found, told = await reader.type(
                    *commands, *[treatment.then][: bool(treatment.then)], given=given
                )
                assert status == 0, f"{block.id} ended with {status}:\n{found[-2000:]}\n{told[-2000:]}"
            assert re.search(treatment.says, found, re.DOTALL | re.MULTILINE), f"{block.id}:\n{found[-3000:]}"
