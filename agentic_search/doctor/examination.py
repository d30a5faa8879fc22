"""All checks, one after another, and how what they found is told."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace

from pydantic_core import to_json

from agentic_search.client.local import address_of, is_running
from agentic_search.doctor.finding import Finding, Situation, is_container
from agentic_search.doctor.network_checks import check_model_servers, check_ollama, check_proxies, check_traces
from agentic_search.doctor.places import CHECKS
from agentic_search.doctor.server_checks import check_servers, checked_settings
from agentic_search.errors import ConfigurationError
from agentic_search.serving.configuration import read_settings, unread_settings
from agentic_search.settings import environment
from agentic_search.text.controls import without_controls

_SIGNS = {"ok": "✅", "warning": "⚠️ ", "broken": "❌"}


async def examine() -> AsyncIterator[Finding]:
    """Look at everything; each finding as it is made."""
    try:
        settings = read_settings()
    except ConfigurationError as problem:
        for line in str(problem).splitlines():
            yield Finding(
                "settings", "broken", line.strip().rstrip("."), "correct it: docs/configuration.md has its form"
            )
        return
    for finding in checked_settings(unread_settings()):
        yield finding
    address = address_of(settings)
    situation = Situation(settings, environment(), await is_running(address), address, is_container())
    for check in (*CHECKS, check_proxies, check_traces):
        for finding in check(situation):
            yield finding
    for asked in (check_ollama, check_model_servers, check_servers):
        async for finding in asked(situation):
            yield finding


async def report(*, as_json: bool, fix: bool, tell: Callable[[str], None]) -> int:
    """Examine, tell what was found, mend what can be mended without loss if that is wanted; the exit status."""
    findings = list[Finding]()
    async for finding in examine():
        findings.append(finding)
        if not as_json:
            tell("\n".join(_lines(finding)))
    if as_json:
        tell(_json(findings))
    if fix:
        findings = [_mended(finding, tell) for finding in findings]
    return 1 if _is_broken(findings) else 0


def _mended(finding: Finding, tell: Callable[[str], None]) -> Finding:
    """What is left of a finding when what mends it was done."""
    if finding.mend is None:
        return finding
    try:
        finding.mend()
    except OSError as problem:
        tell(f"{finding.name}: {finding.fix} failed: {problem.strerror or problem}")
        return finding
    tell(f"{finding.name}: done: {finding.fix}")
    return replace(finding, state="ok")


def _lines(finding: Finding) -> Iterator[str]:
    yield without_controls(f"{_SIGNS[finding.state]} {finding.name}: {finding.what}")
    if finding.fix:
        yield without_controls(f"   → {finding.fix}")


def _json(findings: Sequence[Finding]) -> str:
    rows = [{"name": it.name, "state": it.state, "what": it.what, "fix": it.fix} for it in findings]
    return to_json({"ok": not _is_broken(findings), "findings": rows}, indent=2).decode()


def _is_broken(findings: Sequence[Finding]) -> bool:
    return any(finding.state == "broken" for finding in findings)
