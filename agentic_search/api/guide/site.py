"""`python -m agentic_search.api.guide.site FOLDER`: the documentation as a site of files, for any web server."""

import argparse
import json
import shutil
import sys
from pathlib import Path

from agentic_search.api.app import create_app
from agentic_search.api.guide.pages import STYLE, TOKENS, framed, page_names, read_page, titles_of
from agentic_search.api.guide.reference import place_of_reference, reference_paths
from agentic_search.domain.data import JsonObject
from agentic_search.settings import Settings

DESCRIPTION = "openapi.json"


def build(guide: Path, tokens: Path, target: Path, description: JsonObject) -> int:
    """Write the site, with the description of the API; the number of its pages."""
    target.mkdir(parents=True, exist_ok=True)
    titles = titles_of(guide)
    names = page_names(guide)
    reference = place_of_reference(DESCRIPTION, sign_in=None)
    (target / DESCRIPTION).write_text(json.dumps(description), encoding="utf-8")
    for name in names:
        page = read_page(guide, name, _address)
        (target / f"{name}.html").write_text(framed(page, titles, _address, reference), encoding="utf-8")
        shutil.copy(guide / f"{name}.md", target)
    shutil.copy(target / f"{names[0]}.html", target / "index.html")
    for file in [*guide.glob("*.png"), *guide.glob("*.svg"), tokens, STYLE, *reference_paths().values()]:
        shutil.copy(file, target)
    return len(names)


def _address(name: str) -> str:
    return name if "." in name else f"{name or 'index'}.html"


def main() -> None:
    """Write the site into the folder that is named."""
    parser = argparse.ArgumentParser(description="Write the documentation as a site of files.")
    parser.add_argument("folder", type=Path)
    settings = Settings()
    static, description = settings.static, create_app(settings).openapi()
    count = build(static.with_name("docs"), static / TOKENS, parser.parse_args().folder, description)
    sys.stdout.write(f"{count} pages\n")


if __name__ == "__main__":
    main()
