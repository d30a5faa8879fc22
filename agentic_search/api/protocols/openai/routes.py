"""/v1/chat/completions and /v1/models: a search by OpenAI's clients, whole or streamed, and the names of models."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches, ServiceDep
from agentic_search.api.openapi import events, problems, shows
from agentic_search.api.protocols.leaving import LEFT, RunStream, ended_unless_left, need_answer
from agentic_search.api.protocols.openai.chat import ChatChunks, as_completion, seconds
from agentic_search.api.protocols.openai.models import asked_model, find_model, listed_models
from agentic_search.api.protocols.openai.request import ChatRequest
from agentic_search.api.protocols.openai.schemas import ChatCompletion, OpenAIModelEntry, OpenAIModelList
from agentic_search.plain_json import json_bytes
from agentic_search.runs.service import SearchService

router = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=JsonRoute)

DONE = b"data: [DONE]\n\n"
_NAMES = ("agentic-search", "qwen3:8b", "offline")
_MODELS = OpenAIModelList(data=tuple(OpenAIModelEntry(id=name, owned_by="agentic-search") for name in _NAMES))
_COMPLETION = as_completion(examples.RUN, "agentic-search", sources_in_text=False)
_CHUNKS = events('data: {"object": "chat.completion.chunk", …}\n\n', of_run=False)


@router.get("/models", responses=shows(_MODELS))
async def list_openai_models(service: ServiceDep) -> OpenAIModelList:
    """The names that requests may give as `model`: `agentic-search` takes the configured one, `offline` none."""
    return OpenAIModelList(data=await listed_models(service.models))


@router.get("/models/{model:path}", responses={**shows(_MODELS.data[0]), **problems(404)})
async def get_openai_model(model: str, service: ServiceDep) -> OpenAIModelEntry:
    """One of them."""
    return await find_model(service.models, model)


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={
        200: {
            "description": "The whole answer, or with `stream` its chunks as they come",
            "content": {"application/json": {"example": _COMPLETION.model_dump()}, **_CHUNKS},
        },
        **problems(400, 404, 502, 503, 504),
    },
)
async def create_chat_completion(
    asked: ChatRequest, request: Request, service: ServiceDep, searches: Searches
) -> Response:
    """Search, by a client of OpenAI's API.

    The last message is the question. The thinking steps are `reasoning_content`, the sources `annotations`. A caller
    that leaves stops the search. Tools that may change something are skipped, but for those that
    `agentic_search.approve` names.
    """
    started = await searches.start(asked.as_query(await asked_model(service.models, asked.model)))
    if asked.stream:
        include_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        chunks = ChatChunks(
            started.id,
            asked.model,
            seconds((await searches.get(started.id)).created_at),
            include_usage=include_usage,
            sources_in_text=asked.agentic_search.sources_in_text,
        )
        return RunStream(_streamed(searches, started.id, chunks), run_id=started.id, stop=searches)
    run = await ended_unless_left(request, searches, started.id)
    if run is None:
        return Response(status_code=LEFT)
    completion = as_completion(need_answer(run), asked.model, sources_in_text=asked.agentic_search.sources_in_text)
    return Response(completion.model_dump_json(), media_type="application/json")


async def _streamed(searches: SearchService, run_id: str, chunks: ChatChunks) -> AsyncIterator[bytes]:
    async for come in searches.follow(run_id):
        for event in come:
            for chunk in chunks.of(event):
                yield b"data: %s\n\n" % json_bytes(chunk)
    yield DONE
