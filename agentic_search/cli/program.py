"""`agentic-search`: every command with its arguments; what a command needs is loaded when it runs.

Exit status: 0 answered, 1 failed, 2 wrong usage or a setting to correct, 130 interrupted.
"""

import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from agentic_search.client.options import QuestionOptions
    from agentic_search.settings import Settings

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

app = typer.Typer(
    name="agentic-search",
    help="A search agent on your own machine: ask over your own tools and models, with real citations.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
history = typer.Typer(help="What was asked and answered.", no_args_is_help=True)
app.add_typer(history, name="history")

Server = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", help="The service to use; else the configured one, or one here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as the API has it.")]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="The model that writes the answer; `offline` for none.")
]
EffortName = Annotated[
    Literal["quick", "normal", "thorough"], typer.Option("--effort", "-e", help="How long it may take.")
]
Tools = Annotated[
    list[str] | None, typer.Option("--tools", "-t", metavar="GLOB", help="Tools that may be used; may be repeated.")
]
Instructions = Annotated[
    str | None,
    typer.Option(
        "--instructions", "-i", metavar="TEXT", help="How the answer is to be: “in German”, “as a table”; for a model."
    ),
]
Approve = Annotated[
    list[str] | None,
    typer.Option("--approve", "-a", metavar="GLOB", help="Tools that may run without asking; may be repeated."),
]
Thread = Annotated[str | None, typer.Option("--thread", metavar="ID", help="Go on with this conversation.")]


def main() -> None:
    """Run the command that was typed."""
    # Until a command listens for it: raised in the middle of an import, KeyboardInterrupt is a traceback, or lost.
    signal.signal(signal.SIGINT, _leave)
    app()


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


@app.callback(invoke_without_command=True)
def _of_the_whole(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    if version:
        from agentic_search import __version__

        typer.echo(f"agentic-search {__version__}")
        raise typer.Exit


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; left out or `-`: from standard input.")] = None,
    model: Model = None,
    effort: EffortName = "normal",
    tools: Tools = None,
    instructions: Instructions = None,
    approve: Approve = None,
    thread: Thread = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question: progress on standard error, the answer on standard output."""
    question = _question(question)
    from agentic_search.cli import asking

    options = _options(model, effort, tools, approve, thread, instructions)
    finish(asking.ask(settings(), question, server=server, as_json=as_json, **options))


@app.command()
def chat(
    model: Model = None,
    effort: EffortName = "normal",
    tools: Tools = None,
    instructions: Instructions = None,
    approve: Approve = None,
    thread: Thread = None,
    server: Server = None,
) -> None:
    """Ask one question after another; each is a follow-up of those before."""
    from agentic_search.cli import chat as talking

    finish(talking.chat(settings(), server=server, **_options(model, effort, tools, approve, thread, instructions)))


@app.command()
def run(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan's file, or the name of a saved one.")],
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", "-i", metavar="NAME=VALUE", help="What it is given; NAME=@FILE reads a file."),
    ] = None,
    question: Annotated[str | None, typer.Option("--question", "-q", help="What its answer is to answer.")] = None,
    model: Model = None,
    effort: EffortName = "normal",
    approve: Approve = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Run a plan that somebody wrote, from a file or saved under a name."""
    from agentic_search.cli import plans

    options = _options(model, effort, None, approve, None)
    work = plans.run(settings(), plan, inputs or [], question, server=server, as_json=as_json, options=options)
    finish(work)


@app.command()
def tools(server: Server = None, as_json: AsJson = False) -> None:
    """List the tools that questions may use, and the servers they are of."""
    from agentic_search.cli import listing

    finish(listing.tools(settings(), server=server, as_json=as_json))


@app.command()
def serve() -> None:
    """Serve the page and the API until told to stop, as `python server.py` does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from agentic_search.serve import main as serve_until_told

    serve_until_told([])


@app.command()
def mcp(server: Server = None) -> None:
    """Be an MCP server over standard input and output, for Claude Desktop, VS Code, Cursor and other hosts."""
    from agentic_search import log
    from agentic_search.cli.connecting import own_key, running_at
    from agentic_search.mcp_service.stdio import serve_stdio

    read = settings()
    log.configure("error", read.log_format)  # to standard error; standard output is for messages

    async def serve_until_left() -> int:
        await serve_stdio(read, url=server or await running_at(read), key=own_key())
        return 0

    finish(serve_until_left())


@app.command()
def config(as_json: AsJson = False) -> None:
    """Print each setting, its value and where it comes from; secrets are masked."""
    from agentic_search.cli import configuring

    _exit(configuring.show(settings(), as_json=as_json))


@app.command()
def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Do what loses nothing, as file permissions.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is reachable, what is wrong and what mends it here; the status is 1 where something is broken."""
    from agentic_search import log
    from agentic_search.doctor import examination

    log.configure("error")
    finish(examination.report(as_json=as_json, fix=fix, tell=typer.echo))


@app.command("import")
def import_servers(
    file: Annotated[Path, typer.Argument(help="The servers file of another MCP host.", exists=True, dir_okay=False)],
    write: Annotated[bool, typer.Option("--write", "-w", help="Add them to the servers file.")] = False,
    names: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Only this server; may be repeated.")
    ] = None,
) -> None:
    """Take over MCP servers from another host's configuration: shows them, and adds them with --write."""
    from agentic_search.cli import importing

    _exit(importing.take_over(settings(), file, only=names or (), write=write))


@history.command("list")
def list_runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List the newest runs."""
    from agentic_search.cli import listing

    finish(listing.runs(settings(), None, limit=limit, server=server, as_json=as_json))


@history.command("search")
def search_runs(
    text: Annotated[str, typer.Argument(help="Words of the question or the answer.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Find runs by what was asked or answered."""
    from agentic_search.cli import listing

    finish(listing.runs(settings(), text, limit=limit, server=server, as_json=as_json))


RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or its beginning.")]


@history.command("show")
def show_run(run_id: RunId, server: Server = None, as_json: AsJson = False) -> None:
    """Show a run's answer."""
    from agentic_search.cli import listing

    finish(listing.show(settings(), run_id, server=server, as_json=as_json))


@history.command("export")
def export_run(
    run_id: RunId,
    form: Annotated[Literal["md", "html", "json"], typer.Option("--format", "-f", help="The file's form.")] = "md",
    server: Server = None,
) -> None:
    """Print a run as a file: Markdown, HTML or JSON."""
    from agentic_search.cli import listing

    finish(listing.export(settings(), run_id, form, server=server))


@history.command("delete")
def delete_run(run_id: RunId, server: Server = None) -> None:
    """Delete a run."""
    from agentic_search.cli import listing

    finish(listing.delete(settings(), run_id, server=server))


def settings() -> "Settings":
    """The settings; what is wrong with them ends the program."""
    from agentic_search.errors import ConfigurationError
    from agentic_search.serving.configuration import read_settings, unread_settings

    try:
        read = read_settings()
    except ConfigurationError as error:
        typer.echo(error, err=True)
        _exit(WRONG_USAGE)
    for sentence in unread_settings():
        typer.echo(f"Warning: {sentence}.", err=True)
    return read


def finish(work: Coroutine[Any, Any, int]) -> NoReturn:
    """Carry out a command and end with its status."""
    import asyncio

    from agentic_search.errors import AgenticSearchError, ConfigurationError, Unauthenticated
    from agentic_search.settings import KEY_VARIABLE

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        status = asyncio.run(work)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except ConfigurationError as error:
        typer.echo(error, err=True)
        status = WRONG_USAGE
    except AgenticSearchError as error:
        typer.echo(error, err=True)
        if error.code == Unauthenticated.code:
            typer.echo(f"This program takes the key from the variable {KEY_VARIABLE}.", err=True)
        status = FAILED
    except BrokenPipeError:  # whoever reads the output has seen enough
        sys.stdout = None
        status = 0
    _exit(status)


def _exit(status: int) -> NoReturn:
    raise typer.Exit(status)


def _question(given: str | None) -> str:
    if given is not None and given != "-":
        if not given.strip():
            raise typer.BadParameter("The question is empty.")
        return given
    if sys.stdin.isatty():
        raise typer.BadParameter('Write the question after the command: agentic-search ask "…"')
    question = sys.stdin.read().strip()
    if not question:
        raise typer.BadParameter("Standard input holds no question.")
    return question


def _options(
    model: str | None,
    effort: EffortName,
    tools: list[str] | None,
    approve: list[str] | None,
    thread: str | None,
    instructions: str | None = None,
) -> "QuestionOptions":
    from agentic_search.client.options import EFFORTS

    options = EFFORTS[effort].copy()
    if model:
        options["model"] = model
    if instructions:
        options["instructions"] = instructions
    if tools:
        options["tools"] = tools
    if approve:
        options["approve"] = approve
    if thread:
        options["thread_id"] = thread
    return options


if __name__ == "__main__":
    main()
