"""The journal of one run: its finished steps, written into the database beside its events."""

import logging
from collections.abc import Mapping
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from agentic_search.events.journal import step_key
from agentic_search.history.recorder import Recorder

_Step = TypeVar("_Step")
logger = logging.getLogger(__name__)


class RunJournal:
    """The journal of one run, in the database beside its events."""

    def __init__(self, recorder: Recorder, run_id: str, before: Mapping[str, JsonValue]) -> None:
        """`before`: the steps that were finished in a process that died, by their names."""
        self._recorder = recorder
        self._run_id = run_id
        self._before = dict(before)

    def get(self, name: str, kind: TypeAdapter[_Step]) -> _Step | None:
        """What the step gave, where it was finished before; each is asked for once."""
        if name not in self._before:
            return None
        try:
            return kind.validate_python(self._before.pop(name))
        except ValidationError:  # another version of the service has written it
            logger.exception("a step of run %s cannot be read: it is made again", self._run_id)
            return None

    def put(self, name: str, step: object) -> None:
        """A step is finished."""
        self._recorder.add_step(self._run_id, name, step)

    async def kept(self) -> None:
        """Wait until all is kept that was put; where no other process can have the run, no longer than a moment."""
        await self._recorder.surely_written()

    def key(self, step: str) -> str:
        """The same in whatever process the run goes on."""
        return step_key(self._run_id, step)
