"""Every error of the service, named by who acts next.

AgenticSearchError
├── RequestError              the caller corrects the request
│   ├── PlanRefused               … every complaint about the plan at once
│   ├── NotFound                  … there is no such run, thread or file
│   ├── NoSuchTool                … no tool is as the request says
│   └── WrongState                … the thing exists but cannot do this now
├── ConfigurationError        the operator corrects a setting or a file
├── ToolError                 the task fails; everything not depending on it goes on
│   ├── ToolFailed                … the tool ran and reported an error
│   │   └── ResultTooLarge        … it gave more than is taken in
│   ├── ToolTimeout               … the tool took longer than it may; it was asked to stop
│   ├── ServerUnavailable         … never sent: trying again is always safe
│   ├── RateLimited               … refused unread: trying again later is always safe
│   └── ConnectionLost            … may have happened: only a repeatable tool is tried again
├── SignInFailed              a person signs in again, or the operator corrects how
├── ModelError                the offline planner or the extractive writer takes over
│   ├── ModelUnavailable          … no server answers at the model's address
│   ├── ModelMissing              … the server is there, the model is not
│   ├── ModelInterrupted          … the stream broke off or ended unfinished
│   └── ContextOverflow           … the prompt is longer than the model's context
├── AccessRefused             the caller does without, or an operator gives another key
│   ├── Unauthenticated           … there is no key, or none that holds
│   ├── Forbidden                 … the key may not do this
│   ├── IdentityRefused           … what a provider of identities says of somebody is not valid
│   └── TooManyRequests           … the key is used more often than it may be
├── NoIdentityProvider        a person signs in with a key, or the operator corrects the provider's settings
├── SearchFailed              nobody: the run ended without an answer, and says why
│   └── DeadlinePassed            … because its time was over before anything arrived
├── ToolsNotReady             the caller comes back later: a server that the plan needs is not connected
├── ShuttingDown              the caller comes back when the service does
├── Interrupted               the caller asks again: the service was stopped in the middle, and started again
├── StorageFailed             the operator makes room, or corrects where runs are kept
└── Overloaded                the caller comes back later

`code` is the stable, machine-readable name; the text says what happened and what to do.
"""


class AgenticSearchError(Exception):
    """Root of the tree."""

    code = "error"


class RequestError(AgenticSearchError):
    """The request cannot be served as it is."""

    code = "bad_request"


class PlanRefused(RequestError):
    """A plan that breaks a rule; `complaints` lists every breach."""

    code = "plan_refused"

    def __init__(self, complaints: tuple[str, ...], *, unknown_tools: tuple[str, ...] = ()) -> None:
        """`unknown_tools`: the names in the plan that no tool has."""
        super().__init__("The plan was refused: " + "; ".join(complaints))
        self.complaints = complaints
        self.unknown_tools = unknown_tools


class NoSuchTool(RequestError):
    """The request names tools, and none is as it says."""

    code = "no_such_tool"


class NotFound(RequestError):
    """What was asked for is not here."""

    code = "not_found"


class WrongState(RequestError):
    """It exists, but not in a state that allows this."""

    code = "wrong_state"


class ConfigurationError(AgenticSearchError):
    """A setting or a configuration file is wrong."""

    code = "configuration"


class ToolError(AgenticSearchError):
    """A tool call did not give a result."""

    code = "tool_error"


class ToolFailed(ToolError):
    """The tool reported an error of its own."""

    code = "tool_failed"
    personal = False
    """Somebody was asked in the course of the call, or could not be: the error says nothing to anybody else."""


class ResultTooLarge(ToolFailed):
    """The tool's result is larger than a result may be."""

    code = "result_too_large"


class ToolTimeout(ToolError):
    """The tool took longer than it may."""

    code = "tool_timeout"


class ServerUnavailable(ToolError):
    """The tool's server is not connected; nothing was sent."""

    code = "server_unavailable"


class RateLimited(ToolError):
    """The tool's server asks for fewer calls; this one was refused unread."""

    code = "rate_limited"

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds that the server asked to be left alone for, where it said."""
        super().__init__(text)
        self.retry_after = retry_after


class ConnectionLost(ToolError):
    """The connection broke while the call was under way; it may have happened."""

    code = "connection_lost"


class SignInFailed(AgenticSearchError):
    """Nobody is signed in at a remote server, though somebody tried."""

    code = "sign_in_failed"


class ModelError(AgenticSearchError):
    """The language model gave nothing usable."""

    code = "model_error"


class ModelUnavailable(ModelError):
    """No model server answers."""

    code = "model_unavailable"


class ModelMissing(ModelError):
    """The model server does not have the model."""

    code = "model_missing"


class ModelInterrupted(ModelError):
    """The model's stream ended before it was done."""

    code = "model_interrupted"


class ContextOverflow(ModelError):
    """The prompt does not fit the model's context."""

    code = "context_overflow"

    def __init__(self, message: str, *, counted: int | None = None, num_ctx: int | None = None) -> None:
        """`counted` and `num_ctx`: tokens of the prompt and of the context, where the model's server said them."""
        super().__init__(message)
        self.counted = counted
        self.num_ctx = num_ctx


class AccessRefused(AgenticSearchError):
    """The caller may not do this."""

    code = "access_refused"


class Unauthenticated(AccessRefused):
    """Nobody knows who asks."""

    code = "unauthenticated"


class Forbidden(AccessRefused):
    """The key's scopes do not allow it."""

    code = "forbidden"


class IdentityRefused(AccessRefused):
    """What a provider of identities says of somebody is not valid."""

    code = "identity_refused"


class NoIdentityProvider(AgenticSearchError):
    """The provider of identities cannot be asked."""

    code = "no_identity_provider"


class TooManyRequests(AccessRefused):
    """The key has asked as often as it may for now."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        """`retry_after`: in how many seconds it may ask again."""
        super().__init__(message)
        self.retry_after = retry_after


class SearchFailed(AgenticSearchError):
    """A run ended without an answer."""

    code = "run_failed"


class DeadlinePassed(SearchFailed):
    """The run's time was over before there was anything to answer from."""

    code = "deadline_passed"


class ToolsNotReady(AgenticSearchError):
    """A tool that the request names belongs to a server that is not connected."""

    code = "tools_not_ready"


class ShuttingDown(AgenticSearchError):
    """The service ends, and its runs with it."""

    code = "shutting_down"


class Interrupted(AgenticSearchError):
    """The service was stopped in the middle of the run, and has been started again."""

    code = "interrupted"


class StorageFailed(AgenticSearchError):
    """The database cannot be read or written."""

    code = "storage_failed"


class Overloaded(AgenticSearchError):
    """As many runs as may are running and waiting."""

    code = "overloaded"

    def __init__(self, message: str, *, retry_after: int) -> None:
        """`retry_after`: in how many seconds those that wait will probably have begun."""
        super().__init__(message)
        self.retry_after = retry_after
