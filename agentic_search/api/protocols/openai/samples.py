"""The examples of the routes below /v1, of the same run as all examples."""

from agentic_search.api import examples
from agentic_search.api.protocols.openai.chat import as_completion
from agentic_search.api.protocols.openai.responses.schemas import ID, ResponseReport, as_response
from agentic_search.api.protocols.openai.schemas import ListedModel, ListedModels

MODELS = ListedModels(
    data=tuple(ListedModel(id=name, owned_by="agentic-search") for name in ("agentic-search", "qwen3:8b", "offline"))
)
COMPLETION = as_completion(examples.RUN, "agentic-search", sources_in_text=False)
_HEAD = ResponseReport(id=ID + examples.RUN.id, created_at=COMPLETION.created, status="queued", model="agentic-search")
RESPONSE = as_response(examples.RUN, _HEAD)
