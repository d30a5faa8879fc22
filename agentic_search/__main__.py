"""`python -m agentic_search`: the same as `agentic-search`, also where the package is not installed."""

from agentic_search.cli.program import main

if __name__ == "__main__":
    main()
