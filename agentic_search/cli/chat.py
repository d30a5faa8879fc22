"""`chat`: a conversation, in which each question is a follow-up of those before."""

import asyncio
import sys

from agentic_search import Client
from agentic_search.cli.answer import print_run
from agentic_search.cli.approving import read_line
from agentic_search.cli.asking import carried_out
from agentic_search.cli.connecting import connected
from agentic_search.client.exchange import ServiceProblem
from agentic_search.client.options import QuestionOptions
from agentic_search.settings import Settings

_HELP = """\
Type a question, or:
  /model NAME   have this model write from now on; `offline` for none, nothing for the configured one
  /models       the models there are
  /tools        the tools there are
  /new          begin another conversation
  /help         this
  /quit         end; so does Ctrl-D. Ctrl-C stops a question"""


async def chat(settings: Settings, *, server: str | None, **options: object) -> int:
    """Until the user has enough; the exit status."""
    async with connected(settings, server=server) as client:
        talk = _Conversation(client, QuestionOptions(**options))  # pyright: ignore[reportArgumentType] - checked by typer
        if sys.stdin.isatty():
            print(_HELP, file=sys.stderr)
        while True:
            try:
                line = (await read_line("\n› " if sys.stdin.isatty() else "")).strip()
            except EOFError:
                return 0
            if line in {"/quit", "/exit", "/q"}:
                return 0
            if line:
                await talk.said(line)


class _Conversation:
    """What holds from one question to the next."""

    def __init__(self, client: Client, options: QuestionOptions) -> None:
        self._client = client
        self._options = options

    async def said(self, line: str) -> None:
        """Answer a question, or do what a command says."""
        command, _, rest = line.partition(" ")
        match command:
            case "/help":
                print(_HELP)
            case "/model":
                self._options["model"] = rest.strip() or None
                print(f"Answers are written by {rest.strip() or 'the configured model'} from now on.")
            case "/models":
                print("\n".join(each.name for each in (await self._client.models()).models) or "There is none.")
            case "/tools":
                print("\n".join(tool.name for tool in (await self._client.tools()).tools) or "There is none.")
            case "/new":
                self._options["thread_id"] = None
                print("What you ask next begins another conversation.")
            case _ if command.startswith("/"):
                print(f"There is no command {command}.\n{_HELP}")
            case _:
                await self._ask(line)

    async def _ask(self, question: str) -> None:
        try:
            run = await carried_out(self._client, question, **self._options)
        except ServiceProblem as problem:
            print(problem, file=sys.stderr)
            return
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not task.uncancel():
                return  # Ctrl-C was for the question
            raise
        self._options["thread_id"] = run.thread_id
        print_run(run)
