"""How a call is made: the context, the thinking, the limit of the reply, and what betrays a silent cut."""

import pytest

from agentic_search.errors import ConfigurationError
from agentic_search.models.budget import THINKING_TOKENS
from agentic_search.models.chat import ModelInfo
from agentic_search.models.ollama.call_options import (
    DEFAULT_NUM_CTX,
    Thinking,
    context_size,
    parse_keep_alive,
    thinking,
    was_cut,
)
from agentic_search.models.ollama.listing import OllamaModelInfo

THINKER = OllamaModelInfo(ModelInfo("qwen3:8b", capabilities=("completion", "thinking")), "qwen3", 8.2e9)
GPT_OSS = OllamaModelInfo(ModelInfo("gpt-oss:20b", capabilities=("completion", "thinking")), "gptoss", 20.9e9)
PLAIN = OllamaModelInfo(ModelInfo("gemma3:4b", capabilities=("completion",)), "gemma3", 4.3e9)
LEFT_ON = Thinking(None, THINKING_TOKENS)


@pytest.mark.parametrize(
    ("model", "version", "with_schema", "expected"),
    [
        (PLAIN, (0, 33, 0), True, Thinking(None, 0)),
        (PLAIN, (0, 12, 0), False, Thinking(None, 0)),
        (THINKER, (0, 33, 0), True, Thinking(False, 0)),
        (THINKER, (0, 33, 0), False, Thinking(False, 0)),
        (THINKER, (0, 31, 2), True, Thinking(False, 0)),
        (THINKER, (0, 31, 1), True, LEFT_ON),
        (THINKER, (0, 9), True, LEFT_ON),
        (THINKER, (0, 31, 1), False, Thinking(False, 0)),
        (THINKER, (), True, Thinking(False, 0)),
        (GPT_OSS, (0, 33, 0), True, Thinking("low", THINKING_TOKENS)),
    ],
)
def test_a_model_thinks_as_little_as_it_and_its_ollama_allow(
    model: OllamaModelInfo, version: tuple[int, ...], with_schema: bool, expected: Thinking
) -> None:
    assert thinking(model, version, with_schema=with_schema) == expected


@pytest.mark.parametrize(
    ("configured", "longest", "size"),
    [
        (0, None, DEFAULT_NUM_CTX),
        (0, 131_072, DEFAULT_NUM_CTX),
        (0, 4096, 4096),
        (32_768, 131_072, 32_768),
        (8192, 4096, 4096),
    ],
)
def test_the_context_is_what_is_configured_and_the_model_can_hold(
    configured: int, longest: int | None, size: int
) -> None:
    assert context_size(configured, longest) == size


@pytest.mark.parametrize(
    ("estimated", "counted", "num_ctx", "cut"),
    [
        (6020, 2051, 4096, True),  # as recorded
        (6020, 5000, 8192, False),
        (5000, 3900, 4096, False),  # our estimate was high; it did fit
        (9000, 2051, 16_384, True),  # the server has less context than we asked for
        (3000, 2051, 4096, False),  # half the context by chance
        (3900, 2051, 4096, True),  # our estimate was a little low; that it is just half is no chance
        (3900, 2040, 4096, False),
        (150, 22, 4096, False),  # mostly our allowance for the template
        (6020, 0, 4096, False),  # not told
    ],
)
def test_a_silent_cut_shows_in_the_tokens_that_were_read(estimated: int, counted: int, num_ctx: int, cut: bool) -> None:
    assert was_cut(estimated=estimated, counted=counted, num_ctx=num_ctx) is cut


@pytest.mark.parametrize(
    ("text", "value"), [("30m", "30m"), ("1h30m", "1h30m"), ("-1m", "-1m"), ("-1", -1.0), ("0", 0.0), ("300", 300.0)]
)
def test_keep_alive_is_a_duration_or_a_number_of_seconds(text: str, value: str | float) -> None:
    assert parse_keep_alive(text) == value


@pytest.mark.parametrize("text", ["", "xx", "30 minutes", "m", "nan", "inf"])
def test_anything_else_as_keep_alive_is_a_configuration_error(text: str) -> None:
    with pytest.raises(ConfigurationError, match="KEEP_ALIVE"):
        parse_keep_alive(text)
