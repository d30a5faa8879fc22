"""What goes wrong between a program and a service: the service's own word for it, or that nothing answers."""

from agentic_search.api.schemas import Problem
from agentic_search.errors import AgenticSearchError

_OURS = "urn:agentic-search:"


class ServiceProblem(AgenticSearchError):
    """The service refused a request, or could not carry it out; `problem` is what it said."""

    def __init__(self, problem: Problem, *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds after which to ask again, where the service said."""
        fields = [f"{each.field}: {each.message}" for each in problem.errors or ()]
        super().__init__("\n  ".join([problem.detail, *fields]))
        self.problem = problem
        self.code = problem.type.removeprefix(_OURS)
        self.status = problem.status
        self.retry_after = retry_after


class NoService(AgenticSearchError):
    """Nothing answers at the service's address, or something else does."""

    code = "no_service"
