"""`agentic-search` as a module that imports all that its commands need: a fork of a process that has, starts at once.

TYPED and TOLD are files that stand for its standard input and its standard error.
"""

import os

import agentic_search.cli.chat
import agentic_search.cli.importing
import agentic_search.cli.plans
import agentic_search.doctor.examination
from agentic_search.cli.program import main

_ = agentic_search.cli.chat, agentic_search.cli.importing, agentic_search.cli.plans, agentic_search.doctor.examination

if __name__ == "__main__":
    os.dup2(os.open(os.environ.pop("TYPED"), os.O_RDONLY), 0)
    os.dup2(os.open(os.environ.pop("TOLD"), os.O_WRONLY | os.O_CREAT), 2)
    main()
