"""Decides how one call of a model on Ollama is made, and judges what came of it; plain functions, no I/O."""

import re
from dataclasses import dataclass

from agentic_search.errors import ConfigurationError
from agentic_search.models.budget import THINKING_TOKENS
from agentic_search.models.ollama.listing import OllamaModelInfo

DEFAULT_NUM_CTX = 16_384
"""Tokens of context when nothing is configured.

Enough for a dozen passages beside the question. Ollama's own default, 4096 on most machines, is not; and as an 8B model
takes about 150 KB of memory a token, this is 2.4 GB beside the 5 GB of its weights: all that a 16 GB laptop can spare.
"""

FORMAT_WITHOUT_THINKING = (0, 31, 2)
"""The first Ollama that keeps to `format` with `think: false` for every model; earlier ones ignore the schema."""

_LEVELS_ONLY = ("gptoss", "gpt-oss")
_HALF_CONTEXT_SLACK = 16
_DURATION = re.compile(r"-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+")


@dataclass(frozen=True, slots=True)
class Thinking:
    """What to say about thinking, and how many tokens to allow for it."""

    think: bool | str | None
    """Ollama's `think`; None: do not send it."""
    allowance: int


def thinking(model: OllamaModelInfo, version: tuple[int, ...], *, with_schema: bool) -> Thinking:
    """As little thinking as the model and this version of Ollama allow.

    Unasked, a thinking model thinks; asked about it, a model that cannot think is an error.
    """
    if "thinking" not in model.info.capabilities:
        return Thinking(None, 0)
    if model.family in _LEVELS_ONLY:
        return Thinking("low", THINKING_TOKENS)
    if with_schema and () < version < FORMAT_WITHOUT_THINKING:
        return Thinking(None, THINKING_TOKENS)
    return Thinking(False, 0)


def context_size(configured: int, longest: int | None) -> int:
    """The one `num_ctx` of all calls of a model; Ollama would clip a larger one silently."""
    wanted = configured or DEFAULT_NUM_CTX
    return min(wanted, longest) if longest else wanted


def was_cut(*, estimated: int, counted: int, num_ctx: int) -> bool:
    """Whether Ollama dropped part of the prompt without saying so, as it does where it does not know `truncate: false`.

    It then keeps half of the context it really has, which may be less than the `num_ctx` asked for. Our estimate may be
    twice the truth, hardly three times, or a little less than it. Nothing counted means that Ollama did not say.
    """
    half = num_ctx // 2
    at_most_half = counted <= half + _HALF_CONTEXT_SLACK
    kept_half = at_most_half and (estimated > num_ctx or (counted >= half and estimated > 1.5 * counted))
    lost_most = estimated > half and counted * 3 < estimated
    return counted > 0 and (kept_half or lost_most)


def context_of_cut(counted: int) -> int:
    """The context that Ollama really has where it kept `counted` tokens of a prompt that was too long; rather less."""
    return max(0, 2 * (counted - _HALF_CONTEXT_SLACK))


def parse_keep_alive(duration: str) -> str | int:
    """Ollama's `keep_alive`: `30m`, or bare seconds, which must be a number in JSON. Raises ConfigurationError."""
    if _DURATION.fullmatch(duration):
        return duration
    try:
        return int(duration)
    except ValueError as error:
        raise ConfigurationError(
            f"AGENTIC_SEARCH_KEEP_ALIVE is {duration!r}: write `30m`, `1h30m`, or seconds; -1 keeps the model for ever."
        ) from error
