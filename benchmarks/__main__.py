"""Runs the benchmarks, each in a process of its own.

    python -m benchmarks [--only NAME | --quality] [--data FOLDER] [--out FOLDER] [options of the benchmark]

The data folder holds evaluation sets, one folder each (asynchow, scifact, xquad_en, metatool …); what needs one is left
out without it. The out folder gets NAME.md and NAME.json of each that succeeded.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

BETTER_WITH_DATA = {"makespan": "asynchow"}
NEED_DATA = {
    "retrieval": "scifact",
    "extractive_answers": "xquad_en",
    "offline_planning": "metatool",
    "support": "xquad_en",
}
ALL = {
    **dict.fromkeys(("makespan", "scheduler_cost", "speedup", "against"), "scheduling"),
    **dict.fromkeys(("parallel", "overhead", "start", "runs_at_once", "history", "told", "workers"), "searches"),
    **dict.fromkeys(("with_model", "start_while_planning", "where_work_runs", "many_servers", "preview"), "searches"),
    **dict.fromkeys(("under_attack", "kept_runs", "soak"), "hostile"),
    **dict.fromkeys(("user_questions", "languages", *NEED_DATA), "quality"),
}
"""Each benchmark and the folder that it is in."""


def main() -> int:
    """Run what was asked for; the exit status is that of the last that failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=list(ALL), help="run this one")
    parser.add_argument("--quality", action="store_true", help="run those that measure answers and plans, not time")
    parser.add_argument("--data", type=Path, help="folder of evaluation sets")
    parser.add_argument("--out", type=Path, help="folder for the figures, as Markdown and JSON")
    given, more = parser.parse_known_args()
    status = 0
    wanted = [name for name, folder in ALL.items() if folder == "quality" or not given.quality]
    for name in [given.only] if given.only else wanted:
        print(f"## {name}\n", flush=True)
        needed = {**BETTER_WITH_DATA, **NEED_DATA}.get(name)
        has_data = needed is not None and given.data is not None and (given.data / needed).is_dir()
        if name in NEED_DATA and not has_data:
            print(f"left out: it needs --data FOLDER with a folder {needed!r} in it\n", flush=True)
            continue
        began = time.perf_counter()
        status = run(name, [*(["--data", str(given.data)] if has_data else []), *more], given.out) or status
        print(f"\ntook {time.perf_counter() - began:.0f} s\n", flush=True)
    return status


def run(name: str, arguments: list[str], out: Path | None) -> int:
    """Run one, showing its lines as they come and keeping them in `out`; its exit status."""
    command = [sys.executable, "-m", f"benchmarks.{ALL[name]}.{name}", *arguments]
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if out is not None and process.returncode == 0:
        keep(name, lines, out)
    return process.returncode


def keep(name: str, lines: list[str], out: Path) -> None:
    """Write NAME.md and NAME.json; the report's line of JSON is recognised by its beginning."""
    figures = [line for line in lines if line.startswith('{"benchmark": ')]
    text = "".join(line for line in lines if line not in figures).strip()
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.md").write_text(f"## {name}\n\n{text}\n", encoding="utf-8")
    (out / f"{name}.json").write_text("".join(figures), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
