"""Hits in the form of the Hacker News API at Algolia, feeds and JSON lines, written for these tests."""

import json
from collections.abc import Mapping, Sequence


def story_hit(number: int, title: str, **more: object) -> dict[str, object]:
    """A story as the API gives it."""
    hit: dict[str, object] = {
        "objectID": str(number),
        "title": title,
        "url": f"https://example.org/{number}",
        "author": "ada",
        "points": 10,
        "num_comments": 2,
        "created_at": "2025-06-01T12:00:00Z",
        "created_at_i": 1748779200,
        "story_id": number,
        "updated_at": "2025-06-02T00:00:00Z",
        "_tags": ["story", "author_ada", f"story_{number}"],
        "_highlightResult": {"title": {"value": title, "matchLevel": "none", "matchedWords": []}},
    }
    return {**hit, **more}


def comment_hit(number: int, text: str, story: int, parent: int | None = None) -> dict[str, object]:
    """A comment as the API gives it."""
    return {
        "objectID": str(number),
        "author": "bob",
        "comment_text": text,
        "created_at_i": 1748782800 + number,
        "story_id": story,
        "parent_id": parent or story,
        "points": None,
        "story_title": "A story",
        "_tags": ["comment", "author_bob", f"story_{story}"],
    }


def page(hits: Sequence[Mapping[str, object]], pages: int = 1, found: int | None = None) -> bytes:
    """A page of hits."""
    envelope = {"hits": hits, "nbHits": found or len(hits), "nbPages": pages, "page": 0, "hitsPerPage": 100}
    return json.dumps({**envelope, "exhaustiveNbHits": True, "query": "", "params": ""}).encode()


RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>The &lt;b&gt;Daily&lt;/b&gt; Feed</title><link>https://example.org/</link>
<item><title>Otters &amp;amp; rivers</title><link>https://example.org/otters</link><guid isPermaLink="false">17</guid>
<dc:creator>Cleo</dc:creator><pubDate>Mon, 02 Jun 2025 10:00:00 +0200</pubDate><category>nature</category>
<category>water</category><description>Short.</description><slash:comments>4</slash:comments>
<content:encoded><![CDATA[<p>Otters <b>swim</b>.</p><p>They float.</p><script>no()</script>]]></content:encoded></item>
<item><title>No date</title><guid>https://example.org/undated</guid></item>
<item><description>neither title nor link</description></item>
</channel></rss>"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Atoms</title><id>urn:feed</id><updated>2025-06-03T00:00:00Z</updated>
<entry><title type="html">Quarks &lt;i&gt;explained&lt;/i&gt;</title><id>tag:example.org,2025:quarks</id>
<link href="https://example.org/quarks"/><author><name>Dora</name></author><updated>2025-06-03T08:00:00Z</updated>
<summary>Six flavours.</summary></entry></feed>"""


def lines(*records: object) -> bytes:
    """JSON lines; bytes are written as they are."""
    return b"".join((item if isinstance(item, bytes) else json.dumps(item).encode()) + b"\n" for item in records)
