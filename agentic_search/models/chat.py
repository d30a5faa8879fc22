"""What every language model is to the rest of the program: it takes messages, and streams text, then one Finish."""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.cards.card import ModelCard
from agentic_search.models.embedding.embedding_model import EmbeddingModel

_ANY_FENCE = re.compile(r"<(?=\s*/?\s*(?:conversation|question|source|searche|tool)s?\b)", re.IGNORECASE)
"""Before the name of a part of a prompt."""
_CONTROL_TOKEN = re.compile(
    r"<(?=\|)|(?<=\|)>|<(?=/?(?:s|bos|eos|think|tool_call|tool_response|(?:start|end)_of_turn|im_start|im_end)>)|"
    r"\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\])|<(?=<SYS>>|</SYS>>)",
    re.IGNORECASE,
)
"""What chat templates part messages with: model servers read it as such in any text."""
SCHEMA_TEMPERATURE = 0.1
"""JSON wants the likeliest words; not 0, where some models fall into repeating themselves for ever."""
_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_SIZE = re.compile(r"(?:(\d+)x)?(\d+(?:\.\d+)?)([KMBT]?)", re.IGNORECASE)
_LOOKALIKES = {"<": "‹", ">": "›", "[": "［"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The last thing a stream gives: the model ended properly."""

    reason: Literal["stop", "length", "loop"]
    """`length`: it was cut at `max_tokens`; `loop`: its text repeated itself, and it was stopped."""
    usage: Usage
    """This call's tokens, as the model server counted them, or estimated where it was stopped; `model_calls` is 1."""


@dataclass(frozen=True, slots=True)
class Retracted:
    """All text that was given so far was a thought, as is known only now; what follows begins anew."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is generated yet, and why; without either the wait is over: the model has begun."""

    before: int = 0
    """How many requests must end before the model server takes this one."""
    loading: bool = False
    """The model server is loading the model."""


ModelOutput: TypeAlias = str | Waiting | Retracted | Finish
"""What a model's stream gives."""

UNTOLD_SLOTS = 8
"""Of a model server made for many users that does not say how many requests it works on at once."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """The program that runs a model, shared by all of its models and by all runs."""

    url: str
    """What it is known by."""
    slots: int
    """Requests that it works on at once; it would make more wait, and say nothing to them."""


@dataclass(frozen=True, slots=True)
class GrammarLimits:
    """How much of a JSON Schema a provider can hold a model to, and how large it may be before it costs time."""

    keywords: frozenset[str]
    """Which keywords that bound a value (`maxLength`, `pattern`, `minimum`, …) it honours; others are left out."""
    formats: frozenset[str]
    """The values of `format` that it honours."""
    typical_text: int
    """Characters of a text that its tool does not bound."""
    longest_text: int
    """Characters that the bound of any text may have."""
    most_repeats: int
    """How often the part of a pattern that has no end of its own may be repeated."""
    typical_list: int
    """Elements of a list that its tool does not bound."""
    longest_list: int
    """Elements that the bound of any list may have."""
    largest_integer: int
    """As far from zero as whole numbers go."""
    most_forms: int
    """Alternatives of one value."""
    most_choices: int
    """Values of one `enum`."""
    most_optional: int
    """Optional arguments of one object."""
    deepest: int
    """Objects and lists inside each other, in the arguments of one tool."""


class ChatModel(Protocol):
    """One model, ready to be called."""

    @property
    def name(self) -> str:
        """As its server names it."""
        ...

    @property
    def served_by(self) -> ModelServer:
        """What runs it."""
        ...

    @property
    def num_ctx(self) -> int:
        """Tokens of context that every call uses: prompt and reply together."""
        ...

    @property
    def parameters(self) -> float:
        """How many it has, as far as its server says: 8.2e9; 0 where that is not known."""
        ...

    @property
    def grammar(self) -> GrammarLimits | None:
        """The limits of the `schema` that calls may have; None where the server takes no schema."""
        ...

    @property
    def tokens(self) -> TokenEstimate:
        """What texts cost this model, as far as its calls have taught until now."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput, None]:
        """Generate: a Waiting whenever what it waits for changes, text as it comes, then one Finish.

        Of the text, thoughts and control tokens are left out.

        With `schema` the text is JSON constrained to it. `temperature`: none takes the model's own. Close
        the generator to stop the generation.
        Raises ModelUnavailable, ModelMissing, ModelInterrupted (no Finish came) or ContextOverflow, after which
        `tokens` and `num_ctx` are what the refusal has taught.
        """
        ...


SMALL = 3e9
"""Parameters below which a model is asked for less: it loses the thread in long prompts and in involved rules."""


def parameters_in(size: str) -> float:
    """`8.2B`, `943K`, `8x7B` as a number; 0 for anything else."""
    match = _SIZE.fullmatch(size.strip())
    if match is None:
        return 0.0
    experts, number, unit = match.groups()
    return int(experts or 1) * float(number) * _UNITS[unit.upper()]


def is_small(model: ChatModel) -> bool:
    """Whether the model is known to be small; of an unknown size it is taken for an ordinary one."""
    return 0 < model.parameters < SMALL


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that could be used, or why it cannot."""

    name: str
    size: str = ""
    """Parameters, as its server puts it: `8.2B`."""
    context: int | None = None
    """The longest context it was made for, in tokens."""
    capabilities: tuple[str, ...] = ()
    usable: bool = True
    reason: str | None = None
    """Why it cannot be used."""
    card: ModelCard | None = None
    """How well it plans and answers, where that was measured."""


@dataclass(frozen=True, slots=True)
class SuggestedModel:
    """A model that could be fetched where there is none."""

    name: str
    gigabytes: float
    """To download."""


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a model server is with fetching a model."""

    status: str
    """What it does, in its own words."""
    completed: int | None = None
    """Bytes of the part that it fetches."""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What a model server has, or several."""

    models: tuple[ModelInfo, ...]
    error: str | None = None
    """Why there is none, or none of one of several servers, and what to do."""
    suggestion: SuggestedModel | None = None
    """What could be fetched, where a server is there that can and has none."""


class ModelSource(Protocol):
    """A place that models come from."""

    async def report(self) -> ModelReport:
        """What is there now; never raises."""
        ...

    async def open(self, name: str) -> ChatModel:
        """The model of that name, or the best there is for an empty name.

        Raises ModelUnavailable (nobody answers) or ModelMissing (no such model, or none at all).
        """
        ...

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """An embedding model of the very server that runs the model `beside`, if it has one; raises ModelError."""
        ...


def without_control_tokens(text: str) -> str:
    """Text from outside, unable to pass for a message of its own: a lookalike for the bracket of each control token."""
    return _CONTROL_TOKEN.sub(lambda found: _LOOKALIKES[found[0]], text)


def disarmed(text: str) -> str:
    """The same, and unable to open or close a part of any prompt of ours."""
    return without_control_tokens(_ANY_FENCE.sub("‹", text))
