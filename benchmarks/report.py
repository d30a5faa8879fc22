"""Prints the figures of a benchmark, as a Markdown table and a line of JSON; and statistics that several need."""

import json
import statistics
from collections.abc import Mapping, Sequence


def print_report(name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print the rows, which all have the same columns."""
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(_cell(row[column]) for column in columns) + " |")
    print("\n" + json.dumps({"benchmark": name, "rows": list(rows)}))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
