"""Every route has a scope that somebody has decided on, and a route that has none needs an administrator."""

from collections.abc import Iterator
from typing import Any

from starlette.routing import BaseRoute, Mount, Route

from agentic_search.api.access.needs import NEEDS, documented, need_of, open_routes, template_of
from agentic_search.api.app import create_app
from agentic_search.settings import Settings

LOOKED_AT = {"HEAD", "OPTIONS"}
"""Methods that are answered as another one is."""


def walked(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers too."""
    for route in routes:
        inner: Any = getattr(route, "original_router", None)
        if inner is not None:
            yield from walked(inner.routes)
        elif isinstance(route, Mount):
            yield "GET", f"{route.path}/{{path:path}}"
        elif isinstance(route, Route):
            yield from ((method, route.path) for method in (route.methods or set[str]()) - LOOKED_AT)
        else:
            raise AssertionError(f"{route} is of a kind that nobody has thought of: say what it needs")


def test_every_route_of_the_application_has_a_scope() -> None:
    app = create_app(Settings())
    routes = set(walked(app.routes))
    assert len(routes) > 40
    missing = [route for route in routes if route[0] not in NEEDS.get(route[1], {})]
    assert not missing, f"say in agentic_search/api/access/needs.py what these need: {missing}"
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            assert ("security" in operation) is bool(documented(method.upper(), path)), path


def test_open_to_anybody_is_what_is_listed_here_and_nothing_else() -> None:
    assert set(open_routes()) == {
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/"),
        ("GET", "/static/{path:path}"),
        ("GET", "/opensearch.xml"),
        ("GET", "/llms.txt"),
        ("GET", "/docs"),
        ("GET", "/docs/{name}.md"),
        ("GET", "/docs/{name}"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("GET", "/sign-in/provider"),
        ("GET", "/sign-in/callback"),
        ("POST", "/sign-out"),
        ("GET", "/session"),
        ("POST", "/session"),
        ("DELETE", "/session"),
        ("GET", "/servers/sign-in/callback"),
    }


def test_what_nobody_has_thought_of_needs_an_administrator() -> None:
    for method, path in [("GET", "/debug"), ("POST", "/runs"), ("TRACE", "/health"), ("GET", "/health/x"), ("GET", "")]:
        assert need_of(method, template_of(path)) == "admin", path


def test_a_path_is_of_one_route_however_it_is_written() -> None:
    assert template_of("/runs/3f2a") == "/runs/{run_id}"
    assert template_of("/servers/sign-in/callback") == "/servers/sign-in/callback"
    assert template_of("/servers/lab/sign-in") == "/servers/{name}/sign-in"
    assert template_of("/static/js/main.js") == "/static/{path:path}"
    for odd in ("//runs", "/RUNS", "/runs/", "/runs/a/b", "/static", "/health/", "/../keys", "/%2e/keys"):
        assert need_of("GET", template_of(odd)) == "admin", odd
