"""Runs the benchmarks, each in a process of its own: `python -m benchmarks [--only NAME] [--data FOLDER]`.

FOLDER holds evaluation sets, one folder each (scifact, xquad_en, metatool …); what needs one is left out without it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

NEED_NOTHING = ("parallel", "overhead", "start")
NEED_DATA = {"retrieval": "scifact", "extractive_answers": "xquad_en", "offline_planning": "metatool"}


def main() -> int:
    """Run what was asked for; the exit status is that of the first that failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=[*NEED_NOTHING, *NEED_DATA], help="run this one")
    parser.add_argument("--data", type=Path, help="folder of evaluation sets")
    given = parser.parse_args()
    status = 0
    for name in [given.only] if given.only else [*NEED_NOTHING, *NEED_DATA]:
        if name in NEED_DATA and (given.data is None or not (given.data / NEED_DATA[name]).is_dir()):
            print(
                f"## {name}\n\nleft out: it needs --data FOLDER with a folder {NEED_DATA[name]!r} in it\n", flush=True
            )
            continue
        print(f"## {name}\n", flush=True)
        more = ["--data", str(given.data)] if name in NEED_DATA else []
        status = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *more], check=False).returncode or status
        print(flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
