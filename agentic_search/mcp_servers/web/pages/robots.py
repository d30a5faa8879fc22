"""What a site's robots.txt lets programs read, by RFC 9309: groups of rules, of which the longest that fits decides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from yarl import URL

MOST_BYTES = 500 * 1024
"""Of a robots.txt; RFC 9309 asks for at least as much."""
MOST_RULES = 5_000
LONGEST_DELAY = 10.0
"""Seconds between two requests that a site may ask for."""
_UNSAFE = re.compile(r"[^!-~]")

Group: TypeAlias = tuple[set[str], list["PathRule"], list[float]]
"""Names of programs, rules, delays."""


@dataclass(frozen=True, slots=True)
class PathRule:
    """One line: a path, in which `*` is anything and `$` at its end the end."""

    allows: bool
    pattern: str

    def fits(self, path: str) -> bool:
        """Whether the path begins like this; takes no more than linear time for each part between stars."""
        anchored = self.pattern.endswith("$")
        first, *others = self.pattern.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        last = others.pop() if anchored and others else None
        for part in others:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if last is not None:
            return path.endswith(last) and len(path) - len(last) >= at
        return not anchored or at == len(path)


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What holds for one program at one site."""

    rules: tuple[PathRule, ...] = ()
    delay: float = 0.0
    """Seconds between two requests."""

    @classmethod
    def read(cls, text: str, product: str) -> "SiteRules":
        """The groups that name the product, or else those for everybody."""
        groups = _groups(text)
        chosen = [group for group in groups if product in group[0]] or [group for group in groups if "*" in group[0]]
        rules = [rule for _, rules, _ in chosen for rule in rules]
        delays = [delay for *_, delays in chosen for delay in delays]
        return cls(tuple(rules[:MOST_RULES]), min(max(delays, default=0.0), LONGEST_DELAY))

    def allows(self, url: URL) -> bool:
        """Whether the page may be read; of rules of one length that allow and forbid, the one that allows."""
        path = _normal(url.raw_path_qs or "/")
        fitting = [(len(rule.pattern), rule.allows) for rule in self.rules if rule.fits(path)]
        return max(fitting, default=(0, True))[1]


EVERYTHING = SiteRules()
NOTHING = SiteRules((PathRule(allows=False, pattern="/"),))


def _groups(text: str) -> Sequence[Group]:
    groups = list[Group]()
    naming = False
    for line in text.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not naming:
                groups.append((set(), [], []))
            groups[-1][0].add(value.lower().partition("/")[0].strip())
            naming = True
        elif groups:
            naming = naming and key not in {"allow", "disallow", "crawl-delay"}
            _add(groups[-1], key, value)
    return groups


def _add(group: Group, key: str, value: str) -> None:
    if key in {"allow", "disallow"} and value:
        group[1].append(PathRule(key == "allow", _normal(value)))
    elif key == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", value):
        group[2].append(float(value))


def _normal(path: str) -> str:
    """With all that is not printable ASCII as per cent signs, as browsers send it."""
    return _UNSAFE.sub(lambda found: quote(found[0]), path)
