"""What the tools give back; each model is also the tool's output schema."""

from pydantic import BaseModel, ConfigDict


class WebResultForm(BaseModel):
    """The form of all of them."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class WebHit(WebResultForm):
    """A page that a search engine found."""

    title: str
    url: str
    """The page's address: to cite, and to read by read_page."""
    text: str
    """What the search engine shows of it."""
    date: str | None = None
    """When it was published, where the engine says so."""
    engine: str
    """Which search engine found it; several with commas."""


class WebHits(WebResultForm):
    """What a search found, best first."""

    results: list[WebHit]
    note: str | None = None
    """What to know before relying on it."""


class WebPageText(WebResultForm):
    """A part of a page."""

    title: str
    url: str
    """Where the page is, after redirects."""
    text: str
    author: str | None
    date: str | None
    """When it was published or changed, as in 2026-11-28."""
    site: str | None
    """What the site calls itself."""
    offset: int
    """Characters before this part."""
    total: int
    """Characters of the whole page."""
    next_offset: int | None
    """Where the next part begins; null at the end."""
    note: str | None = None


class WikipediaArticle(WebResultForm):
    """The beginning of an article."""

    title: str
    url: str
    text: str
    """Its introduction."""
    description: str | None
    """What it is about, in a few words."""
    date: str | None
    """When the article was last changed."""


class WikipediaArticles(WebResultForm):
    """What Wikipedia found, best first."""

    results: list[WikipediaArticle]
    note: str | None = None
