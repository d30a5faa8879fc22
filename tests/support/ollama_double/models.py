"""The models a double has, and how Ollama shows each in its lists."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.steps import Step

PROMPT_FRAME_TOKENS = 20
"""What the recorded models' chat template adds to a prompt."""
_MODIFIED_AT = "2026-11-21T06:22:30.592112851Z"


@dataclass(frozen=True)
class Model:
    """One model."""

    name: str
    capabilities: tuple[str, ...] = ("completion", "tools")
    parameter_size: str = "8.2B"
    family: str = "llama"
    context: int = 40_960
    embedding_length: int = 384
    size: int = 5_200_000_000
    chars_per_token: float = 4.0
    tokenizer: Callable[[str], int] | None = None
    """Counts the tokens of a text; without it there is one token for every `chars_per_token`."""
    vector: Callable[[str], list[float]] | None = None
    """Gives a text's vector; without it texts with many words in common are near each other."""
    sorts_keys: bool = False
    """On Ollama's native path the keys of schema-bound JSON come in alphabetical order."""
    remote_host: str = ""
    """Set: a stub for a model in the cloud."""
    script: Callable[[JsonObject], Iterable[Step]] | None = None
    """What it replies to a request when nothing is enqueued; each step is asked for when the one before is done."""

    @property
    def full_name(self) -> str:
        """With its tag."""
        return self.name if ":" in self.name else f"{self.name}:latest"

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return sha256(self.name.encode()).hexdigest()

    def tokens(self, text: str) -> int:
        """Tokens of a prompt of that text."""
        tokens = self.tokenizer(text) if self.tokenizer else ceil(len(text) / self.chars_per_token)
        return tokens + PROMPT_FRAME_TOKENS

    def details(self) -> JsonObject:
        """As every list shows them."""
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameter_size,
            "quantization_level": "unknown",
        }

    def in_tags(self, *, before_0_30: bool) -> JsonObject:
        """As GET /api/tags lists it."""
        shown: JsonObject = {
            "name": self.full_name,
            "model": self.full_name,
            **({"remote_host": self.remote_host} if self.remote_host else {}),
            "modified_at": _MODIFIED_AT,
            "size": self.size,
            "digest": self.digest,
        }
        if before_0_30:
            return {**shown, "details": self.details()}
        sizes: JsonObject = {"context_length": self.context, "embedding_length": self.embedding_length}
        return {**shown, "details": {**self.details(), **sizes}, "capabilities": list(self.capabilities)}

    def in_ps(self, num_ctx: int, expires_at: str) -> JsonObject:
        """As GET /api/ps lists it while it is loaded."""
        return {
            "name": self.full_name,
            "model": self.full_name,
            "size": self.size,
            "digest": self.digest,
            "details": self.details(),
            "expires_at": expires_at,
            "size_vram": 0,
            "context_length": num_ctx,
        }

    def in_show(self) -> JsonObject:
        """As POST /api/show tells it."""
        template = "{{- range .Messages }}{{ .Role }}: {{ .Content }}\n{{ end }}"
        return {
            "modelfile": f'FROM {self.full_name}\nTEMPLATE """{template}"""\n',
            "template": template,
            "details": self.details(),
            "model_info": self._model_info(),
            "capabilities": list(self.capabilities),
            "modified_at": _MODIFIED_AT,
        }

    def _model_info(self) -> JsonObject:
        of_family: JsonObject = {
            "attention.head_count": 6,
            "attention.head_count_kv": 6,
            "attention.layer_norm_rms_epsilon": 1e-05,
            "block_count": 1,
            "context_length": self.context,
            "embedding_length": self.embedding_length,
            "feed_forward_length": 64,
            "rope.dimension_count": 64,
            "vocab_size": 364,
        }
        return {
            "general.architecture": self.family,
            "general.file_type": 0,
            "general.parameter_count": 944_256,
            "general.quantization_version": 2,
            **{f"{self.family}.{key}": value for key, value in of_family.items()},
            "tokenizer.ggml.add_bos_token": True,
            "tokenizer.ggml.add_space_prefix": False,
            "tokenizer.ggml.bos_token_id": 1,
            "tokenizer.ggml.eos_token_id": 4,
            "tokenizer.ggml.model": "llama",
            "tokenizer.ggml.pre": "default",
            "tokenizer.ggml.scores": None,
            "tokenizer.ggml.token_type": None,
            "tokenizer.ggml.tokens": None,
            "tokenizer.ggml.unknown_token_id": 0,
        }
