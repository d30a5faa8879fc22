"""The choice of models: who plans and who writes, by the settings, by what a query asks for, by what there is."""

import pytest

from agentic_search.errors import ModelUnavailable
from agentic_search.models.choice import ChosenModel, ModelChoice, ModelsInUse
from agentic_search.models.scripted import ScriptedModel, ScriptedSource

SMALL, LARGE, OTHER = (ScriptedModel(name) for name in ("small", "large", "other"))
NOBODY = ScriptedSource(error=ModelUnavailable("Nobody answers."))


def choice(writer: str = "", planner: str = "") -> ModelChoice:
    return ModelChoice(ScriptedSource(SMALL, LARGE, OTHER), writer=writer, planner=planner)


def name_of(chosen: ChosenModel) -> str | None:
    assert chosen.why_none is None
    return chosen.model.name if chosen.model else None


@pytest.mark.parametrize(
    ("writer", "planner", "asked", "writes", "plans"),
    [
        ("", "", None, "small", "small"),
        ("large", "", None, "large", "large"),
        ("large", "other", None, "large", "other"),
        ("large", "offline", None, "large", None),
        ("offline", "", None, None, None),
        ("offline", "other", None, None, "other"),
        ("large", "", "small", "small", "small"),
        ("large", "other", "small", "small", "other"),
        ("large", "offline", "small", "small", None),
        ("large", "other", "offline", None, None),
        ("offline", "", "small", "small", "small"),
    ],
)
async def test_the_writer_plans_too_unless_another_planner_is_configured(
    writer: str, planner: str, asked: str | None, writes: str | None, plans: str | None
) -> None:
    models = choice(writer, planner)
    assert (name_of(await models.writer(asked)), name_of(await models.planner(asked))) == (writes, plans)


@pytest.mark.parametrize(
    ("writer", "asked", "name"),
    [("", None, None), ("large", None, "large"), ("large", "gone", "gone"), ("large", "offline", None)],
)
def test_the_writers_name_is_known_without_looking_whether_it_is_there(
    writer: str, asked: str | None, name: str | None
) -> None:
    assert ModelChoice(NOBODY, writer=writer, planner="").writer_name(asked) == name


async def test_why_there_is_no_model_is_said_where_one_is_wanted() -> None:
    models = ModelChoice(NOBODY, writer="", planner="")
    assert await models.writer(None) == await models.planner("large") == ChosenModel(None, "Nobody answers.")
    assert await models.writer("offline") == ChosenModel(None)
    assert (await models.report()).error == "Nobody answers."


async def test_what_is_in_use_is_what_a_query_would_get_that_asks_for_nothing() -> None:
    assert await choice("large", "other").in_use() == ModelsInUse("large", "other", None)
    assert await ModelChoice(NOBODY, writer="", planner="").in_use() == ModelsInUse(None, None, "Nobody answers.")
    assert await choice("offline").in_use() == ModelsInUse(None, None, None)
