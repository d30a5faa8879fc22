"""The form that all domain data has: frozen, closed, and plain JSON when written down."""

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue, SkipValidation

JsonObject: TypeAlias = dict[str, JsonValue]
AnyJson: TypeAlias = SkipValidation[JsonValue]
"""JSON of any size that was read already: to check it again copies all of it."""
AnyJsonObjects: TypeAlias = tuple[SkipValidation[JsonObject], ...]


class Frozen(BaseModel):
    """Data that never changes once made and takes no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")
