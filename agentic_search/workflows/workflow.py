"""A saved plan as data: what it is called, what it asks for, and its tasks as they were written."""

from typing import Annotated

from pydantic import Field

from agentic_search.domain.data import Frozen, JsonObject

QUESTION = "query"
"""The input that every workflow has without declaring it: the question of the request."""


class Workflow(Frozen):
    """One workflow file that could be read; its tasks are checked when it runs, against the tools there are then."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=200)]
    """What requests call it."""

    description: str = ""
    """What it does, for people."""

    inputs: dict[str, JsonObject] = Field(default_factory=dict[str, JsonObject])
    """A JSON Schema for each input, by its name; one without a `default` must be given."""

    tasks: list[JsonObject]
    """The tasks of a plan."""

    @property
    def plan(self) -> JsonObject:
        """The plan as JSON, not yet checked."""
        return {"tasks": [*self.tasks]}


class WorkflowEntry(Frozen):
    """One workflow in a list."""

    name: str
    """What requests call it."""

    description: str = ""
    """What it does, for people."""

    inputs: JsonObject = Field(default_factory=dict)
    """JSON Schema of the object that it is given."""

    error: str | None = None
    """Why it cannot be used, and what to do."""
