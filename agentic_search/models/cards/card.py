"""A model's card: a few figures of how well it plans and answers here, measured once and kept as a file of the package.

`make eval-model` writes them; whoever lists models shows them. No behaviour depends on a card.
"""

import re
from functools import cache
from pathlib import Path

from pydantic import Field

from agentic_search.domain.data import Frozen

CARDS = Path(__file__).parent
"""The folder of the cards: a JSON file for each model."""


class ModelCard(Frozen):
    """What was measured of one model; shares are from 0 to 1."""

    model: str
    """As it was named when it was measured."""

    measured: str
    """The day, ISO 8601."""

    searches: int = Field(ge=1)
    """Questions over the bundled servers that the shares are of."""

    plans_at_once: float
    """Share whose plan by the model was accepted without complaint or mending."""

    plans_by_model: float
    """Share in which a plan of the model ran, whatever was added to it; the others were planned by rules."""

    found: float
    """Share with the right passage among the answer's sources."""

    found_offline: float
    """The same of the same questions without any model."""

    cited: float
    """Share of the answers' sentences that cite a source."""

    seconds: float
    """Of a search, in the mean, on the machine that measured."""


def card_name(model: str) -> str:
    """The name of a model's card: `qwen3-8b` for `lab/Qwen/Qwen3-8B` as for `qwen3:8b`, whatever source has it."""
    own = model.rpartition("/")[2].lower().removesuffix(":latest")
    return re.sub(r"[^a-z0-9.]+", "-", own).strip("-.")


@cache
def card_of(model: str) -> ModelCard | None:
    """The card of the model of that name, in whatever source; none where nobody made one."""
    path = CARDS / f"{card_name(model)}.json"
    return ModelCard.model_validate_json(path.read_bytes()) if path.is_file() else None
