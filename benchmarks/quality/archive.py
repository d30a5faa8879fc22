"""An archive of 234 invented stories for the questions of users: a score of their own, the rest of few patterns.

The patterns make many stories that share most of their words, as real archives have: what is asked for must be told
from its like. Questions ask for counts, so these hold exactly: 234 stories, 13 with Kubernetes, 14 with Rust, 22 by
mara_k, ten that lay people off.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, count
from pathlib import Path

Story = dict[str, object]
_FIRST_DAY = date(2025, 9, 1)
_AUTHORS = ("tobiasw", "nina_b", "svelte_sam", "quietfox", "j_okafor", "ruthven", "linpeng", "dataduck", "pkowalski")
_BY_MARA_K = frozenset(range(6, 234, 10)) - {6}
_NEWEST_ABOUT_RUST = "Show HN: a Rust profiler that fits on one page"


def stories() -> list[Story]:
    """All of them, in the form of the archive's import."""
    told = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    about = ((title.format(name), text.format(name)) for name in told["subjects"] for title, text in told["about"])
    news = (
        (title.format(name, amount), text.format(name, amount))
        for name, amount in zip(told["companies"], count(22, 7), strict=False)
        for title, text in told["news"]
    )
    every = list(chain(told["own"], about, news))
    return [_story(number, title, text) for number, (title, text) in enumerate(every)]


def write_archive(file: Path) -> Path:
    """Write them as JSON lines; gives the file."""
    file.write_text("".join(f"{json.dumps(story)}\n" for story in stories()), encoding="utf-8")
    return file


def _story(number: int, title: str, text: str) -> Story:
    newest = title == _NEWEST_ABOUT_RUST
    day = date(2026, 10, 30) if newest else _FIRST_DAY + timedelta(days=number * 137 % 420)
    return {
        "id": f"q{number}",
        "title": title,
        "text": text,
        "author": "mara_k" if number in _BY_MARA_K else _AUTHORS[number % len(_AUTHORS)],
        "points": number * 53 % 400 + 3,
        "created_at": f"{day.isoformat()}T09:00:00Z",
        "url": f"https://news.example/{number}",
        "tags": list(_tags(title)),
        "num_comments": 0,
    }


def _tags(title: str) -> Iterator[str]:
    yield "story"
    if title.startswith("Show HN"):
        yield "show_hn"
    if title.startswith("Ask HN"):
        yield "ask_hn"
