"""Cards of models: found by a model's name in whatever source, valid, and told by GET /models."""

from pathlib import Path

import pytest

from agentic_search.models.cards import card
from agentic_search.models.cards.card import CARDS, ModelCard, card_name, card_of
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.service import running_service


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("smollm2:135m", "smollm2-135m"),
        ("qwen3:8b", "qwen3-8b"),
        ("lab/Qwen/Qwen3-8B", "qwen3-8b"),
        ("llama3.2", "llama3.2"),
        ("llama3.2:latest", "llama3.2"),
        ("../../etc/passwd", "passwd"),
        ("..", ""),
    ],
)
def test_one_model_has_one_name_in_every_source(model: str, name: str) -> None:
    assert card_name(model) == name


@pytest.mark.parametrize("path", sorted(CARDS.glob("*.json")), ids=lambda path: path.name)
def test_every_card_is_whole_and_named_by_its_model(path: Path) -> None:
    kept = ModelCard.model_validate_json(path.read_bytes())
    assert path.stem == card_name(kept.model)
    shares = (kept.plans_at_once, kept.plans_by_model, kept.found, kept.found_offline, kept.cited)
    assert all(0 <= share <= 1 for share in shares)


def test_a_model_without_a_card_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "CARDS", tmp_path)
    assert card_of("nobody-measured:1b") is None


async def test_the_list_of_models_tells_a_models_card(tmp_path: Path) -> None:
    async with (
        OllamaDouble([Model("smollm2:135m"), Model("nobody-measured:1b")]) as ollama,
        running_service(tmp_path, ollama=ollama.url) as service,
    ):
        listed = (await service.client.get("/models")).json()["models"]
    told = {model["name"]: model["card"] for model in listed}
    assert told["nobody-measured:1b"] is None
    assert told["smollm2:135m"]["model"] == "smollm2:135m" and told["smollm2:135m"]["searches"] >= 1
