"""What a person asked: a message or a tap, read from Telegram's update. Does nothing about it.

Only what the handlers need is kept, so that they know no Telegram object.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from telegram import CallbackQuery, Chat, Message, Update

from bot.domain.chat import ChatKind

#: Telegram marks 1 to 64 letters, digits and _ after a slash as a command; @name picks one of several bots.
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?", re.DOTALL)
#: The account in whose name anonymous admins of a group write (Telegram's GroupAnonymousBot).
ANONYMOUS_ADMIN = 1_087_968_824
#: The thread that every forum has, General: it is written to without a thread.
_GENERAL = 1
Keyboard = tuple[tuple[dict[str, Any], ...], ...]


class Sort(StrEnum):
    """What a message without a command consists of."""

    TEXT = "text"
    #: Somebody else's words, passed on.
    FORWARD = "forward"
    STICKER = "sticker"
    #: Pictures, voices, places: with a caption or without.
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish. `update` is Telegram's number of it: an effect is written with it, once."""

    update: int
    #: When it reached us, aware UTC.
    at: datetime
    chat_id: int
    private: bool
    username: str = ""
    title: str = ""
    #: The thread of a forum it was asked in; 0: General, and every chat that is no forum.
    thread: int = 0
    #: A tap under a message that Telegram shows no more, in a forum: nobody knows in which thread.
    thread_unknown: bool = False
    #: Who asked, or 0 when Telegram does not say: an anonymous admin, a channel.
    user: int = 0
    #: Said in the name of the group itself, which only its admins can do.
    anonymous: bool = False
    #: Telegram's number of the message that asks; None for a tap.
    said: int | None = None
    sort: Sort = Sort.TEXT
    #: Telegram's id of the album that the message is a part of, or empty.
    album: str = ""
    #: It answers a message of this bot.
    to_us: bool = False
    #: Lower case, without the slash; empty for plain words.
    command: str = ""
    #: What came after the command; without one, the whole text.
    words: str = ""
    #: As it was typed, with its slash.
    typed: str = ""
    #: The command named this bot: /topic@our_bot.
    addressed: bool = False
    #: Telegram's id of a tap, or empty.
    query: str = ""
    #: What the tapped button sent.
    data: str = ""
    #: The tapped button's message.
    message: int | None = None
    keyboard: Keyboard = ()

    @property
    def place(self) -> str:
        """What the log calls the chat: a reader's is not named."""
        return "a private chat" if self.private else f"the group “{self.title}”"

    @property
    def kind(self) -> ChatKind:
        """What the chat is."""
        return ChatKind.PRIVATE if self.private else ChatKind.GROUP

    @property
    def audience(self) -> str:
        """Whom an answer speaks to: "group", "thread" (of a forum), or nobody but the person: empty."""
        return "" if self.private else "thread" if self.thread else "group"


def from_message(update: Update, at: datetime, bot_username: str, bot: int = 0) -> Request | None:
    """Return what a message asks, or None where it is not for us: service messages, other bots and their commands.

    A command may stand in a caption; in a forward it is somebody else's.
    """
    message = update.message
    if message is None or not _is_speech(message):
        return None
    sort = _sort(message)
    text = (message.text or message.caption or "").strip()
    found = _COMMAND.fullmatch(text) if sort is not Sort.FORWARD else None
    command, named, words = found.groups(default="") if found else ("", "", text)
    if named and named.casefold() != bot_username.casefold():
        return None
    sender, answered = message.sender_chat, message.reply_to_message
    return Request(
        update=update.update_id,
        at=at,
        **_chat(message.chat),
        thread=thread_of(message),
        user=message.from_user.id if message.from_user and not sender else 0,
        anonymous=sender is not None and sender.id == message.chat.id,
        said=message.message_id,
        sort=sort,
        album=message.media_group_id or "",
        to_us=bool(answered and answered.from_user and answered.from_user.id == bot),
        command=command.lower(),
        words=words.strip(),
        typed=f"/{command}" if command else "",
        addressed=bool(named),
    )


def from_tap(update: Update, at: datetime) -> Request | None:
    """Return what a tapped button asks, or None for one under a message that is no chat's."""
    query = update.callback_query
    if query is None or query.message is None:
        return None
    message = _still_shown(query)
    return Request(
        update=update.update_id,
        at=at,
        **_chat(query.message.chat),
        thread=thread_of(message) if message else 0,
        thread_unknown=message is None and bool(query.message.chat.is_forum),
        user=query.from_user.id,
        anonymous=query.from_user.id == ANONYMOUS_ADMIN,
        query=query.id,
        data=query.data or "",
        message=query.message.message_id,
        keyboard=_keyboard(query),
    )


def _still_shown(query: CallbackQuery) -> Message | None:
    """Return the tapped message; None for one that Telegram shows no more, which is dated 0."""
    message = query.message
    return message if isinstance(message, Message) and message.date.timestamp() else None


def thread_of(message: Message) -> int:
    """Return the thread a message stands in. Replies in other groups carry a number too, which is none of a thread."""
    if not (message.is_topic_message and message.chat.is_forum):
        return 0
    number = message.message_thread_id or 0
    return 0 if number == _GENERAL else number


def _sort(message: Message) -> Sort:
    if message.forward_origin:
        return Sort.FORWARD
    if message.text:
        return Sort.TEXT
    return Sort.STICKER if message.sticker else Sort.OTHER


def _is_speech(message: Message) -> bool:
    if message.is_automatic_forward or (message.from_user and message.from_user.is_bot and not message.sender_chat):
        return False
    return bool(message.text or message.caption or message.effective_attachment)


def _chat(chat: Chat) -> dict[str, Any]:
    title = chat.title or " ".join(filter(None, (chat.first_name, chat.last_name)))
    return {"chat_id": chat.id, "private": chat.type == "private", "username": chat.username or "", "title": title}


def _keyboard(query: CallbackQuery) -> Keyboard:
    """Return the buttons under the tapped one's message; none for a message Telegram shows no more."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return ()
    return tuple(tuple(button.to_dict() for button in row) for row in message.reply_markup.inline_keyboard)
