"""Full-text search over questions and answers: by stems of words, on SQLite's index and on that of Postgres alike.

A run is found by part of its question, and where each word that is looked for stands in its question or its answer, in
any form; the last word may be the beginning of one.
"""

from itertools import islice

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
)

from agentic_search.database import tables
from agentic_search.database.tables import storable
from agentic_search.text.folding import normal
from agentic_search.text.lexicon import stems

_LONGEST = 40_000
"""Characters of an answer that are searched."""
_MOST_WORDS = 32
"""Words that are looked for."""
_LONGEST_WORD = 100


def folded(query: str) -> str:
    """The text in one form of all that are found alike."""
    return storable(normal(query).casefold())


def add(connection: Connection, number: int, query: str, answer: str) -> None:
    """Have a run found by the words of its question and its answer."""
    found = [word[:_LONGEST_WORD] for word in stems(storable(f"{query}\n{answer[:_LONGEST]}"))]
    if connection.dialect.name == "sqlite":
        connection.execute(insert(tables.words), {"rowid": number, "words": " ".join(found)})
    else:
        connection.execute(tables.ADD_WORDS, {"run": number, "words": sorted(set(found))})


def remove(connection: Connection, numbers: list[int]) -> None:
    """Have runs found no more; on Postgres their words go with their rows."""
    if connection.dialect.name == "sqlite":
        connection.execute(delete(tables.words).where(tables.words.c.rowid.in_(numbers)))


def matches(wanted: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether a run is found by what is looked for."""
    part = contains(tables.runs.c.folded, wanted, dialect)
    found = [word[:_LONGEST_WORD] for word in islice(stems(storable(wanted[:_LONGEST])), _MOST_WORDS)]
    if not found:
        return part
    if dialect.name == "sqlite":
        expression = " ".join(f'"{word}"' for word in found) + "*"
        chosen = select(tables.words.c.rowid).where(text("history_words MATCH :words").bindparams(words=expression))
        return or_(part, tables.runs.c.number.in_(chosen))
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in found]
    expression = " & ".join(quoted) + ":*"
    chosen = select(literal_column("run", BigInteger)).select_from(text("history_words"))
    wanted_words = text("words @@ CAST(:words AS tsquery)").bindparams(words=expression)
    return or_(part, tables.runs.c.number.in_(chosen.where(wanted_words)))


def contains(column: ColumnElement[str], wanted: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether a folded column has what is looked for as a part; no character of it means anything else."""
    position = func.instr if dialect.name == "sqlite" else func.strpos
    return position(column, folded(wanted)) > 0
