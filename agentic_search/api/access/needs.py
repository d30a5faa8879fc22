"""What each route needs, in one table: a key with a scope, or nothing. A route that is not in it needs `admin`.

A test walks through every route of the application, and the description of the API, and finds each of them here.
"""

import re
from collections.abc import Iterator, Mapping

from starlette.routing import compile_path

from agentic_search.setting_values.scopes import Scope

OPEN = None
"""Anybody may: it says nothing of anybody's, or asks for a proof of its own."""

NEEDS: Mapping[str, Mapping[str, Scope | None]] = {
    # Alive, and the page: what it loads before somebody has signed in.
    "/health": {"GET": OPEN},
    "/ready": {"GET": OPEN},
    "/": {"GET": OPEN},
    "/opensearch.xml": {"GET": OPEN},
    "/static/{path:path}": {"GET": OPEN},
    "/llms.txt": {"GET": OPEN},
    "/docs": {"GET": OPEN},
    "/docs/{name}.md": {"GET": OPEN},
    "/docs/{name}": {"GET": OPEN},
    "/sign-in": {"GET": OPEN, "POST": OPEN},
    "/sign-in/provider": {"GET": OPEN},
    "/sign-in/callback": {"GET": OPEN},
    "/sign-out": {"POST": OPEN},
    "/session": {"GET": OPEN, "POST": OPEN, "DELETE": OPEN},
    # It takes nothing but what this very browser was given, and comes from another site, which no cookie of ours does.
    "/servers/sign-in/callback": {"GET": OPEN},
    # Runs.
    "/search": {"POST": "search"},
    "/runs": {"GET": "read"},
    "/runs/{run_id}": {"GET": "read", "DELETE": "search"},
    "/runs/{run_id}/events": {"GET": "read"},
    "/runs/{run_id}/tasks/{task_id}": {"GET": "read"},
    "/runs/{run_id}/tasks/{task_id}/approve": {"POST": "approve"},
    "/runs/{run_id}/tasks/{task_id}/deny": {"POST": "approve"},
    "/runs/{run_id}/cancel": {"POST": "search"},
    "/runs/{run_id}/restore": {"POST": "search"},
    "/runs/{run_id}/retry": {"POST": "search"},
    "/runs/{run_id}/synthesize": {"POST": "search"},
    "/runs/{run_id}/start": {"POST": "search"},
    "/runs/{run_id}/export": {"GET": "read"},
    "/runs/{run_id}/replay": {"GET": "read"},
    # A workflow is everybody's, and runs what it names.
    "/runs/{run_id}/workflow": {"POST": "admin"},
    "/threads": {"GET": "read"},
    "/threads/{thread_id}": {"GET": "read", "PATCH": "search", "DELETE": "search"},
    "/threads/{thread_id}/runs": {"GET": "read"},
    "/threads/{thread_id}/restore": {"POST": "search"},
    "/schedules": {"GET": "read", "POST": "search"},
    "/schedules/{schedule_id}": {"GET": "read", "PATCH": "search", "DELETE": "search"},
    "/schedules/{schedule_id}/ask": {"POST": "search"},
    "/schedules/{schedule_id}/feed": {"GET": "read"},
    # What is dropped on the page is searched by everybody.
    "/documents": {"GET": "admin"},
    "/documents/{name}": {"PUT": "admin", "DELETE": "admin"},
    "/source": {"GET": "read"},
    # The service itself.
    "/tools": {"GET": "read"},
    "/servers": {"GET": "read"},
    "/models": {"GET": "read"},
    "/workflows": {"GET": "read"},
    "/openapi.json": {"GET": "read"},
    "/servers/{name}/inputs": {"POST": "admin"},
    "/servers/{name}/switch": {"POST": "admin"},
    "/servers/{name}/sign-in": {"GET": "admin", "DELETE": "admin"},
    "/models/pull": {"POST": "admin"},
    "/keys": {"GET": "admin", "POST": "admin"},
    "/keys/{key_id}": {"DELETE": "admin"},
    "/audit": {"GET": "admin"},
    "/metrics": {"GET": "admin"},
    # What the service's other protocols offer.
    "/v1/chat/completions": {"POST": "search"},
    "/v1/responses": {"POST": "search"},
    "/v1/responses/{response_id}": {"GET": "read", "DELETE": "search"},
    "/v1/responses/{response_id}/cancel": {"POST": "search"},
    "/v1/models": {"GET": "read"},
    "/v1/models/{model:path}": {"GET": "read"},
    "/mcp": {"GET": "search", "POST": "search", "DELETE": "search"},
    "/ag-ui": {"POST": "search"},
}
SHOWS_EARLIER = frozenset(
    {
        ("POST", "/runs/{run_id}/restore"),
        ("POST", "/runs/{run_id}/retry"),
        ("POST", "/runs/{run_id}/synthesize"),
        ("POST", "/runs/{run_id}/start"),
        ("PATCH", "/threads/{thread_id}"),
        ("POST", "/threads/{thread_id}/restore"),
        ("PATCH", "/schedules/{schedule_id}"),
        ("POST", "/v1/responses/{response_id}/cancel"),
    }
)
"""What needs `read` as well, for its answer shows what was asked and found before."""
SIGNS_IN = frozenset({"/sign-in/callback"})
"""What changes something though it is a GET: browsers come back to it."""
_DESCRIBED = {template.replace(":path}", "}"): template for template in NEEDS}
_PATTERNS = tuple((template, compile_path(template)[0]) for template in NEEDS if "{" in template)


def template_of(path: str) -> str | None:
    """The row of the table that a request's path belongs to."""
    if path in NEEDS:
        return path
    return next((template for template, pattern in _PATTERNS if _matches(pattern, path)), None)


def need_of(method: str, template: str | None) -> Scope | None:
    """What a request needs; `admin` for everything that the table does not have."""
    return NEEDS.get(template or "", {}).get(method, "admin")


def needs_of(method: str, template: str | None) -> tuple[Scope, ...]:
    """All that a request needs: nothing, one scope, or one and `read`."""
    need = need_of(method, template)
    if need is None:
        return ()
    return (need, "read") if (method, template) in SHOWS_EARLIER else (need,)


def documented(method: str, path: str) -> tuple[Scope, ...]:
    """What a route needs, by its path in the API's description; raises KeyError for one that nobody has decided on."""
    template = _DESCRIBED[path]
    assert method in NEEDS[template]
    return needs_of(method, template)


def open_routes() -> Iterator[tuple[str, str]]:
    """Those for which no key is needed."""
    for path, methods in NEEDS.items():
        yield from ((method, path) for method, need in methods.items() if need is OPEN)


def _matches(pattern: re.Pattern[str], path: str) -> bool:
    return pattern.match(path) is not None
