"""The form that all domain data has: frozen, closed, and plain JSON when written down."""

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue

JsonObject: TypeAlias = dict[str, JsonValue]


class Frozen(BaseModel):
    """Data that never changes once made and takes no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")
