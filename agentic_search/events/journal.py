"""What a run notes of its work, so that a run whose process dies goes on with it and does nothing twice."""

import secrets
from hashlib import sha256
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

    def key(self, step: str) -> str:
        """A text that stands for this step of this run alone, in whatever process, for those who must tell it."""
        ...


class NoJournal:
    """Of a run that ends with its process."""

    def __init__(self) -> None:
        self._run = secrets.token_hex()

    def get(self, name: str, kind: TypeAdapter[_Step]) -> _Step | None:
        """There is never anything."""
        return None

    def put(self, name: str, step: object) -> None:
        """Note nothing."""

    async def kept(self) -> None:
        """There is nothing to wait for."""

    def key(self, step: str) -> str:
        """Of this process alone."""
        return step_key(self._run, step)


def step_key(run_id: str, step: str) -> str:
    """See Journal.key: nothing of the run can be read in it."""
    return sha256(f"{run_id} {step}".encode(errors="replace")).hexdigest()[:32]
