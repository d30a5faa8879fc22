"""Names of models: the service itself, those that model servers have, and `offline` for none."""

from agentic_search.api.protocols.openai.schemas import OpenAIModelEntry
from agentic_search.domain.query import OFFLINE
from agentic_search.errors import NotFound
from agentic_search.models.choice import ModelChoice

SERVICE = "agentic-search"
"""Whatever model is configured, or the best there is; none where there is none."""
_OWNER = "agentic-search"


async def listed_models(models: ModelChoice) -> tuple[OpenAIModelEntry, ...]:
    """Every name that a request may give as `model`, the service's own first."""
    report = await models.report()
    usable = (model.name for model in report.models if model.usable)
    return tuple(OpenAIModelEntry(id=name, owned_by=_OWNER) for name in (SERVICE, *usable, OFFLINE))


async def find_model(models: ModelChoice, name: str) -> OpenAIModelEntry:
    """The model of this name, which may lack `:latest`; raises NotFound."""
    listed = await listed_models(models)
    wanted = {name.lower(), f"{name}:latest".lower()}
    for model in listed:
        if model.id.lower() in wanted:
            return model
    names = ", ".join(model.id for model in listed[:10])
    raise NotFound(f"There is no model {name[:200]!r} here. Give one of those that GET /v1/models lists: {names}.")


async def asked_model(models: ModelChoice, name: str) -> str | None:
    """What a query says for this name; raises NotFound."""
    found = (await find_model(models, name)).id
    return None if found == SERVICE else found
