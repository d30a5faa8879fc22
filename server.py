"""python server.py: the service at http://localhost:8023."""

import gc

if __name__ == "__main__":
    # Importing makes half a million objects that stay: looking for garbage among them takes a tenth of the start.
    gc.disable()
    from agentic_search.serve import main

    gc.freeze()
    gc.enable()
    main()
