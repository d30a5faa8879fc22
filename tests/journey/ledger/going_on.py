"""Starts runs that go on from another one, and says what a plan over the notes comes to."""

from typing import Any

from tests.support.service import RunningService

QUESTION = "What is in my notes about Falcon?"
READ: dict[str, Any] = {"id": "read", "tool": "read_notes", "arguments": {"query": "Falcon"}}
ROWS: dict[str, Any] = {"id": "rows", "tool": "list_rows", "arguments": {}}
DELETE: dict[str, Any] = {"id": "gone", "tool": "delete_entities", "arguments": {"name": "later"}}
MOVE: dict[str, Any] = {
    "id": "moved",
    "tool": "move_file",
    "arguments": {"source": "nowhere.txt", "destination": "x.txt"},
}
NOTE: dict[str, Any] = {"id": "noted", "tool": "add_note", "arguments": {"text": "deleted: ${gone}"}}


async def go_on(service: RunningService, run_id: str, how: str, **body: Any) -> dict[str, Any]:
    """POST /runs/{id}/{how} and wait for the new run."""
    response = await service.client.post(f"/runs/{run_id}/{how}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def refused(service: RunningService, path: str, status: int, body: object = None) -> str:
    """What the problem says that a POST is answered with."""
    response = await service.client.post(path, json=body)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    problem: dict[str, Any] = response.json()
    errors: list[dict[str, str]] = problem.get("errors") or []
    return problem["detail"] + " ".join(error["message"] for error in errors)


def by_id(run: dict[str, Any], *fields: str) -> dict[str, Any]:
    """Each task's field of this name, or several."""
    return {
        task["id"]: task[fields[0]] if len(fields) == 1 else tuple(task[field] for field in fields)
        for task in run["tasks"]
    }
