"""python server.py: the service at http://localhost:8023."""

from agentic_search.serve import main

if __name__ == "__main__":
    main()
