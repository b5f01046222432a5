"""What the texts of Telegram's errors mean: tables, from a part of the text to an Outcome.

Reads no exception; `error_mapping` does. The texts are the Bot API server's own. They are compared
in lower case, since python-telegram-bot changes their case.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.interpretation import RIGHTS_SECONDS
from bot.domain.outcome import (
    Absence,
    Delay,
    Gone,
    Outcome,
    Refusal,
    Refused,
    Sent,
    Wait,
)

#: After a 429 that does not say how long, or an error page of something between us and Telegram.
UNSAID_SECONDS = 30.0
#: After a network error or a 409; callers that repeat it make it grow.
NETWORK_SECONDS = 2.0

Meaning = Callable[[str], Outcome]
Table = tuple[tuple[str, Meaning], ...]


def meaning(table: Table, text: str) -> Outcome:
    """Return what the first fitting row of `table` makes of `text`; a refusal where none fits."""
    lowered = text.lower()
    for key, outcome_of in (*table, *_HIDDEN_MEMBERS):
        if key in lowered:
            return outcome_of(text)
    return _refused(Refusal.OTHER)(text)


def first_line(text: str) -> str:
    """Return the first line of an error's text, cut."""
    first = text.strip().splitlines()[0]
    return first[:200]


def _done(text: str) -> Outcome:
    del text
    return Sent(0)


def _refused(cause: Refusal, words: str = "Telegram refuses it") -> Meaning:
    def refused(text: str) -> Outcome:
        return Refused(f"{words}: {first_line(text)}", cause)

    return refused


def _gone(cause: Absence, words: str) -> Meaning:
    return lambda text: Gone(words, cause)


def _lost(cause: Delay, words: str) -> Meaning:
    def lost(text: str) -> Outcome:
        return Wait(RIGHTS_SECONDS, f"{words}: {first_line(text)}", cause)

    return lost


def _conflict(cause: Delay) -> Meaning:
    return lambda text: Wait(NETWORK_SECONDS, text, cause)


def _upgrading(text: str) -> Outcome:
    del text
    return Wait(UNSAID_SECONDS, "the group is getting a new number", Delay.UPGRADING)


def _rows(meaning: Meaning, *keys: str) -> Table:
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
#: Lower-case part of a 400's text → meaning; the first match counts. Codes in capitals arrive
#: unchanged or capitalised.
BAD_REQUESTS = (
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
        _refused(
            Refusal.NO_MESSAGE_TO_REPLY_TO, "the message to answer no longer exists"
        ),
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
        _refused(Refusal.NO_STARS, "the Stars for paid broadcast are used up"),
        "balance_too_low",
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
    *_rows(
        _lost(Delay.ADMIN_REQUIRED, "the bot lacks a right there"),
        "chat_admin_required",
    ),
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

#: The same for a 403: nothing was sent. A channel of the settings waits for its editors; a reader's
#: chat is left.
FORBIDDEN = (
    *_rows(_gone(Absence.BLOCKED, "the reader blocked the bot"), "bot was blocked"),
    *_rows(
        _gone(Absence.ACCOUNT_DELETED, "the account was deleted"), "user is deactivated"
    ),
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

#: The same for a 409, an answer to getUpdates only.
CONFLICTS = (
    *_rows(_conflict(Delay.WEBHOOK), "webhook is active"),
    *_rows(_conflict(Delay.CONFLICT), ""),
)
