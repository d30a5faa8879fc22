"""The documentation: every page is served and built, and every link leads somewhere."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import httpx
from fastapi import FastAPI

from agentic_search.api.guide.pages import TOKENS, page_names
from agentic_search.api.guide.routes import guide_router
from agentic_search.settings import Settings
from tests.architecture.layout import ROOT

DOCS = ROOT / "docs"


async def test_every_page_is_served_and_every_link_between_pages_leads_to_a_heading() -> None:
    served = FastAPI(docs_url=None)
    static = Settings().static
    served.include_router(guide_router(static.with_name("docs"), tokens=static / TOKENS))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost") as client:
        first = await client.get("/docs")
        assert first.status_code == 307 and urljoin("/docs", first.headers["Location"]) == "/docs/start"
        pages = {f"/docs/{name}": (await client.get(f"/docs/{name}")).text for name in page_names(DOCS)}
        for address, page in pages.items():
            assert '<main id="content"><h1' in page and 'aria-current="page"' in page, address
            for given, anchor in re.findall(r'href="([^":#]+)(#[^"]*)?"', page):
                assert not given.startswith("/"), (address, given)  # below the path of a proxy it would lead elsewhere
                path = urljoin(address, given)
                if path.endswith(".css"):
                    assert (await client.get(path)).status_code == 200
                    continue
                assert path in {*pages, "/"}, (address, path)
                assert not anchor or f'id="{anchor[1:]}"' in pages[path], (address, path, anchor)
            for source in re.findall(r'src="([^"]+)"', page):
                assert (await client.get(urljoin(address, source))).status_code == 200
        for nothing in ("/docs/nothing", "/docs/.env", "/docs/main.js"):
            assert (await client.get(nothing)).status_code == 404, nothing


def test_the_same_pages_are_written_as_a_site(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agentic_search.api.guide.site", str(tmp_path / "site")], cwd=ROOT, check=True
    )
    assert done.returncode == 0
    for page in (tmp_path / "site").glob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)
