"""What somebody asks: the question and how they want it answered."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from agentic_search.domain.answer import Turn
from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.outcome import Outcome, ToolResult
from agentic_search.domain.plan import LONGEST_TOOL_NAME, Plan, Task

LONGEST_QUERY = 8_000
LONGEST_INSTRUCTIONS = 8_000
CUT_MARK = "\n[…]"
"""The end of instructions of which only the first part was taken."""
MOST_TOOL_GLOBS = 1_000
OFFLINE = "offline"
"""The model name that means: use no language model."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def as_long_as_may_be(instructions: str) -> str:
    """Instructions of a client that knows no bound of theirs, often with much that was retrieved: the first part."""
    instructions = instructions.strip()
    if len(instructions) <= LONGEST_INSTRUCTIONS:
        return instructions
    return instructions[: LONGEST_INSTRUCTIONS - len(CUT_MARK)] + CUT_MARK


AnswerLength: TypeAlias = Literal["short", "normal", "long"]
ToolGlobs: TypeAlias = Annotated[
    tuple[Annotated[str, Field(max_length=LONGEST_TOOL_NAME)], ...], Field(max_length=MOST_TOOL_GLOBS)
]
"""Each is compared with the name of each tool, and a long one takes quadratic time to read."""


ModelName: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Instructions: TypeAlias = Annotated[str, Field(max_length=LONGEST_INSTRUCTIONS), AfterValidator(str.strip)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=86_400)]


class TraceContext(Frozen):
    """What a caller does, in the form of the W3C's trace context, for those who record what is done for it."""

    traceparent: Annotated[str, Field(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
    """Its trace, and the span in it."""

    tracestate: Annotated[str, Field(max_length=2_000)] = ""
    """What tracing systems on the way have added."""


class Query(Frozen):
    """One question to the service."""

    query: Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY), AfterValidator(_not_blank)]
    """The question, in the user's words: 1 to 8,000 characters, not blank."""

    thread_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    """The conversation to continue; null begins a new one."""

    instructions: Instructions = ""
    """What the asker wants of the answer, for a model that writes it: its language, length, tone and layout."""

    tools: ToolGlobs | None = None
    """Globs over tool names that may be used; null allows all, an empty list none."""

    model: ModelName | None = None
    """The writer's model for this run, or `offline` for none; null takes the configured one."""

    plan: Plan | None = None
    """Run this plan instead of having one made."""

    workflow: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Run the saved plan of this name instead of having one made."""

    inputs: JsonObject = Field(default_factory=dict)
    """What the workflow is given, by the names it declares; its plan reads them as `${inputs.name}`."""

    deadline: Seconds | None = None
    """Seconds from the start until tasks that still run are cancelled and the answer is made from what arrived."""

    rounds: Annotated[int, Field(ge=1, le=10)] = 1
    """Planning rounds at most: 1 plans once; with more the planner sees the outcomes and may add tasks, or stop."""

    batch: bool = False
    """Nobody waits for it: tool calls of other runs go first."""

    approve: ToolGlobs = ()
    """Globs over tool names that may run without asking, though they do not only read."""

    ask_first: bool = False
    """Have what may change something wait for approval also in a plan or workflow that the request brings."""

    preview: bool | None = None
    """Show quotations while a model works; null takes the configured one."""

    plan_only: bool = False
    """Stop when the plan is made, and call nothing: POST /runs/{id}/start goes on."""

    trace: TraceContext | None = None
    """What the run belongs to where runs are traced; a `traceparent` header of the request goes before it."""

    @property
    def brings_a_plan(self) -> bool:
        """Whether there is nothing to plan."""
        return self.plan is not None or self.workflow is not None

    @model_validator(mode="after")
    def _one_plan(self) -> Self:
        if self.plan is not None and self.workflow is not None:
            raise ValueError("give either 'plan' or 'workflow', not both")
        if self.inputs and self.workflow is None:
            raise ValueError("'inputs' are for a 'workflow': name one, or write the values into the question")
        if self.rounds > 1 and self.brings_a_plan:
            raise ValueError("'rounds' above 1 are for plans that are made: leave it out beside 'plan' or 'workflow'")
        return self


class StandingQuery(Query):
    """A question that is asked again on a schedule, while nobody is there: each time by itself, and looked up anew."""

    schedule_id: str
    """The standing question's id."""


class ConversationQuery(Query):
    """A question with its conversation so far, as its caller keeps it: that of a program that sends all of it."""

    turns: tuple[Turn, ...]
    """What was asked and answered before, oldest first: in the place of what its thread has."""


class ContinuedQuery(Query):
    """A question that goes on from an earlier run: with its plan, and those of its outcomes that are kept."""

    of: str
    """The earlier run's id."""

    understood: str
    """The question as that run took it: by itself, also where it is a follow-up."""

    filled_inputs: JsonObject | None = None
    """What the plan's references to `inputs` read."""

    kept: dict[str, Outcome] = Field(default_factory=dict[str, Outcome])
    """Outcomes by the ids of their tasks, which are not called again."""

    done: dict[str, dict[int, ToolResult]] = Field(default_factory=dict[str, dict[int, ToolResult]])
    """What single calls of tasks over a list gave, by task and element, where the others are to be made again."""

    servers: dict[str, str] = Field(default_factory=dict[str, str])
    """The servers that kept tasks have called, by the tasks' ids."""

    length: AnswerLength = "normal"
    """How long the answer is to be, where a model writes it."""

    def tasks(self, *, kept: bool) -> tuple[Task, ...]:
        """The plan's tasks that are kept, or those that are to run."""
        return tuple(task for task in self.plan.tasks if (task.id in self.kept) is kept) if self.plan else ()
