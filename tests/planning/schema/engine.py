"""What a real engine makes of the grammar of plans, and whether the check accepts it as it is."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence

import httpx

from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.draft.check import check_added
from agentic_search.planning.draft.forms import as_task
from agentic_search.planning.schema.plan_schema import plan_schema

_PROMPTS = (
    "Plan: ",
    "Write JSON with references like ${t1.stories[0].id}, ${item.id} and for_each: ",
    '{"tasks":[{"a":{}},{"for_each":"${t1[*]}","b":{"id":"${item.id}","query":"${t1.title}"},"depends_on":["t1"]}]} ',
)


async def plans_on(
    url: str, tools: Sequence[Tool], seeds: Iterable[int], *, most_tasks: int = 4, earlier: Sequence[str] = ()
) -> AsyncIterator[tuple[str, str]]:
    """What a llama.cpp server at `url` writes under the grammar at high temperatures, and why it is refused, if it is.

    Texts that did not end within their tokens are left out.
    """
    schema = plan_schema(tools, OLLAMA_GRAMMAR, most_tasks=most_tasks, earlier=earlier)
    async with httpx.AsyncClient(base_url=url, timeout=None) as client:
        for seed in seeds:
            body = {
                "prompt": _PROMPTS[seed % len(_PROMPTS)],
                "json_schema": schema,
                "temperature": 0.8 + 0.7 * (seed % 8) / 7,
                "seed": seed,
                "n_predict": 600,
            }
            reply = (await client.post("/completion", json=body)).raise_for_status().json()
            if reply["stop_type"] != "limit":
                yield reply["content"], _refusal(reply["content"], tools, earlier)


def _refusal(text: str, tools: Sequence[Tool], earlier: Sequence[str]) -> str:
    try:
        check_added({"tasks": [as_task(task) for task in json.loads(text)["tasks"]]}, tools, earlier=earlier)
    except PlanRefused as refused:
        return str(refused)
    return ""
