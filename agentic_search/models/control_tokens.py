"""Text from outside flows in; the same text flows out, unable to pass for a message of its own in a model's prompt."""

import re

_CONTROL_TOKEN = re.compile(
    r"<(?=\|)|(?<=\|)>|<(?=/?(?:s|bos|eos|think|tool_call|tool_response|(?:start|end)_of_turn|im_start|im_end)>)|"
    r"\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\])|<(?=<SYS>>|</SYS>>)",
    re.IGNORECASE,
)
"""What chat templates part messages with: Ollama reads it as such in any text."""

_LOOKALIKES = {"<": "‹", ">": "›", "[": "［"}


def without_control_tokens(text: str) -> str:
    """`text` with a lookalike for the bracket of every control token."""
    return _CONTROL_TOKEN.sub(lambda found: _LOOKALIKES[found[0]], text)
