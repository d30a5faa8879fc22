"""Sends what is new to a webhook: signed, to checked addresses only, again with longer and longer pauses.

The signature is that of the Standard Webhooks specification, for which receivers have libraries.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import aiohttp
from yarl import URL

from agentic_search import __version__
from agentic_search.errors import RequestError
from agentic_search.network.addresses import AddressRefused, AllowedPlaces, literal_address, read_url
from agentic_search.network.requests import checked_request, why_unanswered
from agentic_search.plain_json import json_bytes
from agentic_search.schedules.stored import OpenDelivery
from agentic_search.schedules.times import iso_time

ALLOW = "AGENTIC_SEARCH_WEBHOOK_ALLOW"
TIMEOUT = 15.0
"""Seconds for an attempt."""
PAUSES = (10.0, 60.0, 300.0, 1_800.0, 7_200.0, 21_600.0)
"""Seconds before each further attempt."""
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_USER_AGENT = f"agentic-search/{__version__} (webhook)"
_GONE = 410
"""The receiver wants no more of it."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """How an attempt ended."""

    delivered: bool
    error: str | None = None
    final: bool = False
    """Another attempt would end the same way."""


def new_secret() -> str:
    """What signatures are made with, in the form of the specification."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def checked_webhook(address: str, allowed: AllowedPlaces) -> str:
    """The URL, as far as it can be known by itself that it may be asked. Raises RequestError."""
    try:
        host = read_url(address).raw_host or ""
        literal = literal_address(host)
        if literal is not None and not allowed.names_host(host):
            allowed.check(literal)
    except AddressRefused as error:
        raise RequestError(f"The webhook cannot be {address[:200]}: {error}.") from error
    return address


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def body_of(delivery: OpenDelivery) -> bytes:
    """What is sent: the same at each attempt."""
    schedule, run = delivery.schedule, delivery.run.model_copy(update={"delivery": None})
    about = {name: getattr(schedule, name) for name in ("id", "title", "query", "thread_id")}
    told = {"schedule": about, "run": run.model_dump(mode="json", exclude={"delivery"})}
    return json_bytes({"type": "schedule.news", "timestamp": run.ended_at, "data": told})


async def send(delivery: OpenDelivery, allowed: AllowedPlaces, now: float) -> DeliveryAttempt:
    """Try once."""
    schedule, body = delivery.schedule, body_of(delivery)
    message_id, timestamp = delivery.run.run_id, int(now)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(schedule.secret or "", message_id, timestamp, body),
    }
    try:
        url = read_url(schedule.webhook or "")
        async with (
            asyncio.timeout(TIMEOUT),
            checked_request("POST", url, allowed, headers=headers, body=body) as response,
        ):
            return _judged(url, response.status)
    except TimeoutError:
        return DeliveryAttempt(delivered=False, error=f"It took longer than {TIMEOUT:g} s to answer.")
    except AddressRefused as error:
        return DeliveryAttempt(delivered=False, error=f"It is not asked: {error}.")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return DeliveryAttempt(delivered=False, error=f"There is no answer: {why_unanswered(error)}.")


def next_attempt(attempts: int, now: float) -> float | None:
    """When to try again after so many; None: no more."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def given_up(error: str, now: float) -> str:
    """What is told of what is not delivered."""
    return f"{error} Given up at {iso_time(now)}: correct the webhook by PATCH, and what is new next is sent there."


def _judged(url: URL, status: int) -> DeliveryAttempt:
    match status:
        case _ if 200 <= status < 300:
            return DeliveryAttempt(delivered=True)
        case _ if 300 <= status < 400:
            return DeliveryAttempt(
                delivered=False, error=f"{url.host} redirects (status {status}): give the last address."
            )
        case _:
            return DeliveryAttempt(
                delivered=False, error=f"{url.host} answered with status {status}.", final=status == _GONE
            )
