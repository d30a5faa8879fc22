"""The Atom feed of a standing question (RFC 4287): one entry for each run that found something new."""

import hashlib
import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from agentic_search.schedules.schedule import ScheduledRun, ScheduleSummary
from agentic_search.schedules.telling import headline

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, escaped or not."""


def feed_of(schedule: ScheduleSummary, runs: Sequence[ScheduledRun], base: str) -> bytes:
    """The feed, of runs that found something new, newest first; `base` is the service's URL without a last slash."""
    root = Element("feed", {"xmlns": _ATOM})
    _text(root, "id", f"urn:agentic-search:schedule:{schedule.id}")
    _text(root, "title", schedule.title)
    _text(root, "subtitle", f"What is new: {schedule.query}")
    _text(root, "updated", (runs[0].ended_at if runs else None) or schedule.created_at)
    SubElement(root, "link", {"rel": "self", "type": MEDIA_TYPE, "href": f"{base}{schedule.feed}"})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/?thread={schedule.thread_id}"})
    _text(SubElement(root, "author"), "name", "agentic-search")
    _text(root, "generator", "agentic-search")
    for run in runs:
        entry = SubElement(root, "entry")
        _text(entry, "id", f"urn:agentic-search:run:{run.run_id}")
        _text(entry, "title", f"{schedule.title}: {headline(run.news, schedule.zone)}" if run.news else schedule.title)
        _text(entry, "updated", run.ended_at or run.asked_at)
        _text(entry, "published", run.ended_at or run.asked_at)
        SubElement(
            entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/?thread={schedule.thread_id}"}
        )
        _text(entry, "content", run.answer or "").set("type", "text")
    return tostring(root, encoding="utf-8", xml_declaration=True)


def etag_of(feed: bytes) -> str:
    """By which a reader asks whether it has changed."""
    return f'"{hashlib.sha256(feed).hexdigest()[:32]}"'


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _NOT_XML.sub("\ufffd", text)
    return element
