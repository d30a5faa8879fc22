"""The settings that are tables: keys, named ways of calling a model, prices."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from agentic_search.setting_values.scopes import SCOPES, USUAL_RATE, USUAL_RUNS, Scope


class ConfiguredKey(BaseModel):
    """A key that may use the API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: SecretStr
    """At least 20 characters that nobody can guess."""

    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = SCOPES
    """What may be done with it; all, unless this says less."""

    rate: Annotated[int, Field(ge=1, le=1_000_000)] = USUAL_RATE
    """Requests a minute."""

    max_runs: Annotated[int, Field(ge=1, le=1_000_000)] = USUAL_RUNS
    """Runs of it that have not ended, at most."""


class ModelProfile(BaseModel):
    """A named way of calling a language model, for the tool `ask_model`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = ""
    """The model; empty takes the one that writes answers."""

    system: str = ""
    """The system prompt: what the model shall be."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """How freely it chooses its words; none takes the model's own."""

    max_tokens: Annotated[int, Field(ge=1, le=100_000)] = 1_024
    """Tokens of a reply at most."""


class ModelPrice(BaseModel):
    """What a million tokens of a model cost, in any one currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Annotated[float, Field(ge=0)]
    """Of what the model reads."""

    completion: Annotated[float, Field(ge=0)]
    """Of what it writes."""
