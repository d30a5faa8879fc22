"""The page of the documentation that shows the description of the API, by Swagger UI: what the page loads.

Swagger UI's files come with the package fastapi-swagger, of which nothing is imported.
"""

from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

from agentic_search.api.page.files import PageFile

PAGE = "reference"
"""The page's name."""
_SCRIPT = Path(__file__).with_name("reference.js")
_OF_SWAGGER_UI = ("swagger-ui.css", "swagger-ui-bundle.js")
_PLACE = (
    '<div id="reference" data-description="{description}"{more}><p>The description is being loaded.</p></div>'
    '<script src="swagger-ui-bundle.js"></script><script src="reference.js"></script>'
)
SHEET = "swagger-ui.css"


def reference_paths() -> dict[str, Path]:
    """The files that the page loads beside those of every page, by name."""
    package = find_spec("fastapi_swagger")
    assert package is not None and package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0]) / "resources"
    return {**{name: folder / name for name in _OF_SWAGGER_UI}, _SCRIPT.name: _SCRIPT}


@cache
def reference_files() -> dict[str, PageFile]:
    """The same, as they are sent."""
    return {name: PageFile.of(name, path.read_bytes()) for name, path in reference_paths().items()}


def place_of_reference(description: str, *, sign_in: str | None) -> str:
    """What stands below the page's text. `description`: where that of the API is; `sign_in`: where a browser signs in.

    Without a `sign_in` it is read only: nobody answers there.
    """
    more = f' data-sign-in="{escape(sign_in)}"' if sign_in is not None else ""
    return _PLACE.format(description=escape(description), more=more)
