"""Reads stories and comments from JSON lines or a JSON array; bad ones are reported by number."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.report import ImportReport, complaints
from agentic_search.mcp_servers.stories.moments import parse_moment

BATCH = 1_000


def _name(value: object) -> object:
    """Numbers may name items too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _moment(value: object) -> object:
    return parse_moment(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _tags(value: object) -> object:
    """A list, or one text with commas."""
    return [tag.strip() for tag in value.split(",") if tag.strip()] if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_name), Field(min_length=1)]


class StoryLine(BaseModel):
    """One line: the fields that are read, each under its names. Other fields are ignored."""

    id: Annotated[Name, Field(validation_alias=AliasChoices("id", "objectID"))]
    type: Literal["story", "comment"] = "story"
    title: str | None = None
    url: str | None = None
    author: Annotated[str | None, Field(validation_alias=AliasChoices("author", "by"))] = None
    points: Annotated[int | None, Field(validation_alias=AliasChoices("points", "score"))] = None
    created_at: Annotated[int | None, BeforeValidator(_moment)] = None
    tags: Annotated[tuple[str, ...] | None, BeforeValidator(_tags)] = None
    text: str | None = None
    num_comments: int | None = None
    parent: Name | None = None
    story: Annotated[Name | None, Field(validation_alias=AliasChoices("story", "story_id"))] = None
    source: str | None = None

    @model_validator(mode="after")
    def _is_placed(self) -> Self:
        """A story needs a title, a comment a parent."""
        if self.type == "story" and not (self.title or "").strip():
            raise ValueError("a story needs a title")
        if self.type == "comment" and not (self.parent or self.story):
            raise ValueError("a comment needs a parent")
        return self


def read_array(values: Sequence[object], name: str, report: ImportReport) -> Iterator[list[Item]]:
    """The objects of a JSON array, as if each were a line; a bad one is reported with its number."""
    items: list[Item] = []
    for number, value in enumerate(values, 1):
        try:
            items.append(_item(StoryLine.model_validate(value), name))
        except ValidationError as error:
            report.errors.append(f"{name}, item {number}: {complaints(error)}")
    yield items


def read_jsonl(data: bytes, name: str, report: ImportReport) -> Iterator[list[Item]]:
    """Lists of at most a thousand. Empty lines are skipped."""
    batch: list[Item] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            batch.append(_item(StoryLine.model_validate_json(line), name))
        except ValidationError as error:
            report.errors.append(f"{name}, line {number}: {complaints(error)}")
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _item(line: StoryLine, name: str) -> Item:
    """Text with tags or entities in it is taken for HTML."""
    text = None if line.text is None else html_to_text(line.text)
    return Item(**line.model_copy(update={"source": line.source or name, "text": text}).model_dump())
