"""The data of standing questions: what callers ask for, what they are shown of a question and of each time it ran."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from agentic_search.domain.data import Frozen
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunStatus
from agentic_search.schedules.times import checked_cron, checked_zone

LONGEST_TITLE = 200
LONGEST_URL = 4_096


def _unattended(search: Query) -> Query:
    """Nobody is there who could be asked, and nothing goes on from what was asked before."""
    given = [name for name in ("thread_id", "approve", "plan_only", "trace") if getattr(search, name)]
    if given:
        raise ValueError(
            f"{given[0]!r} is not for a standing question: leave it out. Its runs have a conversation of their own, and"
            " nobody is there while they run, so that tools that may change something are skipped"
        )
    return search


Cron = Annotated[str, Field(max_length=200, examples=["0 9 * * 1-5"]), AfterValidator(checked_cron)]
Zone = Annotated[str, Field(min_length=1, max_length=100, examples=["Europe/Berlin"]), AfterValidator(checked_zone)]
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE, pattern=r"\S")]
Webhook = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, examples=["https://example.org/hooks/lamps"])]
Search = Annotated[Query, AfterValidator(_unattended)]


class ScheduleRequest(Frozen):
    """The body of POST /schedules."""

    search: Search
    """What is asked, as for POST /search: a question, or a workflow with its inputs."""
    cron: Cron
    """When: minute, hour, day of the month, month, day of the week."""
    zone: Zone = "UTC"
    """The time zone of those."""
    title: Title | None = None
    """What it is called; null takes the question."""
    webhook: Webhook | None = None
    """Where to POST what is new; null: nowhere."""
    paused: StrictBool = False
    """It is asked only where somebody says so, until that is changed."""


class ScheduleChange(Frozen):
    """The body of PATCH /schedules/{id}; what is left out stays as it is."""

    search: Search | None = None
    """What is asked from now on; what is known of the answers before is compared all the same."""
    cron: Cron | None = None
    """When."""
    zone: Zone | None = None
    """The time zone of that."""
    title: Title | None = None
    """What it is called."""
    webhook: Webhook | None = None
    """Where to POST what is new, with a new secret; null: nowhere."""
    paused: StrictBool | None = None
    """True pauses it, false has it go on with the next time to come."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("it changes nothing: name at least one field")
        return self


class NewsSource(Frozen):
    """One thing that tools found."""

    title: str
    url: str
    """Its URL or address; empty where the tool gave none."""
    tool: str
    """The tool that found it."""
    text: str
    """The beginning of it."""


class NewsStatement(Frozen):
    """A sentence of the answer."""

    text: str
    sources: tuple[str, ...]
    """The URLs or addresses, or else the titles, of what it cites."""


class ChangedSource(Frozen):
    """One thing that tools found again, with other text."""

    before: NewsSource
    after: NewsSource


class ChangedStatement(Frozen):
    """A sentence that says something else of the same: another number, date or word."""

    before: NewsStatement
    after: NewsStatement


class SourceNews(Frozen):
    """How what tools found differs."""

    added: tuple[NewsSource, ...] = ()
    gone: tuple[NewsSource, ...] = ()
    """No longer found."""
    changed: tuple[ChangedSource, ...] = ()


class StatementNews(Frozen):
    """How the sentences of the answer differ."""

    added: tuple[NewsStatement, ...] = ()
    gone: tuple[NewsStatement, ...] = ()
    changed: tuple[ChangedStatement, ...] = ()


class News(Frozen):
    """What is new in one run since the last one that gave an answer."""

    since: str | None
    """When that was asked, ISO 8601, UTC; null for the first: all is new."""
    since_run: str | None = None
    """Its id."""
    found: bool
    """Whether anything is new."""
    whole: bool = True
    """False where some of the run's tasks failed: what it did not find is not told as gone."""
    sources: SourceNews = SourceNews()
    statements: StatementNews = StatementNews()


WebhookState = Literal["waiting", "delivered", "given_up"]


class Delivery(Frozen):
    """How far what is new has come to the webhook."""

    state: WebhookState
    attempts: int
    next_at: str | None = None
    """When it is tried again."""
    error: str | None = None
    """Why the last attempt failed, and what to do."""


class ScheduledRun(Frozen):
    """One time that a standing question was asked."""

    run_id: str
    """GET /runs/{run_id} has the whole run."""
    why: Literal["time", "user"]
    """Its time had come, or somebody asked for it."""
    due_at: str
    """When it was to be asked."""
    asked_at: str
    """When it was."""
    missed: int = 0
    """Times that had passed unasked by then, because the service was down or the run before went on: this one is for
    all of them."""
    status: RunStatus
    error: str | None = None
    """Why there is no answer; the next one is compared with the last that gave one."""
    ended_at: str | None = None
    news: News | None = None
    answer: str | None = None
    """What is new, as Markdown."""
    delivery: Delivery | None = None
    """Of the webhook; null where there is nothing to deliver."""


class ScheduleSummary(Frozen):
    """One standing question in a list."""

    id: str
    title: str
    query: str
    cron: str
    zone: str
    paused: bool
    next_at: str | None
    """When it is asked next; null while it is paused."""
    asking: str | None
    """The id of its run that is under way."""
    thread_id: str
    """The conversation that its runs are in."""
    created_at: str
    webhook: str | None
    feed: str
    """The path of its Atom feed."""
    last: ScheduledRun | None
    """The last time that it was asked, and has ended."""


class ScheduleReport(ScheduleSummary):
    """One standing question, with the times that it was asked."""

    search: Query
    """What is asked."""
    runs: tuple[ScheduledRun, ...]
    """Newest first; the last 50."""
    secret: str | None = None
    """What the webhook's signatures are made with: shown here once, when the webhook is set."""


class ScheduleList(Frozen):
    """The standing questions; those made last come first."""

    schedules: tuple[ScheduleSummary, ...]


class DeletedSchedule(Frozen):
    """A standing question that was deleted. Its runs stay in the history."""

    id: str
    thread_id: str
