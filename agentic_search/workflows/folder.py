"""A folder of workflow files: lists them, and gives the workflow of a name, always as the files are now."""

from collections.abc import Iterator
from pathlib import Path

from agentic_search.domain.limits import DEFAULT_PLAN_LIMITS, PlanLimits
from agentic_search.domain.query import Query
from agentic_search.errors import NotFound, PlanRefused, WrongState
from agentic_search.files import write_whole
from agentic_search.planning.ladder import GivenPlanner
from agentic_search.text.naming import did_you_mean
from agentic_search.workflows.inputs import filled_inputs, schema_of
from agentic_search.workflows.reading import BadWorkflow, read_workflow
from agentic_search.workflows.workflow import Workflow, WorkflowEntry

_ENDINGS = {".yaml", ".yml"}


class WorkflowFolder:
    """Reads files anew each time: a few milliseconds, and an edited file counts at once. It may be missing."""

    def __init__(self, path: Path, limits: PlanLimits = DEFAULT_PLAN_LIMITS) -> None:
        self.path = path
        self._limits = limits

    def __repr__(self) -> str:
        return f"WorkflowFolder({str(self.path)!r})"

    def list(self) -> tuple[WorkflowEntry, ...]:
        """Every workflow by name, also those that cannot be used, and why."""
        return tuple(_entry(name, found) for name, found in sorted(self._by_name().items()))

    def get(self, name: str) -> Workflow:
        """The workflow; raises NotFound, or PlanRefused with every complaint about its file."""
        by_name = self._by_name()
        if name not in by_name:
            names = did_you_mean(name, by_name) or f"; there are: {', '.join(sorted(by_name)) or 'none'}"
            raise NotFound(f"There is no workflow {name!r} in {self.path}{names}")
        found = _only(by_name[name])
        if isinstance(found, BadWorkflow):
            raise PlanRefused(found.complaints)
        return found

    def save(self, name: str, text: str, *, replace: bool) -> WorkflowEntry:
        """Write a workflow's file; raises WrongState where the name is taken, PlanRefused for what cannot be read."""
        path = self.path / f"{name}.yaml"
        taken = name in self._by_name()
        if (taken or path.exists()) and not (replace and path.exists()):
            hint = " Give 'replace': true to write it anew." if path.exists() else ""
            raise WrongState(f"There is a workflow {name!r} already: choose another name.{hint}")
        try:
            read_workflow(text, stem=name, limits=self._limits)
            write_whole(path, text.encode())
        except BadWorkflow as problem:
            raise PlanRefused(problem.complaints) from problem
        except OSError as problem:
            told = f"The workflow cannot be written to {path}: {problem.strerror}. See AGENTIC_SEARCH_WORKFLOWS."
            raise WrongState(told) from problem
        return _entry(name, {path.name: _read(path, self._limits)})

    def planner(self, query: Query) -> GivenPlanner:
        """The planner that gives the plan of the query's workflow, with its inputs; raises NotFound or PlanRefused."""
        workflow = self.get(query.workflow or "")
        inputs = filled_inputs(workflow, query.inputs, question=query.query, check_seconds=self._limits.check_seconds)
        return GivenPlanner(workflow.plan, self._limits, inputs=inputs)

    def _by_name(self) -> dict[str, dict[str, Workflow | BadWorkflow]]:
        """What the files of each name hold, by the files' own names."""
        by_name: dict[str, dict[str, Workflow | BadWorkflow]] = {}
        for path in self._files():
            found = _read(path, self._limits)
            by_name.setdefault(found.name, {})[path.name] = found
        return by_name

    def _files(self) -> Iterator[Path]:
        if self.path.is_dir():
            yield from sorted(path for path in self.path.iterdir() if path.suffix in _ENDINGS and path.is_file())


def _read(path: Path, limits: PlanLimits) -> Workflow | BadWorkflow:
    try:
        return read_workflow(path.read_text(encoding="utf-8"), stem=path.stem, limits=limits)
    except BadWorkflow as problem:
        return BadWorkflow(problem.name, tuple(f"{path.name}: {complaint}" for complaint in problem.complaints))
    except UnicodeDecodeError as problem:
        return BadWorkflow(path.stem, (f"{path.name}: it is no UTF-8 text: {problem.reason} at byte {problem.start}",))
    except OSError as problem:
        return BadWorkflow(path.stem, (f"{path.name}: it cannot be read: {problem.strerror}",))


def _only(files: dict[str, Workflow | BadWorkflow]) -> Workflow | BadWorkflow:
    """What stands for one name, if one file alone has it."""
    first = next(iter(files.values()))
    if len(files) == 1:
        return first
    return BadWorkflow(
        first.name, (f"{len(files)} files have the name {first.name!r}: {', '.join(files)}; rename one",)
    )


def _entry(name: str, files: dict[str, Workflow | BadWorkflow]) -> WorkflowEntry:
    match _only(files):
        case BadWorkflow() as problem:
            return WorkflowEntry(name=name, error=str(problem))
        case workflow:
            return WorkflowEntry(name=name, description=workflow.description, inputs=schema_of(workflow.inputs))
