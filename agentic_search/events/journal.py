"""What a run notes of its work, so that a run whose process dies goes on with it and does nothing twice."""

from typing import Protocol, TypeVar

from pydantic import TypeAdapter

_Step = TypeVar("_Step")


class Journal(Protocol):
    """The finished steps of one run, by their names."""

    def get(self, name: str, kind: TypeAdapter[_Step]) -> _Step | None:
        """What the step gave, where it was finished before the run went on in this process."""
        ...

    def put(self, name: str, step: object) -> None:
        """A step is finished; it is kept soon, in the order in which steps are put. Never blocks or raises."""
        ...

    async def kept(self) -> None:
        """Wait until all is kept that was put; where no other process can have the run, no longer than a moment."""
        ...


class NoJournal:
    """Of a run that ends with its process."""

    def get(self, name: str, kind: TypeAdapter[_Step]) -> _Step | None:
        """There is never anything."""
        return None

    def put(self, name: str, step: object) -> None:
        """Note nothing."""

    async def kept(self) -> None:
        """There is nothing to wait for."""
