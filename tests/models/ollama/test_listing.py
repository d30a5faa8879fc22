"""Which models can be used, and which one is taken when none is named."""

import pytest

from agentic_search.models.chat import parameters_in
from agentic_search.models.ollama.inventory import parse_version
from agentic_search.models.ollama.listing import (
    ListedDetails,
    ListedModel,
    OllamaModelInfo,
    ShownModel,
    best,
    describe,
    find,
)


def listed(name: str, size: str = "8.2B", *capabilities: str, remote_host: str = "") -> OllamaModelInfo:
    details = ListedDetails(family="qwen3", parameter_size=size, context_length=40_960)
    told = capabilities or ("completion",)
    return describe(
        ListedModel(name=name, details=details, capabilities=told, remote_host=remote_host), None, in_cloud=False
    )


@pytest.mark.parametrize(
    ("size", "number"),
    [("8.2B", 8.2e9), ("943K", 943e3), ("22.57M", 22.57e6), ("8x7B", 56e9), ("1.1T", 1.1e12), ("", 0), ("big", 0)],
)
def test_parameter_sizes_are_read_as_ollama_writes_them(size: str, number: float) -> None:
    assert parameters_in(size) == pytest.approx(number)


@pytest.mark.parametrize(
    ("models", "chosen"),
    [
        ([], None),
        ([("only-embeds:latest", "22M", "embedding")], None),
        ([("small:1b", "1B"), ("medium:8b", "8.2B"), ("large:70b", "70B")], "medium:8b"),
        ([("large:70b", "70B"), ("larger:120b", "120B")], "large:70b"),
        ([("b:8b", "8B"), ("a:8b", "8B")], "a:8b"),
        ([("nameless:latest", ""), ("small:1b", "1B")], "small:1b"),
        ([("nameless:latest", "")], "nameless:latest"),
        ([("qwen3:14b-cloud", "14B"), ("small:1b", "1B")], "small:1b"),
        ([("embeds:8b", "8B", "embedding"), ("small:1b", "1B")], "small:1b"),
    ],
)
def test_the_best_is_the_largest_that_a_laptop_runs_else_the_smallest(
    models: list[tuple[str, ...]], chosen: str | None
) -> None:
    found = [listed(*model) for model in models]
    for order in (found, found[::-1]):
        choice = best(order)
        assert (choice.info.name if choice else None) == chosen


@pytest.mark.parametrize("name", ["gpt-oss:120b-cloud", "kimi:cloud", "KIMI:CLOUD"])
def test_a_model_in_the_cloud_is_not_usable_and_says_why(name: str) -> None:
    info = listed(name).info
    assert (info.usable, "leave this machine" in (info.reason or "")) == (False, True)


def test_a_stub_for_a_remote_model_is_not_usable_whatever_its_name() -> None:
    assert not listed("innocent:latest", remote_host="https://ollama.com").info.usable


def test_in_the_cloud_itself_its_models_are_usable() -> None:
    model = ListedModel(name="gpt-oss:120b-cloud", capabilities=("completion",))
    assert describe(model, None, in_cloud=True).info.usable


def test_an_ollama_that_tells_no_capabilities_is_judged_by_families() -> None:
    chat = describe(ListedModel(name="a", details=ListedDetails(family="llama")), None, in_cloud=False)
    embeds = describe(ListedModel(name="b", details=ListedDetails(family="nomic-bert")), ShownModel(), in_cloud=False)
    assert (chat.info.usable, embeds.info.usable) == (True, False)


def test_show_fills_in_what_an_older_list_leaves_out() -> None:
    shown = ShownModel(
        capabilities=("completion", "thinking"),
        model_info={"general.architecture": "qwen3", "qwen3.context_length": 40_960},
    )
    info = describe(ListedModel(name="a"), shown, in_cloud=False).info
    assert (info.context, info.capabilities) == (40_960, ("completion", "thinking"))


def test_a_model_is_found_with_or_without_latest_and_in_any_case() -> None:
    found = [listed("qwen3:8b"), listed("Mistral:latest")]
    assert [
        one and one.info.name for one in (find("qwen3:8b", found), find("mistral", found), find("qwen3", found))
    ] == [
        "qwen3:8b",
        "Mistral:latest",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "version"),
    [("0.31.2", (0, 31, 2)), ("0.33.0-rc2", (0, 33, 0)), ("v1.2", (1, 2)), ("0.0.0", ()), ("", ()), ("dev", ())],
)
def test_versions_are_compared_by_their_numbers(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version
