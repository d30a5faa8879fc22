"""python server.py: the service at http://localhost:8023."""

import gc
import signal
import sys


def start() -> None:
    """Serve until told to stop; where the packages are missing, say what sets them up."""
    if sys.version_info < (3, 11):
        sys.exit(f"agentic-search needs Python 3.11 or newer, this is {sys.version.split()[0]}: run `make run`.")
    # Until the service listens for signals itself, Ctrl-C ends the process as SIGTERM does: raised as KeyboardInterrupt
    # in the middle of an import it would be a traceback, or lost where a library catches everything.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Importing makes half a million objects that stay: looking for garbage among them takes a tenth of the start.
    gc.disable()
    # Importing httpx loads its command line with rich and pygments, where these are installed: 7 MB that nobody needs.
    sys.modules["httpx._main"] = None  # pyright: ignore[reportArgumentType] - Python takes it for "not there"
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
