"""The service as a module that imports all of it: a fork of a process that has imported this starts at once."""

import agentic_search.graph.build
import agentic_search.serve
from server import start

_ = agentic_search.serve, agentic_search.graph.build

if __name__ == "__main__":
    start()
