"""python server.py: the service at http://localhost:8023."""

import gc

if __name__ == "__main__":
    # Importing makes half a million objects that stay: looking for garbage among them takes a tenth of the start.
    gc.disable()
    from agentic_search.serve import main

    gc.freeze()
    # A search makes thousands of objects and soon drops them:
    # looking for garbage at every 700 costs a tenth.
    gc.set_threshold(5_000, 20, 10)
    gc.enable()
    main()
