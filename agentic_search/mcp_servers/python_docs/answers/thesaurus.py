"""Knows what Python calls the things that people ask for, where docstrings share no word with the question."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concept:
    """Applies to a question with a word of `asked` and, where given, one of `about`."""

    asked: str
    called: str
    about: str = ""


ASYNCHRONOUS = "async asyncio await awaitable awaitables coroutine coroutines task tasks"
TOGETHER = "all concurrent concurrently many multiple once parallel several simultaneously together"

CONCEPTS = (
    Concept(TOGETHER, "concurrently gather taskgroup tasks futures", about=ASYNCHRONOUS),
    Concept("limit maximum long deadline", "timeout", about="await time wait waiting seconds"),
    Concept("pause delay", "sleep"),
    Concept("blocking", "to_thread run_in_executor", about=ASYNCHRONOUS),
    Concept("compare difference differences changes", "diff", about="text texts lines sequences strings files"),
    Concept("pick choose select", "choice", about="random randomly"),
    Concept(
        "elapsed duration fast long slow speed benchmark takes", "timeit", about="time measure code execution runs"
    ),
    Concept("command program process", "subprocess", about="execute external launch run shell start"),
    Concept("download fetch", "urlopen request", about="url page web http file"),
    Concept("memoize memoise remember cached", "cache lru_cache"),
    Concept("immutable unchangeable readonly", "frozen"),
    Concept("frequency frequencies occurrences often", "counter tally"),
    Concept("wildcard wildcards", "glob fnmatch"),
    Concept("serialise serialize dump", "dumps pickle json"),
    Concept("deserialise deserialize", "loads pickle json"),
    Concept("hash checksum fingerprint md5 sha sha1 sha256 sha512", "digest hashlib file_digest"),
    Concept("password passwords passphrase", "secrets cryptographically token", about="generate random create new"),
    Concept("sort order sorted", "sorted itemgetter", about="dict dicts dictionary dictionaries attribute attributes"),
    Concept("read", "reader"),
    Concept("write", "writer"),
    Concept("delete deleted erase", "removed"),
    Concept("read load", "read_text open", about="file files"),
    Concept("folder folders", "directory"),
    Concept("erase remove delete", "rmtree unlink", about="file files folder directory tree"),
    Concept("config configuration settings ini", "configparser", about="file files ini read parse"),
    Concept("average", "mean"),
    Concept("combine concatenate", "join"),
    Concept("stub fake", "mock", about="test tests testing unittest"),
    Concept("ignore swallow", "suppress", about="exception exceptions error errors"),
    Concept("timezone timezones tz", "zoneinfo tzinfo"),
)


def expansion(words: Collection[str]) -> Iterator[str]:
    """Further words to search for, for a question of these words in lower case."""
    for concept in CONCEPTS:
        about = concept.about.split()
        if _share(concept.asked.split(), words) and (not about or _share(about, words)):
            yield from concept.called.split()


def _share(some: Collection[str], others: Collection[str]) -> bool:
    return any(word in others for word in some)
