"""Of what a process wrote last, the line that says why it ended."""

import pytest

from agentic_search.tools.mcp.process.output import ProcessOutput

NODE = """index.js:3
  throw new Error('NOTES_API_KEY environment variable is required')
  ^

Error: NOTES_API_KEY environment variable is required
    at Object.<anonymous> (index.js:3:9)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)

Node.js v20.20.2"""

NO_HOST = """node:internal/deps/undici/undici:13510
      Error.captureStackTrace(err);
            ^

Error: getaddrinfo ENOTFOUND notes.example
    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26) {
  errno: -3008,
  code: 'ENOTFOUND',
  syscall: 'getaddrinfo',
  hostname: 'notes.example'
}

Node.js v22.1.0"""

NPM = """npm warn exec The following package was not found and will be installed
npm error code E404
npm error 404 Not Found - GET https://registry.example/nothing - Not found
npm error 404
npm error 404  'nothing@*' is not in this registry.
npm error A complete log of this run can be found in: /home/me/.npm/_logs/1-debug-0.log"""

PYTHON = """Traceback (most recent call last):
  File "/srv/notes.py", line 3, in <module>
    import nothing_here
ModuleNotFoundError: No module named 'nothing_here'"""

PYDANTIC = """Traceback (most recent call last):
  File "/srv/notes.py", line 9, in <module>
    Settings()
pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings
notes_token
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2/v/missing"""

RUST = """thread 'main' panicked at src/main.rs:10:5:
NOTES_TOKEN must be set
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"""

GO = """panic: dial tcp: lookup notes.example: no such host

goroutine 1 [running]:
main.main()
\t/src/main.go:12 +0x1d
exit status 2"""

UV = """  × No solution found when resolving tool dependencies:
  ╰─▶ Because nothing-here was not found in the package registry and you require nothing-here, we can
      conclude that your requirements are unsatisfiable."""


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (NODE, "Error: NOTES_API_KEY environment variable is required"),
        (NO_HOST, "Error: getaddrinfo ENOTFOUND notes.example"),
        (NPM, "npm error code E404 npm error 404 Not Found - GET https://registry.example/nothing - Not found"),
        (PYTHON, "ModuleNotFoundError: No module named 'nothing_here'"),
        (PYDANTIC, "notes_token Field required"),
        (RUST, "NOTES_TOKEN must be set"),
        (GO, "panic: dial tcp: lookup notes.example: no such host"),
        (UV, "nothing-here was not found in the package registry"),
        ("Missing required environment variable: NOTES_TOKEN\nInvalid configuration", "NOTES_TOKEN"),
        (
            "[INFO] starting\n\x1b[31mERROR\x1b[0m cannot open /srv/notes.db\n[INFO] bye",
            "ERROR cannot open /srv/notes.db",
        ),
        (
            "docker: Cannot connect to the Docker daemon.\nSee 'docker run --help'.",
            "Cannot connect to the Docker daemon",
        ),
        ("sh: 1: nothing-here: not found", "sh: 1: nothing-here: not found"),
        ("all is well\nthe end", "the end"),
        ("}", "}"),
        ("", ""),
    ],
)
def test_the_line_that_says_it_is_found(written: str, told: str) -> None:
    output = ProcessOutput(str)
    for line in written.splitlines():
        output.add_error(line.encode())
    reason = output.reason()
    assert told in reason
    assert not any(other in reason for other in ("Node.js v", "complete log", "    at "))


def test_what_was_printed_counts_where_nothing_was_written_as_an_error() -> None:
    output = ProcessOutput(lambda text: text.replace("s3cret-value", "***"))
    output.add_printed(b"Usage: notes-server <folder>\n")
    assert output.reason() == "Usage: notes-server <folder>"
    assert output.tail == ()
    assert output.add_error(b"cannot log in with s3cret-value") == "cannot log in with ***"
    assert (output.reason(), output.tail) == ("cannot log in with ***", ("cannot log in with ***",))


def test_much_output_is_cut() -> None:
    output = ProcessOutput(str)
    for number in range(500):
        output.add_error(b"x" * 10_000 + str(number).encode())
    assert len(output.tail) == 20
    assert max(map(len, output.tail)) <= 2_000
    assert len(output.reason()) <= 400
