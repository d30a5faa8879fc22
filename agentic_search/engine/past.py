"""What a run has told already: it goes on from its beginning in another process, and nothing is told twice."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from agentic_search.events import facts
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact

_Key: TypeAlias = tuple[object, ...]
"""A fact's kind, then the task or the number that it is of."""
_OF_TASKS = frozenset(
    kind.model_fields["kind"].default
    for kind in (
        facts.PlanTask,
        facts.SourcesFound,
        facts.TaskStarted,
        facts.TaskProgress,
        facts.TaskRetrying,
        facts.TaskCompleted,
        facts.TaskFailed,
        facts.TaskSkipped,
        facts.ApprovalNeeded,
        facts.ApprovalGiven,
        facts.ApprovalDenied,
    )
)
_OF_DRAFT = frozenset(
    kind.model_fields["kind"].default for kind in (facts.PlanStarted, facts.PlanMended, facts.ModelWaiting)
)
_ANSWER = (facts.AnswerStarted, facts.AnswerDelta, facts.AnswerBlock, facts.SupportByWords)
"""An answer that was not finished is written anew."""


class Past:
    """The facts of a run until its process died."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._told: Counter[_Key] = Counter()
        self._accepted: set[str] = set()
        """The ids of tasks of plans that were accepted."""
        self._drafted = False
        for event in events:
            self._add(event.fact)

    @property
    def in_draft(self) -> bool:
        """Somebody had begun to plan, and the plan was not accepted yet."""
        return self._drafted

    def drop_draft(self) -> None:
        """What was told of a draft is void: it is planned anew."""
        self._drafted = False
        kept = {key: count for key, count in self._told.items() if not self._is_of_draft(key)}
        self._told = Counter(kept)

    def has(self, fact: Fact) -> bool:
        """Whether it was told; each that was told counts once."""
        key = _key(fact)
        if self._told[key] <= 0:
            return False
        self._told[key] -= 1
        return True

    def _add(self, fact: Fact) -> None:
        match fact:
            case facts.PlanStarted():
                self._drafted = True
            case facts.PlanReady(plan=plan):
                self._drafted = False
                self._accepted = {task.id for task in plan.tasks}
            case facts.PlanFallback():
                self.drop_draft()
            case _:
                pass
        if not isinstance(fact, _ANSWER):
            self._told[_key(fact)] += 1

    def _is_of_draft(self, key: _Key) -> bool:
        kind, of = key[0], key[1] if len(key) > 1 else ""
        return of not in self._accepted if kind in _OF_TASKS else kind in _OF_DRAFT


def _key(fact: Fact) -> _Key:
    """Equal for a fact and for the same one, told once more: times and what was spent differ."""
    match fact:
        case facts.PlanTask(task=task):
            return fact.kind, task.id
        case facts.SourcesFound(task_id=task_id):
            return fact.kind, task_id
        case facts.TaskProgress(id=task_id, progress=progress):
            return fact.kind, task_id, progress
        case facts.TaskStarted(id=task_id, attempt=attempt) | facts.TaskRetrying(id=task_id, attempt=attempt):
            return fact.kind, task_id, attempt
        case facts.TaskCompleted(id=task_id) | facts.TaskFailed(id=task_id) | facts.TaskSkipped(id=task_id):
            return fact.kind, task_id
        case facts.ApprovalNeeded(id=task_id, question=question):
            return fact.kind, task_id, question
        case facts.ApprovalGiven(id=task_id) | facts.ApprovalDenied(id=task_id):
            return fact.kind, task_id
        case facts.PlanStarted(round=number) | facts.PlanReady(round=number):
            return fact.kind, number
        case facts.ExecutionStarted(round=number) | facts.ExecutionCompleted(round=number):
            return fact.kind, number
        case _:
            return (fact.kind,)
