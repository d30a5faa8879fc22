"""The conformance suite as a client of /mcp: it passes what needs no tools that only the suite's own servers have.

The other scenarios call tools, prompts and resources by names of the suite's own (`test_image_content`), or are of
extensions that the service does not have: that they are not here is all that they could find.
"""

import re
from pathlib import Path

import pytest

from tests.support.service import running_service, stdio_entry
from tests.world.conformance.test_conformance import run, suite

PASSED = (
    "server-initialize",
    "server-session-lifecycle",
    "ping",
    "tools-list",
    "tools-call-simple-text",
    "tools-call-error",
    "server-sse-multiple-streams",
    "resources-list",
    "sep-2164-resource-not-found",
    "prompts-list",
    "dns-rebinding-protection",
    "caching",
    "http-header-validation",
    "input-required-result-missing-input-response",
    "input-required-result-unsupported-methods",
    "input-required-result-ignore-extra-params",
    "input-required-result-validate-input",
)
ONLY_TEST_TOOLS_MISSING = ("server-stateless",)
"""Passed but for the two checks that call `test_missing_capability`."""

_ = suite


@pytest.mark.world
async def test_the_service_passes(suite: str, tmp_path: Path) -> None:
    async with running_service(tmp_path, servers={"slow": stdio_entry()}) as service:
        for scenario in PASSED:
            said = await run(suite, "server", "--url", f"{service.url}/mcp", "--scenario", scenario)
            counted = re.search(r"Passed: (\d+)/(\d+), 0 failed", said)
            assert counted and counted[1] == counted[2] != "0", f"{scenario}: {said[-4_000:]}"
        said = await run(suite, "server", "--url", f"{service.url}/mcp", "--scenario", *ONLY_TEST_TOOLS_MISSING, ends=1)
        failed = {line for line in said.splitlines() if "test_missing_capability" in line}
        assert failed and ", 2 failed" in said, said[-4_000:]
