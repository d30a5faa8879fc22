"""A folder of workflow files: what it lists, what it finds, what it says of what it cannot use."""

from pathlib import Path

import pytest

from agentic_search.domain.query import Query
from agentic_search.errors import NotFound, PlanRefused
from agentic_search.workflows.folder import WorkflowFolder

TASKS = "tasks: [{tool: rows}]\n"


def folder(path: Path, **files: str) -> WorkflowFolder:
    """A folder with these files, by their stems."""
    for stem, text in files.items():
        (path / f"{stem}.yaml").write_text(text)
    return WorkflowFolder(path)


def test_every_file_is_listed_by_name_with_its_inputs(tmp_path: Path) -> None:
    entries = folder(tmp_path, b=TASKS, a="description: First\ninputs: {x: {type: string}}\n" + TASKS).list()
    assert [(entry.name, entry.description, entry.error) for entry in entries] == [
        ("a", "First", None),
        ("b", "", None),
    ]
    assert entries[0].inputs["required"] == ["x"]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    nowhere = WorkflowFolder(tmp_path / "nowhere")
    assert nowhere.list() == ()
    with pytest.raises(NotFound, match="there are: none"):
        nowhere.get("x")


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Hello")
    (tmp_path / "sub.yaml").mkdir()
    (tmp_path / "short.yml").write_text(TASKS)
    assert [entry.name for entry in WorkflowFolder(tmp_path).list()] == ["short"]


def test_a_file_that_cannot_be_used_is_listed_with_the_reason_and_costs_no_other(tmp_path: Path) -> None:
    entries = folder(tmp_path, bad="tasks: [\n", good=TASKS).list()
    assert [entry.name for entry in entries] == ["bad", "good"]
    assert entries[0].error and entries[0].error.startswith("bad.yaml: line 2, column 1: ")
    assert entries[1].error is None


def test_a_file_that_is_no_text_or_may_not_be_read_is_listed_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"name: \xff\xfe")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    listed = {entry.name: entry.error for entry in WorkflowFolder(tmp_path).list()}
    assert listed == {"binary": "binary.yaml: it is no UTF-8 text: invalid start byte at byte 6"}


def test_two_files_of_one_name_are_a_complaint_that_names_both(tmp_path: Path) -> None:
    both = folder(tmp_path, one="name: same\n" + TASKS, two="name: same\n" + TASKS)
    with pytest.raises(PlanRefused, match=r"2 files have the name 'same': one\.yaml, two\.yaml"):
        both.get("same")
    assert len(both.list()) == 1 and both.list()[0].error


def test_a_name_that_nobody_has_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no workflow 'researhc'.*did you mean 'research'"):
        folder(tmp_path, research=TASKS).get("researhc")


def test_a_broken_file_is_refused_with_every_complaint_when_it_is_used(tmp_path: Path) -> None:
    with pytest.raises(PlanRefused) as refused:
        folder(tmp_path, bad="taks: 1\ninputs: 3\n").get("bad")
    assert len(refused.value.complaints) == 3


def test_an_edited_file_counts_at_once(tmp_path: Path) -> None:
    workflows = folder(tmp_path, a=TASKS)
    workflows.get("a")
    folder(tmp_path, a="tasks: [{tool: echo}]")
    assert workflows.get("a").tasks == [{"tool": "echo"}]


def test_a_planner_is_made_only_of_inputs_that_are_right(tmp_path: Path) -> None:
    workflows = folder(tmp_path, a="inputs: {x: {type: integer}}\n" + TASKS)
    with pytest.raises(PlanRefused, match="the input 'x' is missing"):
        workflows.planner(Query(query="?", workflow="a"))
    assert workflows.planner(Query(query="?", workflow="a", inputs={"x": 1}))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"workflow": "a", "plan": {"tasks": [{"tool": "rows"}]}}, "not both"),
        ({"inputs": {"x": 1}}, "'inputs' are for a 'workflow'"),
        ({"workflow": ""}, "at least 1 character"),
    ],
)
def test_a_query_has_one_plan_at_most(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Query.model_validate({"query": "?", **fields})
