"""A server's elicitation, in a form or at a URL, as a question to the user of the call that it belongs to."""

import logging
from collections.abc import Sequence

from mcp.client import ClientRequestContext
from mcp_types import (
    ElicitRequestedSchema,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitRequestURLParams,
    ElicitResult,
)

from agentic_search.domain.approval.question import UserQuestion
from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import is_web_address
from agentic_search.tools.mcp.exchange.answer_form import AnswerForm, UnusableForm
from agentic_search.tools.mcp.exchange.open_calls import OpenCall, OpenCalls

logger = logging.getLogger(__name__)

_LONGEST_MESSAGE = 2_000
_LONGEST_URL = 4_000
_DECLINED = ElicitResult(action="decline")
_CANCELLED = ElicitResult(action="cancel")


class Elicitation:
    """Answers the questions of one connection's server: mcp's `elicitation_callback`."""

    def __init__(self, server: str, calls: OpenCalls) -> None:
        self._server = server
        self._calls = calls

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Ask, and ask again while the answer does not fit what was asked for."""
        call = self._calls.find(context.meta)
        if call is None:
            logger.info("%s: a question was declined, for its call is not known", self._server)
            return _DECLINED
        if isinstance(params, ElicitRequestURLParams):
            return await asked_to_go(call, params)
        return await _asked_to_fill_in(call, params)


async def asked_to_go(call: OpenCall, params: ElicitRequestURLParams) -> ElicitResult:
    """Show the user the URL, which is never fetched here."""
    if len(params.url) > _LONGEST_URL or not is_web_address(params.url):
        call.refusal = "It wanted the user to go to an address that is not one of a web page."
        return _DECLINED
    answer = await call.ask(UserQuestion(message=_message(params.message), url=params.url))
    return ElicitResult(action=answer.action) if answer is not None else _unanswered(call)


async def all_visited(call: OpenCall, wanted: Sequence[ElicitRequestURLParams]) -> bool:
    """Show the user one URL after another; whether all were accepted."""
    for params in wanted:
        if (await asked_to_go(call, params)).action != "accept":
            return False
    return True


async def _asked_to_fill_in(call: OpenCall, params: ElicitRequestFormParams) -> ElicitResult:
    schema: ElicitRequestedSchema = params.requested_schema
    try:
        form = AnswerForm(schema)
    except UnusableForm as error:
        call.refusal = f"It asked the user for what cannot be shown as a form: {error}."
        return _DECLINED
    message = _message(params.message)
    complaint = ""
    while True:
        answer = await call.ask(UserQuestion(message=message + complaint, answer_schema=form.schema))
        if answer is None:
            return _unanswered(call)
        if answer.action != "accept":
            return ElicitResult(action=answer.action)
        try:
            return ElicitResult(action="accept", content=form.filled(answer.content))  # pyright: ignore[reportArgumentType] - the form's schema allows plain values only
        except ValueError as error:
            complaint = f"\n\nThe answer does not fit: {error}"


def _unanswered(call: OpenCall) -> ElicitResult:
    """Declined where somebody decided so; cancelled where the call ended before anybody did."""
    return _DECLINED if call.refusal else _CANCELLED


def _message(text: str) -> str:
    return shortened(text, _LONGEST_MESSAGE)
