"""What Telegram's answers mean: one exception of python-telegram-bot in, one Outcome out. Sends and remembers nothing.

The catalogue is the Bot API server's own texts and the exceptions the library makes of them. Texts are compared in
lower case, since the library changes their case. BadRequest and TimedOut are NetworkErrors there, so order matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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

from bot.botapi.redaction import redact
from bot.botapi.transport import NotSent
from bot.domain.interpretation import RIGHTS_SECONDS
from bot.domain.outcome import (
    Absence,
    Delay,
    Gone,
    Migrated,
    Outcome,
    Refusal,
    Refused,
    Revoked,
    Sent,
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
#: After a network error; callers that repeat it make it grow.
NETWORK_SECONDS = 2.0
#: After a 429 that does not say how long, or an error page of something between us and Telegram.
UNSAID_SECONDS = 30.0
#: No pause is longer; a chat told to wait for ever asks once a day.
LONGEST_PAUSE = 86_400.0
#: What the library says of an error page.
NOT_JSON = "parsing the server response"
_SECONDS = re.compile(r"retry after (\d+)")

Meaning = Callable[[str], Outcome]


def outcome(error: BaseException) -> Outcome:
    """Return what `error`, raised by a call of the Bot API, means for the message; never raises."""
    text = redact(str(error) or type(error).__name__)
    if isinstance(error, RetryAfter):
        return Wait(_seconds(error.retry_after), "Telegram asked for a pause", Delay.FLOOD)
    if isinstance(error, ChatMigrated) and type(error.new_chat_id) is int:
        return Migrated(error.new_chat_id)
    if (
        isinstance(error, BadRequest | Forbidden | InvalidToken | EndPointNotFound)
        and NOT_JSON in text.lower()
    ):
        return Wait(
            UNSAID_SECONDS,
            f"something between here and Telegram answered: {_first_line(text)}",
            Delay.INTERCEPTED,
        )
    if isinstance(error, InvalidToken | EndPointNotFound):
        return Revoked("Telegram refuses the token")
    if isinstance(error, BadRequest):
        return _meaning(_BAD_REQUESTS, text, otherwise=_otherwise)
    if isinstance(error, Forbidden):
        return _meaning(_FORBIDDEN, text, otherwise=_otherwise)
    if isinstance(error, Conflict):
        return Wait(NETWORK_SECONDS, text, Delay.CONFLICT)
    if isinstance(error, NetworkError):
        return _network(error, text)
    return Unknown(f"Telegram's answer could not be read: {_first_line(text)}")


def hides_members(came: Outcome) -> bool:
    """Return True if a question about a group's member was refused for the bot being no administrator there."""
    return isinstance(came, Wait | Refused) and came.cause in (
        Delay.ADMIN_REQUIRED,
        Refusal.MEMBERS_HIDDEN,
    )


def _network(error: NetworkError, text: str) -> Outcome:
    """Return the outcome of an error other than a plain no: a 429 without a time, 413, 5xx, or the network."""
    told = text.lower()
    if isinstance(error.__cause__, NOT_SENT):
        return Wait(NETWORK_SECONDS, f"Telegram can't be reached: {_first_line(text)}")
    if "too many requests" in told:
        found = _SECONDS.search(told)
        return Wait(
            _seconds(float(found[1])) if found else UNSAID_SECONDS,
            "Telegram asked for a pause",
            Delay.FLOOD,
        )
    if "request entity too large" in told or "payload too large" in told or "(413)" in told:
        return Refused("it is too large for Telegram", Refusal.TOO_LONG)
    return Unknown(f"Telegram's answer was lost: {_first_line(text)}")


def _meaning(table: tuple[tuple[str, Meaning], ...], text: str, otherwise: Meaning) -> Outcome:
    told = text.lower()
    return next((meaning(text) for key, meaning in table if key in told), otherwise(text))


def _seconds(wait: float | timedelta) -> float:
    """Return a pause as it may be written down, whatever stands between here and Telegram says."""
    try:
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    except (TypeError, ValueError, OverflowError):
        return UNSAID_SECONDS
    return min(max(seconds, 0.0), LONGEST_PAUSE) if isfinite(seconds) else UNSAID_SECONDS


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200]


def _done(text: str) -> Outcome:
    del text
    return Sent(0)


def _refused(cause: Refusal, words: str = "Telegram refuses it") -> Meaning:
    return lambda text: Refused(f"{words}: {_first_line(text)}", cause)


def _otherwise(text: str) -> Outcome:
    """Return the meaning of a text that is in neither table of refusals."""
    return _meaning(_HIDDEN_MEMBERS, text, otherwise=_refused(Refusal.OTHER))


def _gone(cause: Absence, words: str) -> Meaning:
    return lambda text: Gone(words, cause)


def _lost(cause: Delay, words: str) -> Meaning:
    return lambda text: Wait(RIGHTS_SECONDS, f"{words}: {_first_line(text)}", cause)


def _upgrading(text: str) -> Outcome:
    del text
    return Wait(UNSAID_SECONDS, "the group is getting a new number", Delay.UPGRADING)


def _rows(meaning: Meaning, *keys: str) -> tuple[tuple[str, Meaning], ...]:
    return tuple((key, meaning) for key in keys)


#: Answers to getChatMember where members are hidden from those who are not administrators.
_HIDDEN_MEMBERS = (
    *_rows(
        _refused(Refusal.MEMBERS_HIDDEN),
        "chat_admin_required",
        "participant_id_invalid",
        "member list is inaccessible",
    ),
)

#: Lower-case part of the text → meaning; the first that fits. Codes in capitals reach us as they are or capitalised.
_BAD_REQUESTS = (
    *_rows(
        _done,
        "message is not modified",
        "message to delete not found",
        "query is too old",
        "query id is invalid",
    ),
    *_rows(
        _refused(Refusal.MARKUP, "Telegram can't read the markup"),
        "can't parse entities",
        "text contains invalid unicode",
        "text must be encoded in utf-8",
        "entity_bounds_invalid",
    ),
    *_rows(
        _refused(Refusal.TOO_LONG, "it is too long for Telegram"),
        "message is too long",
        "text is too long",
        "caption is too long",
        "message_too_long",
        "caption_too_long",
    ),
    *_rows(
        _refused(Refusal.OTHER, "there are no words in it"),
        "message text is empty",
        "text must be non-empty",
    ),
    *_rows(
        _refused(Refusal.KEYBOARD, "Telegram refuses the buttons"),
        "inline keyboard",
        "reply markup",
        "reply keyboard",
        "reply_markup",
        "button_",
    ),
    *_rows(
        _refused(Refusal.NO_PICTURES, "pictures are not allowed there"),
        "not enough rights to send photos",
        "chat_send_photos_forbidden",
    ),
    *_rows(
        _refused(Refusal.PICTURE, "Telegram can't use the picture"),
        "wrong file identifier",
        "wrong http url specified",
        "failed to get http url content",
        "wrong type of the web page content",
        "failed to send message #",
        "webpage_",
        "media_empty",
        "photo_",
        "photo has unsupported extension",
        "image_process_failed",
        "can't upload file by url",
        "file is too big",
        "invalid file_id",
        "wrong remote file identifier",
    ),
    *_rows(
        _refused(Refusal.NO_MESSAGE_TO_REPLY_TO, "the message to answer no longer exists"),
        "message to be replied not found",
        "message to reply not found",
        "replied message not found",
    ),
    *_rows(
        _refused(Refusal.NO_THREAD, "the forum's topic no longer exists"),
        "message thread not found",
        "message thread is not a forum topic",
        "topic_deleted",
        "topic_id_invalid",
    ),
    *_rows(
        _refused(Refusal.NO_STARS, "the Stars for paid broadcast are used up"), "balance_too_low"
    ),
    *_rows(_lost(Delay.THREAD_CLOSED, "the forum's topic is closed"), "topic_closed"),
    *_rows(
        _lost(Delay.RIGHTS, "the bot lacks a right there"),
        "not enough rights",
        "have no rights",
        "have no write access",
        "need administrator rights",
        "chat_write_forbidden",
        "chat_restricted",
        "chat_send_plain_forbidden",
        "user_banned_in_channel",
    ),
    *_rows(_lost(Delay.ADMIN_REQUIRED, "the bot lacks a right there"), "chat_admin_required"),
    *_rows(
        _refused(Refusal.MESSAGE_MISSING, "the message no longer exists"),
        "message to edit not found",
        "message to forward not found",
        "message_id_invalid",
    ),
    *_rows(
        _refused(Refusal.PROTECTED, "the chat forbids forwarding"),
        "protected content",
        "forwards_restricted",
    ),
    *_rows(
        _refused(Refusal.NOT_EDITABLE, "Telegram no longer lets anyone change it"),
        "message can't be edited",
    ),
    *_rows(
        _refused(Refusal.NOT_DELETABLE, "Telegram no longer lets the bot delete it"),
        "message can't be deleted",
    ),
    *_rows(_upgrading, "group chat was upgraded"),
    *_rows(
        _gone(Absence.NOT_FOUND, "the chat is not there, or the bot can't see it"),
        "chat not found",
        "peer_id_invalid",
        "channel_private",
        "chat_id_invalid",
        "group chat was deactivated",
        "chat was deleted",
    ),
    *_rows(
        _gone(Absence.ACCOUNT_DELETED, "the account was deleted"),
        "user is deactivated",
        "input_user_deactivated",
    ),
    *_rows(_gone(Absence.BLOCKED, "the reader blocked the bot"), "user_is_blocked"),
)

#: A 403: nothing was sent. A channel of the settings waits for its editors, a reader's chat is left.
_FORBIDDEN = (
    *_rows(_gone(Absence.BLOCKED, "the reader blocked the bot"), "bot was blocked"),
    *_rows(_gone(Absence.ACCOUNT_DELETED, "the account was deleted"), "user is deactivated"),
    *_rows(
        _gone(Absence.NOT_STARTED, "the reader has to press Start first"),
        "can't initiate conversation",
    ),
    *_rows(
        _gone(Absence.BOT, "it is a bot, and bots can't read messages"),
        "can't send messages to bots",
    ),
    *_rows(
        _lost(Delay.RIGHTS, "the bot is not in the channel"),
        "kicked from the channel",
        "not a member of the channel",
    ),
    *_rows(
        _gone(Absence.REMOVED, "the bot was removed from the group"),
        "bot was kicked",
        "is not a member",
    ),
    *_rows(_gone(Absence.CHAT_DELETED, "the group was deleted"), "chat was deleted"),
    *_rows(
        _lost(Delay.RIGHTS, "the bot lacks a right there"),
        "not enough rights",
        "need administrator rights",
        "have no rights",
    ),
)
