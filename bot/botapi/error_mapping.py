"""What an answer of Telegram means: an exception of python-telegram-bot in, an Outcome out.

Sends nothing and keeps nothing. What the texts of errors mean is in `error_texts`. The library's
BadRequest and TimedOut are NetworkErrors too, so the order of the checks matters.
"""

from __future__ import annotations

import re
from datetime import timedelta
from math import isfinite

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from bot.botapi.error_texts import (
    BAD_REQUESTS,
    CONFLICTS,
    FORBIDDEN,
    NETWORK_SECONDS,
    UNSAID_SECONDS,
    first_line,
    meaning,
)
from bot.botapi.redaction import redact
from bot.botapi.transport import NotSent
from bot.domain.outcome import (
    Delay,
    Migrated,
    Outcome,
    Refusal,
    Refused,
    Revoked,
    Unknown,
    Wait,
)

#: The request never left, or never arrived whole.
NOT_SENT = (
    httpx.PoolTimeout,
    httpx.ConnectTimeout,
    httpx.ConnectError,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
    NotSent,
)
#: No pause is longer; a chat told to wait for ever asks once a day.
LONGEST_PAUSE = 86_400.0
#: Errors that are Telegram's own words, unless the library says that it got an error page.
_OF_TELEGRAM = BadRequest | Forbidden | InvalidToken | EndPointNotFound | Conflict
_TABLES = (
    (BadRequest, BAD_REQUESTS),
    (Forbidden, FORBIDDEN),
    (Conflict, CONFLICTS),
)
_NOT_JSON = "parsing the server response"
#: What servers and proxies say of a 413.
_TOO_LARGE = ("request entity too large", "payload too large", "(413)")
_SECONDS = re.compile(r"retry after (\d+)")


def outcome(error: BaseException) -> Outcome:
    """Return what `error`, raised by a call of the Bot API, means for the message; never raises."""
    name = type(error).__name__
    text = redact(str(error) or name)
    if isinstance(error, RetryAfter):
        return _flood(error.retry_after)
    if isinstance(error, ChatMigrated) and type(error.new_chat_id) is int:
        return Migrated(error.new_chat_id)
    if isinstance(error, _OF_TELEGRAM) and _NOT_JSON in text.lower():
        reason = f"something between here and Telegram answered: {first_line(text)}"
        return Wait(UNSAID_SECONDS, reason, Delay.INTERCEPTED)
    if isinstance(error, InvalidToken | EndPointNotFound):
        return Revoked("Telegram refuses the token")
    for kind, table in _TABLES:
        if isinstance(error, kind):
            return meaning(table, text)
    if isinstance(error, NetworkError):
        return _network(error, text)
    return Unknown(f"Telegram's answer could not be read: {first_line(text)}")


def _network(error: NetworkError, text: str) -> Outcome:
    """Return the outcome of a 429 without a time, a 413, a 5xx, or a failed connection."""
    lowered = text.lower()
    if isinstance(error.__cause__, NOT_SENT):
        return Wait(NETWORK_SECONDS, f"Telegram can't be reached: {first_line(text)}")
    if "too many requests" in lowered:
        named = _SECONDS.search(lowered)
        return _flood(float(named[1]) if named else UNSAID_SECONDS)
    if any(words in lowered for words in _TOO_LARGE):
        return Refused("it is too large for Telegram", Refusal.TOO_LONG)
    return Unknown(f"Telegram's answer was lost: {first_line(text)}")


def _flood(wait: float | timedelta) -> Wait:
    seconds = _seconds(wait)
    return Wait(seconds, "Telegram asked for a pause", Delay.FLOOD)


def _seconds(wait: float | timedelta) -> float:
    """Return a pause as it may be written down, whatever stands between here and Telegram says."""
    try:
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    except (TypeError, ValueError, OverflowError):
        return UNSAID_SECONDS
    if not isfinite(seconds):
        return UNSAID_SECONDS
    return min(max(seconds, 0.0), LONGEST_PAUSE)
