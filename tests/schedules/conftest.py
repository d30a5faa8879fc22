"""A running service for tests that leave nothing in it."""

from collections.abc import AsyncGenerator

import pytest

from tests.support.service import RunningService, running_service


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    """One without servers."""
    async with running_service(tmp_path_factory.mktemp("shared")) as service:
        yield service
