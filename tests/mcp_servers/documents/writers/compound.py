"""The container of Office files before 2007, of Outlook messages, and of files with a password: streams by name."""

import struct
from collections.abc import Mapping
from itertools import pairwise

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
NONE = 0xFFFFFFFF
SMALLEST = 4_096
"""Bytes from which a stream stands in sectors of its own; shorter ones are padded, so that none needs others."""


def make_compound(streams: Mapping[str, bytes]) -> bytes:
    """All in the root; each padded with zeros to 4,096 bytes at least."""
    bodies = [data.ljust(SMALLEST, b"\0") for data in streams.values()]
    sizes = [-(-len(body) // SECTOR) for body in bodies]
    entries = -(-(len(streams) + 1) // 4)
    tables = 1
    while tables * 128 < tables + entries + sum(sizes):
        tables += 1
    first = tables + entries
    chains = [FAT] * tables + _chain(tables, entries)
    starts = list[int]()
    for size in sizes:
        starts.append(first)
        chains += _chain(first, size)
        first += size
    chains += [FREE] * (tables * 128 - len(chains))
    fields = (0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, SMALLEST, END, 0, END, 0)
    header = MAGIC + bytes(16) + struct.pack("<5H6x9I", *fields)
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    written = [body.ljust(size * SECTOR, b"\0") for body, size in zip(bodies, sizes, strict=True)]
    table = struct.pack(f"<{len(chains)}I", *chains)
    return b"".join([header, table, _directory(list(streams), bodies, starts, entries), *written])


def _chain(first: int, size: int) -> list[int]:
    return [*range(first + 1, first + size), END] if size else []


def _directory(names: list[str], bodies: list[bytes], starts: list[int], sectors: int) -> bytes:
    """The root, and the streams as a list to the right: in the order that the format wants."""
    order = sorted(range(len(names)), key=lambda number: (len(names[number]), names[number].upper()))
    right = {number: after + 1 for number, after in pairwise(order)}
    written = _entry("Root Entry", 5, NONE, order[0] + 1, END, 0)
    for number, name in enumerate(names):
        written += _entry(name, 2, right.get(number, NONE), NONE, starts[number], len(bodies[number]))
    return written.ljust(sectors * SECTOR, b"\0")


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", written, len(written), kind, 1, NONE, right, child, start, size)
