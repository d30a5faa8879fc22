"""robots.txt by RFC 9309: groups, the longest rule, wildcards; bounded for files that mean harm."""

import pytest
from yarl import URL

from agentic_search.mcp_servers.web.pages.robots import MOST_RULES, NOTHING, SiteRules

PRODUCT = "agentic-search"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/", True),
        ("User-agent: *\nDisallow: /", "/page", False),
        ("User-agent: *\nDisallow:", "/page", True),
        ("user-AGENT : *\n disallow : /private # not this", "/private/page", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: other\nDisallow: /", "/page", True),
        ("User-agent: Agentic-Search\nDisallow: /\n\nUser-agent: *\nAllow: /", "/page", False),
        ("User-agent: agentic-search/2.0\nDisallow: /", "/page", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: agentic-search\nDisallow: /x", "/page", True),
        ("User-agent: other\nUser-agent: agentic-search\nDisallow: /", "/page", False),
        ("User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", "/b", False),
        ("User-agent: *\nDisallow: /\nAllow: /open", "/open/page", True),
        ("User-agent: *\nAllow: /page\nDisallow: /page", "/page", True),
        ("User-agent: *\nAllow: /p\nDisallow: /page", "/page", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/report.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/report.pdf?x=1", True),
        ("User-agent: *\nDisallow: /*?print=", "/page?print=1", False),
        ("User-agent: *\nDisallow: /page$", "/page", False),
        ("User-agent: *\nDisallow: /page$", "/pages", True),
        ("User-agent: *\nDisallow: /a*b*c$", "/aXbXc", False),
        ("User-agent: *\nDisallow: /a*b*c$", "/aXbXd", True),
        ("User-agent: *\nDisallow: /*a$", "/a", False),
        ("User-agent: *\nDisallow: /ab*b$", "/ab", True),
        ("User-agent: *\nDisallow: /straße", "/stra%C3%9Fe", False),
        ("Disallow: /", "/page", True),
        (
            "User-agent: *\nCrawl-delay: 5\nDisallow: /x\nSitemap: https://example.org/x.xml\nDisallow: /page",
            "/page",
            False,
        ),
        ("<html><body>Not found</body></html>", "/page", True),
    ],
)
def test_what_may_be_read(text: str, path: str, *, allowed: bool) -> None:
    rules = SiteRules.read(text, PRODUCT)
    assert rules.allows(URL(f"https://example.org{path}", encoded=True)) is allowed


@pytest.mark.parametrize(("said", "seconds"), [("5", 5.0), ("0.5", 0.5), ("3600", 10.0), ("-1", 0.0), ("soon", 0.0)])
def test_a_site_may_ask_for_its_own_pace(said: str, seconds: float) -> None:
    assert SiteRules.read(f"User-agent: *\nCrawl-delay: {said}", PRODUCT).delay == seconds


def test_a_file_of_a_million_stars_is_bounded() -> None:
    hostile = "User-agent: *\n" + "Disallow: /" + "*a" * 200 + "$\n"
    rules = SiteRules.read(hostile * 2_000, PRODUCT)
    assert len(rules.rules) <= MOST_RULES
    assert rules.allows(URL("https://example.org/" + "a" * 4_000 + "b"))
    assert not NOTHING.allows(URL("https://example.org/"))
