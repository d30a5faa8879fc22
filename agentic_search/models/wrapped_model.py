"""The part of a ChatModel around another one that is the other's."""

from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import ChatModel, GrammarLimits, ModelServer


class WrappedModel:
    """A ChatModel but for `stream`, which the class below it adds."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    @property
    def served_by(self) -> ModelServer:
        """The model's."""
        return self._model.served_by

    @property
    def num_ctx(self) -> int:
        """The model's."""
        return self._model.num_ctx

    @property
    def tokens(self) -> TokenEstimate:
        """The model's."""
        return self._model.tokens

    @property
    def parameters(self) -> float:
        """The model's."""
        return self._model.parameters

    @property
    def grammar(self) -> GrammarLimits | None:
        """The model's."""
        return self._model.grammar
