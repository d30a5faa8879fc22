"""The examples of every route, which fit together: a question, its run, what could be used."""

from fastapi.openapi.models import Example

from agentic_search import __version__
from agentic_search.api.schemas import (
    Health,
    Load,
    ModelList,
    Readiness,
    RunList,
    ServerList,
    ThreadList,
    ToolList,
    ToolView,
    UnusableTool,
    WorkflowList,
)
from agentic_search.domain.answer import Source
from agentic_search.domain.data import JsonObject
from agentic_search.domain.history import Conversation, Deleted, HistoryState, ThreadReport, ThreadSummary
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.query import Query
from agentic_search.domain.run import (
    Attempt,
    Course,
    ProcessUse,
    RunCounts,
    RunReport,
    RunSummary,
    Span,
    Started,
    StepCourse,
    TaskCourse,
    TaskRecord,
    Timings,
)
from agentic_search.domain.tool import ServerInput, ServerStatus
from agentic_search.models.chat import ModelInfo
from agentic_search.runs.replay import RecordedCall, Recording
from agentic_search.schedules.schedule import (
    DeletedSchedule,
    Delivery,
    News,
    NewsSource,
    ScheduledRun,
    ScheduleList,
    ScheduleReport,
    ScheduleSummary,
    SourceNews,
)
from agentic_search.schedules.telling import answer_of
from agentic_search.workflows.workflow import WorkflowEntry

QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"
_RUN, _THREAD = "5b0c3f6e0d9e4a57b9d3f0a6c1e2d3f4", "9f1d2c3b4a5e4f60817263544a3b2c1d"
_FOUND: JsonObject = {
    "results": [{"title": "asyncio.gather", "url": "pydoc:asyncio.gather", "text": "Return a future …"}]
}

TASK = TaskRecord(
    id="t1",
    tool="search_python_docs",
    server="python_docs",
    purpose="Search Python documentation",
    status="completed",
    attempts=1,
    started_at=0.012,
    duration=0.07,
    result=_FOUND,
)
RUN = RunReport(
    id=_RUN,
    thread_id=_THREAD,
    status="completed",
    query=QUESTION,
    planner="offline",
    answer="No language model wrote this answer; it quotes its sources.\n\n**asyncio.gather**\n\n> Return … [1]",
    sources=(
        Source(id=1, title="asyncio.gather", url="pydoc:asyncio.gather", snippet="Return a future …", task_id="t1"),
    ),
    plan=Plan(tasks=(Task(id="t1", tool=TASK.tool, purpose=TASK.purpose, arguments={"query": QUESTION}),)),
    tasks=(TASK,),
    thinking_steps=("🚀 Starting execution of 1 task", f"✅ Task 1: {TASK.tool} - {TASK.purpose}"),
    timings=Timings(discover=0.01, plan=0.01, execute=0.07, synthesize=0.01, total=0.1, serial_tools=0.07, tools=0.07),
    process=ProcessUse(cpu_seconds=0.08, peak_memory=167_772_160),
    created_at="2026-01-01T12:00:00.000+00:00",
    html="<p>No language model wrote this answer; it quotes its sources.</p>\n<p><strong>asyncio.gather</strong></p> …",
    course=Course(
        discovered_at=0.01,
        planning=(Span(begun=0.01, ended=0.012),),
        answering=Span(begun=0.09, ended=0.099),
        ended_at=0.1,
        tasks={
            "t1": TaskCourse(
                written_at=0.012,
                ended_at=0.082,
                arguments={"query": QUESTION},
                attempts=(Attempt(begun=0.012, ended=0.082),),
            )
        },
        steps=(StepCourse(at=0.012), StepCourse(at=0.082)),
    ),
)
APPROVED = TaskRecord(id="t2", tool="move_file", server="files", status="queued")
DENIED = TaskRecord(id="t2", tool="move_file", server="files", status="skipped", error="denied by the user")
APPROVALS: dict[str, Example] = {
    "once": {"summary": "This task may run", "value": {}},
    "always": {"summary": "The tool may run, now and later", "value": {"always": True}},
    "answer": {"summary": "An answer to what the task's server asks", "value": {"answer": {"confirm": True}}},
}
DENIALS: dict[str, Example] = {
    "once": {"summary": "This task is not to run", "value": {}},
    "always": {"summary": "The tool is not to run, now and later", "value": {"always": True}},
}
STARTED = Started(id=_RUN, thread_id=_THREAD, status="running")
RUNS = RunList(
    runs=(
        RunSummary(
            id=_RUN,
            thread_id=_THREAD,
            status=RUN.status,
            query=QUESTION,
            model=RUN.model,
            created_at=RUN.created_at,
            duration=RUN.timings.total,
        ),
    ),
    next_cursor=None,
)
_SUMMARY = RUNS.runs[0]
_TALK = ThreadSummary(
    id=_THREAD, title=QUESTION, created_at=_SUMMARY.created_at, changed_at=_SUMMARY.created_at, run_count=1
)
THREADS = ThreadList(threads=(_TALK,), next_cursor=None)
CONVERSATION = Conversation(**_TALK.model_dump(), runs=(RUN.brief(),), next_cursor=None)
THREAD = ThreadReport(**_TALK.model_dump(), runs=RUNS.runs)
DELETED = Deleted(id=_RUN, undo=f"POST /runs/{_RUN}/restore", gone_at="2026-07-01T12:10:00+00:00")
THREAD_DELETED = DELETED.model_copy(update={"id": _THREAD, "undo": f"POST /threads/{_THREAD}/restore"})
TOOLS = ToolList(
    tools=(
        ToolView(
            name=TASK.tool,
            server="python_docs",
            title="Search Python documentation",
            description="Search the documentation of the standard library and of installed packages.",
            input_schema={"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
            read_only=True,
            idempotent=True,
        ),
    ),
    unusable=(UnusableTool(name="draw", server="pictures", reason="its input schema is broken"),),
)
SERVERS = ServerList(
    servers=(
        ServerStatus(name="python_docs", status="ready", transport="stdio", tools=3),
        ServerStatus(name="wiki", status="unavailable", transport="http", error="nobody listens at its address"),
        ServerStatus(
            name="tracker",
            status="needs_sign_in",
            transport="http",
            error="it asks you to sign in: open /servers/tracker/sign-in of this service in a browser",
            sign_in="/servers/tracker/sign-in",
        ),
        ServerStatus(
            name="notes",
            status="needs_input",
            transport="http",
            error="it asks for notes-key: give it on the page, or by POST /servers/notes/inputs",
            inputs=(ServerInput(id="notes-key", description="key of the notes", secret=True),),
        ),
    )
)
WEB_STARTING = ServerStatus(
    name="web",
    status="connecting",
    transport="stdio",
    consent="Questions are sent to the SearXNG at http://localhost:8888 and to Wikipedia",
)
SERVER_STARTING = ServerStatus(name="notes", status="connecting", transport="http")
MODELS = ModelList(
    models=(ModelInfo(name="qwen3:8b", size="8.2B", context=40_960, capabilities=("completion", "tools")),),
    writer="qwen3:8b",
    planner="qwen3:8b",
    error=None,
)
WORKFLOWS = WorkflowList(
    workflows=(
        WorkflowEntry(
            name="three-analyses",
            description="Three analyses of one text, side by side",
            inputs={
                "type": "object",
                "properties": {"text": {"type": "string", "description": "The text"}},
                "required": ["text"],
                "additionalProperties": False,
            },
        ),
        WorkflowEntry(name="broken", error="broken.yaml: line 7, column 3: expected ',' or ']', but got '-'"),
    )
)
SAVED_WORKFLOW = WorkflowEntry(
    name="my-research",
    description="Search the documentation",
    inputs={
        "type": "object",
        "properties": {"limit": {"type": "integer", "default": 5}},
        "required": [],
        "additionalProperties": False,
    },
)
RECORDING = Recording(
    run_id=_RUN,
    query=QUESTION,
    plan=Plan(tasks=(Task(id="t1", tool=TASK.tool, arguments={"query": QUESTION}),)),
    calls=(RecordedCall(task_id="t1", tool=TASK.tool, arguments={"query": QUESTION}, result=_FOUND),),
    statuses={"t1": "completed"},
    answer=RUN.answer,
)
RETRIES: dict[str, Example] = {
    "failed": {"summary": "What did not complete", "value": {}},
    "task": {
        "summary": "One task, with other arguments, and what depends on it",
        "value": {"task_id": "t1", "arguments": {"query": "asyncio.gather"}},
    },
}
SYNTHESES: dict[str, Example] = {
    "model": {"summary": "By another model, at length", "value": {"model": "qwen3:8b", "length": "long"}},
    "offline": {"summary": "Of quotations, without a model", "value": {"model": "offline"}},
}
STARTS: dict[str, Example] = {
    "as it is": {"summary": "The plan as it is", "value": {}},
    "edited": {
        "summary": "An edited plan",
        "value": {"plan": {"tasks": [{"tool": TASK.tool, "arguments": {"query": "asyncio.gather"}}]}},
    },
}
SAVES: dict[str, Example] = {
    "all": {"summary": "With every value as an input", "value": {"name": "my-research"}},
    "one": {"summary": "With one input", "value": {"name": "my-research", "inputs": ["t1.limit"]}},
}
HEALTH = Health(
    version=__version__,
    load=Load(
        uptime=86_400.0,
        cpu_seconds=410.2,
        memory=146_800_640,
        peak_memory=167_772_160,
        runs=RunCounts(queued=0, running=2, kept=40, open_streams=3),
        servers={"ready": 3, "unavailable": 1},
        history=HistoryState(
            database="/home/me/.local/share/agentic-search/runs.sqlite",
            runs=412,
            bytes=18_350_080,
            unwritten=2,
            lost=0,
            deleted={"user": 3},
            error=None,
        ),
    ),
)
READY = Readiness(ready=True, reasons=("server 'wiki' is unavailable: nobody listens at its address",))

_ZONE, _SCHEDULE, _STANDING = (
    "Europe/Berlin",
    "0c1d2e3f405162738495a6b7c8d9eaf0",
    "What was written on upstream servers?",
)
_NEWS = ScheduledRun(
    run_id=_RUN,
    why="time",
    due_at="2026-01-02T08:00:00+00:00",
    asked_at="2026-01-02T08:00:00+00:00",
    status="completed",
    ended_at="2026-01-02T08:00:02+00:00",
    news=News(
        since="2026-01-01T08:00:00+00:00",
        since_run=_THREAD,
        found=True,
        sources=SourceNews(added=(NewsSource(title="Upstream", url="story:7", tool="search_stories", text="An …"),)),
    ),
    delivery=Delivery(state="delivered", attempts=1),
)
_ANSWERED = _NEWS.model_copy(update={"answer": answer_of(_NEWS, _ZONE)})
_OF_STANDING = ScheduleSummary(
    id=_SCHEDULE,
    title="Upstream servers",
    query=_STANDING,
    cron="0 9 * * 1-5",
    zone=_ZONE,
    paused=False,
    next_at="2026-01-05T08:00:00+00:00",
    asking=None,
    thread_id=_THREAD,
    created_at="2026-01-01T07:30:00+00:00",
    webhook="https://example.org/hooks/upstream",
    feed=f"/schedules/{_SCHEDULE}/feed",
    last=_ANSWERED,
)
SCHEDULES = ScheduleList(schedules=(_OF_STANDING,))
SCHEDULE = ScheduleReport(**dict(_OF_STANDING), search=Query(query=_STANDING), runs=(_ANSWERED,))
SCHEDULE_DELETED = DeletedSchedule(id=_SCHEDULE, thread_id=_THREAD)
NEW_SCHEDULES: dict[str, Example] = {
    "question": {
        "summary": "A question, on working days at nine",
        "value": {"search": {"query": _STANDING}, "cron": "0 9 * * 1-5", "zone": _ZONE},
    },
    "workflow": {
        "summary": "A saved plan, each hour, with a webhook",
        "value": {
            "search": {"query": "What is new?", "workflow": "three-analyses", "inputs": {"text": "All …"}},
            "cron": "0 * * * *",
            "title": "Three analyses",
            "webhook": "https://example.org/hooks/analyses",
        },
    },
}
CHANGES: dict[str, Example] = {
    "pause": {"summary": "Pause it", "value": {"paused": True}},
    "time": {"summary": "At eight instead", "value": {"cron": "0 8 * * 1-5"}},
    "webhook": {"summary": "No webhook any more", "value": {"webhook": None}},
}
