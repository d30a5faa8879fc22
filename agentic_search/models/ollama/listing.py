"""What an Ollama says of its models, as it comes over HTTP, and what follows: which can be used, which is the best."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, JsonValue

from agentic_search.models.chat import ModelInfo

COMFORTABLE_PARAMETERS = 16e9
"""The largest model that a laptop with 16 GB of memory runs at reading speed in 4 bits a weight."""

IN_CLOUD = "It runs on ollama.com: every prompt would leave this machine."

_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_SIZE = re.compile(r"(?:(\d+)x)?(\d+(?:\.\d+)?)([KMBT]?)", re.IGNORECASE)
_CLOUD_SUFFIXES = (":cloud", "-cloud")
_EMBEDDING_FAMILIES = ("bert", "embed")


class _OllamaBody(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class ListedDetails(_OllamaBody):
    """The `details` of a model."""

    family: str | None = None
    parameter_size: str | None = None
    context_length: int | None = None


class ListedModel(_OllamaBody):
    """One model of GET /api/tags. Ollama before 0.30 tells no capabilities and no context here."""

    name: str
    digest: str = ""
    details: ListedDetails = ListedDetails()
    capabilities: tuple[str, ...] | None = None
    remote_host: str = ""
    """Set when the model only stands for one that runs elsewhere."""

    @property
    def needs_show(self) -> bool:
        """Whether only POST /api/show tells all that we must know."""
        return self.capabilities is None or self.details.context_length is None


class Tags(_OllamaBody):
    """The body of GET /api/tags."""

    models: tuple[ListedModel, ...] | None = None


class LoadedModel(_OllamaBody):
    """One model of GET /api/ps. Older Ollamas tell no context here."""

    name: str
    context_length: int | None = None


class LoadedModels(_OllamaBody):
    """The body of GET /api/ps."""

    models: tuple[LoadedModel, ...] | None = None


class ShownModel(_OllamaBody):
    """The body of POST /api/show. Ollama before 0.6.4 tells no capabilities here either."""

    capabilities: tuple[str, ...] | None = None
    model_info: dict[str, JsonValue] | None = None

    @property
    def context_length(self) -> int | None:
        """The longest context the model was made for, in tokens."""
        info = self.model_info or {}
        value = info.get(f"{info.get('general.architecture')}.context_length")
        return value if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class OllamaModelInfo:
    """A model as the rest of the program sees it, and what decides how it is called."""

    info: ModelInfo
    family: str
    parameters: float
    """How many; 0 where Ollama does not say."""


def describe(listed: ListedModel, shown: ShownModel | None, *, in_cloud: bool) -> OllamaModelInfo:
    """One model from what Ollama says of it; `in_cloud`: this Ollama is ollama.com, chosen by the operator."""
    family = (listed.details.family or "").lower()
    capabilities = _capabilities(listed, shown, family)
    reason = _why_not(listed, capabilities, in_cloud=in_cloud)
    size = listed.details.parameter_size or ""
    info = ModelInfo(
        name=listed.name,
        size=size,
        context=listed.details.context_length or (shown.context_length if shown else None),
        capabilities=capabilities,
        usable=reason is None,
        reason=reason,
    )
    return OllamaModelInfo(info, family, parameters(size))


def _capabilities(listed: ListedModel, shown: ShownModel | None, family: str) -> tuple[str, ...]:
    told = listed.capabilities if listed.capabilities is not None else (shown and shown.capabilities)
    if told is not None:
        return told
    embeds = any(mark in family for mark in _EMBEDDING_FAMILIES)
    return ("embedding",) if embeds else ("completion",)


def _why_not(listed: ListedModel, capabilities: Sequence[str], *, in_cloud: bool) -> str | None:
    if not in_cloud and (listed.remote_host or runs_in_cloud(listed.name)):
        return IN_CLOUD
    if "completion" not in capabilities:
        return f"It cannot chat; it can: {', '.join(capabilities) or 'nothing that Ollama tells'}."
    return None


def runs_in_cloud(name: str) -> bool:
    """Whether Ollama passes prompts for a model of this name on to ollama.com, listed or not."""
    return name.lower().endswith(_CLOUD_SUFFIXES)


def parameters(size: str) -> float:
    """`8.2B`, `943K`, `8x7B` as a number; 0 for anything else."""
    match = _SIZE.fullmatch(size.strip())
    if match is None:
        return 0.0
    experts, number, unit = match.groups()
    return int(experts or 1) * float(number) * _UNITS[unit.upper()]


def find(name: str, found: Sequence[OllamaModelInfo]) -> OllamaModelInfo | None:
    """The model of that name, which may lack `:latest` and, as for Ollama, differ in case."""
    wanted = {name.lower(), f"{name}:latest".lower()}
    return next((one for one in found if one.info.name.lower() in wanted), None)


def best(found: Sequence[OllamaModelInfo]) -> OllamaModelInfo | None:
    """The model to take when none is named: the largest comfortable one, else the smallest there is.

    More parameters write better plans, but a model beyond a laptop's memory answers in minutes. Of two equals the
    name first in the alphabet wins, so that the same models always give the same choice.
    """
    usable = sorted((one for one in found if one.info.usable), key=lambda one: one.info.name)
    comfortable = [one for one in usable if one.parameters <= COMFORTABLE_PARAMETERS]
    if comfortable:
        return max(comfortable, key=lambda one: one.parameters)
    return min(usable, key=lambda one: one.parameters, default=None)
