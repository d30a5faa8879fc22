"""Makes the messages that ask a model for a plan, packed to its context.

The system message is the same for every question over the same tools, and says also how answers are written where one
model does both: a model server that keeps the prefix of the call before evaluates only what is new. The question and
examples made for it come last. Tools, what their servers say, and the question are data, and fenced so.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from agentic_search.conversation.shown import as_said, shown_turns
from agentic_search.domain.answer import Turn
from agentic_search.domain.approval.policy import STRICT, ApprovalRules
from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.errors import ContextOverflow
from agentic_search.models.budget import TokenEstimate, pack
from agentic_search.models.chat import Message, without_control_tokens
from agentic_search.planning.model.asking import PlanPrompt, PromptNeeds, as_written
from agentic_search.planning.model.form import simple_form
from agentic_search.planning.model.shortlist import by_usefulness
from agentic_search.planning.model.tool_line import ASKS, signature
from agentic_search.text.sentences import shortened

MOST_TOOLS = 40
"""More than these confuse a model and slow its grammar, whatever its context."""

_MOST_TOKENS = 4_000
"""Of a first prompt, whatever the context: without a GPU a model reads some fifty a second."""
_LEAST_FOR_TOOLS = 1_000
"""Tokens that tools may take beside a question which alone fills that."""
_MOST_FOR_TURNS = 600
"""Tokens for what was said before."""
_FEW_FOR_TURNS = 150
"""The same for a small model."""
_FENCES = 60
"""Tokens for the marks around data and for notes."""
_EXAMPLES = 300
"""Tokens that all examples may take."""
_LONGEST_INSTRUCTIONS = 120
"""Characters of what a server says of itself."""

_PLANS = "You plan calls of search tools that gather what is needed to answer a question."
_PLANS_AND_ANSWERS = (
    "You help to answer a question with search tools. You are asked either for a plan of tool calls, or for the answer."
)
_ASKS_RULE = f"Tools marked {ASKS} wait for the user's approval: choose one only where no other can do it."
_ASK = "Write the plan for this question as JSON on one line"
_SHAPE = """: an object with the field "tasks", a list. Each task in it is an object whose one field has the name of a \
tool, and as its value an object with the arguments of the tool."""
_JSON_ONLY = "Write the JSON object alone, with no other text and no code fence around it."
_SIMPLER = "Write a simpler plan as JSON: one to %d calls that stand alone, with values from the question"


def planning_prompt(
    query: str,
    tools: Sequence[Tool],
    needs: PromptNeeds,
    *,
    examples: Sequence[Plan] = (),
    said: str = "",
    earlier: Sequence[Turn] = (),
    several_rounds: bool = False,
    instructions: Mapping[str, str] | None = None,
    approval: ApprovalRules = STRICT,
) -> PlanPrompt:
    """The prompt for a first draft; where tools have to be left out, those of least use for the question.

    `examples` are shown as far as there is room, and as the tools in them are shown.
    `query` stands by itself; where the user `said` something else, which leaves its subject to the `earlier` turns,
    both are shown, and of these turns what a quarter of the room holds.
    With `several_rounds` a third of what tools may take is left free for what later rounds add to the prompt.
    `instructions` are what servers say of themselves, by server. Tools that wait by the rules of `approval` are marked.
    Raises ContextOverflow where not even one tool fits beside the question.
    """
    head = "\n\n".join(filter(None, (_role(needs), needs.answer_rules, needs.form.rules)))
    question = _fenced("question", as_said(query, said))
    tokens = needs.budget.tokens
    spent = tokens.texts((head, question, _SHAPE)) + _FENCES
    free = min(needs.budget.prompt - spent, max(_MOST_TOKENS - spent, _LEAST_FOR_TOOLS))
    conversation = shown_turns(earlier, query, _room_for_turns(free, needs), tokens).text
    free -= tokens.count(conversation)
    examples_room = min(_EXAMPLES, max(0, free) // 4)
    room = free - examples_room
    lines = _ToolLines(needs.form.linked, instructions or {}, approval, tokens)
    shown = lines.shortlist(query, tools, room * 2 // 3 if several_rounds else room)
    if not shown:
        raise ContextOverflow(
            f"the question and one tool do not fit a context of {needs.budget.num_ctx} tokens; "
            "ask shorter or raise AGENTIC_SEARCH_NUM_CTX"
        )
    names = {tool.name for tool in shown}
    left_out = tuple(tool.name for tool in tools if tool.name not in names)
    notes = [f"{len(left_out)} other tools, less like the question, are not listed."] if left_out else []
    if any(map(lines.asks, shown)):
        notes.append(_ASKS_RULE)
    system = "\n".join((head, _fenced("tools", lines.listed(shown)), *notes))
    fitting = [plan for plan in examples if all(task.tool in names for task in plan.tasks)]
    asked = _asking(_ASK, _written(fitting, examples_room, tokens), needs)
    user = "\n".join(filter(None, (conversation, question, asked)))
    return PlanPrompt((Message("system", system), Message("user", user)), shown, left_out)


def _room_for_turns(free: int, needs: PromptNeeds) -> int:
    """Tokens for what was said before; a small model loses the question in more than a little."""
    return min(max(0, free) // 4, _MOST_FOR_TURNS if needs.form.linked else _FEW_FOR_TURNS)


def correction(prompt: PlanPrompt, draft: str, complaints: Sequence[str], needs: PromptNeeds) -> PlanPrompt:
    """The same conversation with the refused draft, what is wrong with it, as far as there is room, and a simpler wish.

    Nothing before is changed, so that a model server evaluates only what is added.
    """
    asked = [f"- {complaint}" for complaint in complaints]
    tokens = needs.budget.tokens
    room = needs.budget.prompt - tokens.texts(each.content for each in prompt.messages) - 2 * _FENCES
    fitting = pack(["\n".join(asked[:1]), draft, *asked[1:]], room, tokens)
    kept = [asked[0]] + [asked[index - 1] for index in fitting if index > 1]
    wish = _asking(_SIMPLER % simple_form(needs.form.most_tasks).most_tasks, (), needs)
    drafted = (Message("assistant", draft),) if 1 in fitting else ()
    again = Message("user", "\n".join(("This plan was refused:", *kept, wish)))
    return PlanPrompt((*prompt.messages, *drafted, again), prompt.shown, prompt.left_out)


def _role(needs: PromptNeeds) -> str:
    return _PLANS_AND_ANSWERS if needs.answer_rules else _PLANS


def _asking(wish: str, examples: Sequence[str], needs: PromptNeeds) -> str:
    """The wish, the shape of what is wished for, by examples where there are any, and what else to mind."""
    told = wish
    if examples:
        told += ", in the form of these examples" if len(examples) > 1 else ", in the form of this example"
        told = "\n".join((f"{told}:", *examples))
    elif not needs.has_grammar:
        told += _SHAPE
    else:
        told += "."
    return told if needs.has_grammar else f"{told}\n{_JSON_ONLY}"


def _written(examples: Sequence[Plan], room: int, tokens: TokenEstimate) -> list[str]:
    texts = [without_control_tokens(as_written(plan.tasks)) for plan in examples]
    return [texts[index] for index in pack(texts, room, tokens)]


class _ToolLines:
    """The tools as they are listed: a line each, and one before the first of a server that says what it is."""

    def __init__(
        self, linked: bool, instructions: Mapping[str, str], approval: ApprovalRules, tokens: TokenEstimate
    ) -> None:
        self._linked = linked
        self._approval = approval
        self._tokens = tokens
        self._servers = {
            server: f"# {server}: {said}"
            for server, text in instructions.items()
            if (said := shortened(text, _LONGEST_INSTRUCTIONS))
        }

    def asks(self, tool: Tool) -> bool:
        """Whether it is marked as one that waits for approval."""
        return self._approval.why_waits(tool) is not None

    def listed(self, tools: Sequence[Tool]) -> str:
        return "\n".join(self._lines(tools))

    def shortlist(self, query: str, tools: Sequence[Tool], room: int) -> tuple[Tool, ...]:
        """The tools that fit, in the order given: all, or those of most use."""
        if len(tools) <= MOST_TOOLS and self._tokens.texts(self._lines(tools)) <= room:
            return tuple(tools)
        names: set[str] = set()
        servers: set[str] = set()
        for tool in islice(by_usefulness(query, tools), MOST_TOOLS):
            # Each server's own line is spent with the first of its tools.
            said = () if tool.server in servers else (self._servers.get(tool.server, ""),)
            cost = self._tokens.texts((self._line(tool), *said))
            if cost <= room:
                room -= cost
                names.add(tool.name)
                servers.add(tool.server)
        return tuple(tool for tool in tools if tool.name in names)

    def _lines(self, tools: Sequence[Tool]) -> Iterator[str]:
        told: set[str] = set()
        for tool in tools:
            if tool.server in self._servers and tool.server not in told:
                told.add(tool.server)
                yield self._servers[tool.server]
            yield self._line(tool)

    def _line(self, tool: Tool) -> str:
        return signature(tool, linked=self._linked, asks=self.asks(tool))


def _fenced(name: str, text: str) -> str:
    """The text between marks that it cannot close itself, unable to pass for a message of its own."""
    return f"<{name}>\n{without_control_tokens(text).replace(f'</{name}', f'< /{name}')}\n</{name}>"
