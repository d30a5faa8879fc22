"""A program that tells what it is given, and ends with a status when its standard input does.

python -m tests.support.forking.sample STATUS
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Tell, wait and end."""
    given = {"arguments": sys.argv[1:], "folder": str(Path.cwd()), "environment": dict(os.environ), "pid": os.getpid()}
    print(json.dumps(given), flush=True)
    sys.stdin.read()
    sys.exit(int(sys.argv[1]))


if __name__ == "__main__":
    main()
