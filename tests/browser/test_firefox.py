"""The page in Firefox: by keyboard alone, from the question to a source and back."""

import json
from pathlib import Path

import pytest

from tests.browser.conftest import program
from tests.browser.reader import ANSWER, ROWS
from tests.support.firefox import running_firefox
from tests.support.ollama_double import OllamaDouble, Say, written
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

ENTER, TAB, ESCAPE = "\ue007", "\ue004", "\ue00c"
FOCUS = "document.activeElement"


async def test_a_question_is_asked_and_its_answer_read_by_keyboard_alone(
    service: RunningService, ollama: OllamaDouble, tmp_path: Path
) -> None:
    async with running_firefox(program("firefox-esr"), tmp_path) as firefox:
        await firefox.go(f"{service.url}/")
        await firefox.until("document.querySelector('.state').textContent.includes('servers ready')")
        assert await firefox.evaluate(f"{FOCUS}.ariaLabel") == "Question"
        ollama.enqueue(Say(json.dumps(ROWS)))
        ollama.enqueue(*written(ANSWER))
        await firefox.press(f"What do the rows say?{ENTER}")
        await firefox.until("document.querySelector('.run')?.dataset.status === 'completed'")
        assert "thread=" in await firefox.evaluate("location.search")
        await firefox.evaluate("document.querySelector('.phases').focus()")
        await firefox.press(ENTER)
        await firefox.until("document.querySelector('.phases').ariaExpanded === 'true'")
        await firefox.press(f"{TAB}{ENTER}")
        await firefox.until("document.querySelector('.task:not([hidden])')?.textContent.includes('0: Row 1')")
        await firefox.press(ESCAPE)
        await firefox.until(f"{FOCUS}.matches('.bar')")
        await firefox.evaluate("document.querySelector('a.citation').focus()")
        await firefox.until("document.querySelector('#passage').matches(':popover-open')")
        await firefox.press(ENTER)
        await firefox.until(f"{FOCUS}.matches('.source')")
        await firefox.press("/")
        await firefox.until(f"{FOCUS}.ariaLabel === 'Question'")
        assert firefox.errors == []
