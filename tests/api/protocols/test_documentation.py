"""The documentation as Markdown: /llms.txt names every page, each is served as it stands, and nothing else is."""

import re

from tests.support.forking.starting import ROOT
from tests.support.service import RunningService


async def test_llms_txt_lists_every_page_and_each_is_there(service: RunningService) -> None:
    listed = await service.client.get("/llms.txt")
    assert listed.headers["content-type"] == "text/markdown; charset=utf-8"
    pages = re.findall(r"^- \[([^\]]+)\]\((docs/[a-z-]+\.md)\): \S", listed.text, re.MULTILINE)
    assert [path for _, path in pages] == sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
    for title, path in pages:
        page = await service.client.get(f"/{path}")
        assert page.text == (ROOT / path).read_text() and page.text.startswith(f"# {title}\n")
    for none in ("/docs/none.md", "/docs/..%2FREADME.md", "/docs/..%2Fpage.png"):
        assert (await service.client.get(none)).status_code == 404
