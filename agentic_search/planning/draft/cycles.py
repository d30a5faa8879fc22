"""Who waits for whom flows in; the rings in which tasks wait for each other flow out, each named once."""

from collections.abc import Iterator, Mapping, Sequence


def cycles(needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Each ring as the ids along it, the first again at the end: `("t1", "t2", "t1")`.

    `needs` gives the ids that each id waits for, all of them keys too. Rings are disjoint: an id is named in one
    at most, so the work and the text stay linear in the size of the plan.
    """
    seen: set[str] = set()
    for root in needs:
        yield from _cycles_from(root, needs, seen)


def _cycles_from(root: str, needs: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[tuple[str, ...]]:
    if root in seen:
        return
    seen.add(root)
    path = {root: iter(needs[root])}
    while path:
        task_id = next(reversed(path))
        onward = next((other for other in path[task_id] if other in path or other not in seen), None)
        if onward is None:
            del path[task_id]
        elif onward in path:
            ids = list(path)
            ring = ids[ids.index(onward) :]
            yield (*ring, onward)
            for member in ring:
                del path[member]
        else:
            seen.add(onward)
            path[onward] = iter(needs[onward])
