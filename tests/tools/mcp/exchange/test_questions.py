"""Questions of servers in the course of calls, over both transports and both generations of the protocol."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

import pytest

from agentic_search.clock import PausableLimits, SystemClock, limits_of_call
from agentic_search.domain.approval.question import Ask, UserAnswer, UserQuestion, ask_of_call
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ToolFailed
from agentic_search.tools.mcp.exchange.open_calls import MOST_QUESTIONS, OpenCall, OpenCalls
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, asking_http_server, asking_server, at_url, unheard

LEGACY = ("stdio_legacy", "http_legacy")
every_server = pytest.mark.parametrize("server", ("stdio", "http", *LEGACY))
every_legacy_server = pytest.mark.parametrize("server", LEGACY)


@pytest.fixture(scope="module")
async def pool() -> AsyncGenerator[ToolPool]:
    """One pool with all servers, ready."""
    async with asking_http_server() as modern, asking_http_server("--legacy") as legacy:
        servers = [
            asking_server("stdio"),
            asking_server("stdio_legacy", "--legacy"),
            at_url(modern, "http"),
            at_url(legacy, "http_legacy"),
        ]
        async with ToolPool(servers, clock=SystemClock()) as pool:
            await pool.settled(PATIENCE)
            yield pool


class Person:
    """A user who answers as told, one answer after the other and the last one for ever."""

    def __init__(self, *answers: JsonObject | str, after: float = 0.0) -> None:
        self.asked: list[UserQuestion] = []
        self.limits = PausableLimits()
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._answers = list(answers)
        self._after = after

    async def __call__(self, question: UserQuestion) -> UserAnswer:
        self.asked.append(question)
        self.was_asked.set()
        with self.limits.paused():
            await self.may_answer.wait()
            await asyncio.sleep(self._after)
        match self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]:
            case "decline":
                return UserAnswer(action="decline")
            case "accept":
                return UserAnswer(action="accept")
            case answer:
                assert isinstance(answer, dict)
                return UserAnswer(action="accept", content=answer)


@contextmanager
def asking(person: Ask | None) -> Generator[None]:
    """Calls in this block are those of a run whose user is this person."""
    token = ask_of_call.set(person)
    try:
        yield
    finally:
        ask_of_call.reset(token)


async def call(
    pool: ToolPool, tool: str, *, person: Ask | None, timeout: float = PATIENCE, **arguments: str | float
) -> ToolResult:
    """Call a tool in a run of this person's."""
    if isinstance(person, Person):
        limits_of_call.set(person.limits)
    with asking(person):
        return await pool.call(tool, dict(arguments), timeout=timeout, on_progress=unheard)


@every_server
async def test_a_question_is_put_to_the_user_and_its_answer_to_the_server(pool: ToolPool, server: str) -> None:
    person = Person({"name": "Ada", "age": 36})
    result = await call(pool, f"{server}.greet", person=person)
    assert result.value == "Hello Ada, 36"
    [question] = person.asked
    assert question.message == "Who are you?"
    assert question.answer_schema is not None
    assert question.answer_schema["required"] == ["name"]


@every_server
async def test_defaults_stand_for_what_was_left_out(pool: ToolPool, server: str) -> None:
    assert (await call(pool, f"{server}.greet", person=Person({"name": "Ada"}))).value == "Hello Ada, 30"


@every_server
async def test_an_answer_that_does_not_fit_is_asked_for_again(pool: ToolPool, server: str) -> None:
    person = Person({"name": "Ada", "age": 999}, {"name": "Ada", "age": 9})
    assert (await call(pool, f"{server}.greet", person=person)).value == "Hello Ada, 9"
    assert "age: 999 is greater than the maximum of 150" in person.asked[1].message


@every_server
async def test_an_answer_is_one_users_and_never_kept_for_others(pool: ToolPool, server: str) -> None:
    first = await call(pool, f"{server}.greet", person=Person({"name": "Ada"}))
    second = await call(pool, f"{server}.greet", person=Person({"name": "Bob"}))
    assert (first.value, second.value) == ("Hello Ada, 30", "Hello Bob, 30")
    assert not second.cached


@pytest.mark.parametrize("server", ("stdio", "http", "http_legacy"))
async def test_equal_calls_at_once_ask_each_user_alone(pool: ToolPool, server: str) -> None:
    ada, bob = Person({"name": "Ada"}, after=0.3), Person({"name": "Bob"}, after=0.3)
    results = await asyncio.gather(call(pool, f"{server}.greet", person=ada), call(pool, f"{server}.greet", person=bob))
    assert [result.value for result in results] == ["Hello Ada, 30", "Hello Bob, 30"]


async def test_a_failure_after_an_answer_is_one_users(pool: ToolPool) -> None:
    people = [Person({"name": name}, after=0.3) for name in ("Ada", "Bob")]
    failures = await asyncio.gather(
        *(call(pool, "http_legacy.tell_on", person=person) for person in people), return_exceptions=True
    )
    told = [str(failure) for failure in failures if isinstance(failure, ToolFailed)]
    assert ["Ada" in told[0], "Bob" in told[0], "Ada" in told[1], "Bob" in told[1]] == [True, False, False, True]


async def test_who_can_be_asked_is_asked_though_somebody_else_who_cannot_called_first(pool: ToolPool) -> None:
    refused, greeted = await asyncio.gather(
        call(pool, "http_legacy.greet", person=None),
        call(pool, "http_legacy.greet", person=Person({"name": "Bob"})),
        return_exceptions=True,
    )
    assert isinstance(refused, ToolFailed)
    assert isinstance(greeted, ToolResult) and greeted.value == "Hello Bob, 30"


async def test_of_questions_at_once_only_so_many_wait() -> None:
    person, opened = Person("decline"), OpenCall()
    person.may_answer.clear()
    with asking(person), OpenCalls("odd").during(opened):
        asked = [asyncio.ensure_future(opened.ask(UserQuestion(message="Who?"))) for _ in range(200)]
        await person.was_asked.wait()
        assert sum(each.done() for each in asked) == 200 - MOST_QUESTIONS
        person.may_answer.set()
        await asyncio.gather(*asked)
    assert len(person.asked) == MOST_QUESTIONS


@every_server
async def test_where_nobody_can_be_asked_the_failure_says_how_to(pool: ToolPool, server: str) -> None:
    with pytest.raises(
        ToolFailed, match=r"nobody could be asked: search in the page, or with 'Accept: text/event-stream'"
    ):
        await call(pool, f"{server}.greet", person=None)


@every_server
async def test_declining_is_told_to_the_server(pool: ToolPool, server: str) -> None:
    with pytest.raises(ToolFailed, match="declin") as failure:
        await call(pool, f"{server}.greet", person=Person("decline"))
    assert "nobody could be asked" not in str(failure.value)


@every_server
async def test_waiting_for_the_user_is_not_counted_in_the_calls_time(pool: ToolPool, server: str) -> None:
    person = Person({"name": "Ada"}, after=5.5)
    assert (await call(pool, f"{server}.greet", person=person, timeout=5)).value == "Hello Ada, 30"


@every_legacy_server
async def test_a_call_that_ends_withdraws_its_question(pool: ToolPool, server: str) -> None:
    withdrawn = asyncio.Event()
    asked = asyncio.Event()

    async def silent(_: UserQuestion) -> UserAnswer:
        asked.set()
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            withdrawn.set()
        raise AssertionError("nobody answers")

    calling = asyncio.create_task(call(pool, f"{server}.greet_late", person=silent, seconds=0))
    await asked.wait()
    calling.cancel()
    async with asyncio.timeout(PATIENCE):
        await withdrawn.wait()


@every_legacy_server
async def test_questions_without_end_are_declined_after_ten(pool: ToolPool, server: str) -> None:
    person = Person({"name": "Ada"})
    assert (await call(pool, f"{server}.pester", person=person)).value == f"{MOST_QUESTIONS} answers"
    assert len(person.asked) == MOST_QUESTIONS


@pytest.mark.parametrize("server", ("stdio", "http"))
async def test_rounds_without_end_fail_after_ten(pool: ToolPool, server: str) -> None:
    person = Person({"name": "Ada"})
    with pytest.raises(ToolFailed, match="wants more input after 10 rounds"):
        await call(pool, f"{server}.pester_in_rounds", person=person)
    assert len(person.asked) == MOST_QUESTIONS


@pytest.mark.parametrize("server", ("stdio", "http"))
async def test_a_page_to_go_to_is_shown(pool: ToolPool, server: str) -> None:
    person = Person("accept")
    assert (await call(pool, f"{server}.send_away", person=person)).value == "you accept"
    assert [question.url for question in person.asked] == ["https://pay.example/1"]


@every_legacy_server
async def test_a_page_to_go_to_in_the_course_of_a_call_is_shown(pool: ToolPool, server: str) -> None:
    person = Person("accept")
    tool = f"{server}.send_away_and_wait"
    assert (await call(pool, tool, person=person, url="https://pay.example/2")).value == "you accept"
    assert [question.url for question in person.asked] == ["https://pay.example/2"]


@every_legacy_server
@pytest.mark.parametrize(
    "url",
    (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,hello",
        "http://[",
        "https://",
        f"http://a/{chr(120) * 5_000}",
    ),
)
async def test_an_address_that_is_no_web_page_is_not_shown(pool: ToolPool, server: str, url: str) -> None:
    person = Person("accept")
    assert (await call(pool, f"{server}.send_away_and_wait", person=person, url=url)).value == "you decline"
    assert not person.asked


@every_legacy_server
async def test_a_call_that_wants_a_visit_first_is_made_again_after_it(pool: ToolPool, server: str) -> None:
    person = Person("accept")
    assert (await call(pool, f"{server}.want_visit", person=person, page="a")).value == "welcome"
    assert [question.url for question in person.asked] == ["https://sign.example/a"]
    with pytest.raises(ToolFailed, match="nobody could be asked"):
        await call(pool, f"{server}.want_visit", person=None, page="b")


async def test_over_http_a_question_finds_its_call_among_several(pool: ToolPool) -> None:
    ada, bob = Person({"name": "Ada"}), Person({"name": "Bob"})
    results = await asyncio.gather(
        call(pool, "http_legacy.greet_late", person=ada, seconds=0.3),
        call(pool, "http_legacy.greet_late", person=bob, seconds=0.31),
    )
    assert [result.value for result in results] == ["Hello Ada", "Hello Bob"]


async def test_over_stdio_a_question_that_may_be_any_calls_is_declined(pool: ToolPool) -> None:
    ada, bob = Person({"name": "Ada"}), Person({"name": "Bob"})
    ada.may_answer.clear()
    first = asyncio.create_task(call(pool, "stdio_legacy.greet_late", person=ada, seconds=0))
    await ada.was_asked.wait()
    with pytest.raises(ToolFailed, match=r"does not say in which of its 2 calls under way.*'maxConcurrency': 1"):
        await call(pool, "stdio_legacy.insist_on_name", person=bob)
    assert not bob.asked
    ada.may_answer.set()
    assert (await first).value == "Hello Ada"
