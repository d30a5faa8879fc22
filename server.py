"""python server.py: the service at http://localhost:8023."""

import gc
import sys


def start() -> None:
    """Serve until told to stop; where the packages are missing, say what sets them up."""
    if sys.version_info < (3, 11):
        sys.exit(f"agentic-search needs Python 3.11 or newer, this is {sys.version.split()[0]}: run `make run`.")
    # Importing makes half a million objects that stay: looking for garbage among them takes a tenth of the start.
    gc.disable()
    try:
        from agentic_search.serve import main
    except ImportError as problem:
        if (problem.name or "").startswith("agentic_search"):
            raise
        sys.exit(f"The packages are not set up ({problem}): run `make run`, which does that and starts the service.")
    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    start()
