"""What a person asked: a message or a tapped button, read from Telegram's update.

Handles nothing. Only what the handlers need is kept, so that they work without Telegram's objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from telegram import CallbackQuery, Chat, Message, Update

from bot.domain.chat import ChatKind
from bot.rendering import keyboards
from bot.rendering.keyboards import Tap

#: Telegram marks 1 to 64 letters, digits and _ after a slash as a command; @name picks one of
#: several bots.
_COMMAND = re.compile(
    r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?", re.DOTALL
)
#: The account in whose name anonymous admins of a group write (Telegram's GroupAnonymousBot).
ANONYMOUS_ADMIN = 1_087_968_824
#: The thread that every forum has, General: it is written to without a thread.
_GENERAL = 1


class Audience(StrEnum):
    """Whom a reply speaks to. Templates get the value as `group`."""

    #: One person, in private.
    PERSON = ""
    #: The members of a group.
    GROUP = "group"
    #: The members of a forum, in one of its threads.
    THREAD = "thread"


class Content(StrEnum):
    """What a message consists of. Templates get the value as `sort`."""

    #: Words that the person wrote.
    TEXT = "text"
    #: Somebody else's message, forwarded.
    FORWARD = "forward"
    #: A sticker.
    STICKER = "sticker"
    #: A picture, a voice message, a place: with a caption or without.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command as a person typed it; whether the bot has such a command is not known here."""

    #: Lower case, without the slash.
    name: str
    #: With its slash, upper and lower case as typed.
    typed: str
    #: The bot that the command names, /topic@our_bot; None where it names none.
    addressee: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TappedButton:
    """An inline button that a person tapped, with the message it is under."""

    #: Telegram's id of the tap, by which it is answered.
    query: str
    #: The callback data of the button, as Telegram sent it.
    data: str
    #: What the callback data asks for; None for data that no button of this bot ever had.
    tap: Tap | None
    #: Telegram's number of the message.
    message: int
    #: All buttons of the message; none where Telegram does not show the message any more.
    keyboard: keyboards.Rows = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing that a person asks for.

    Its effect is recorded with the number of the update, once.
    """

    #: Telegram's number of the update.
    update: int
    #: When the update arrived, aware UTC.
    at: datetime
    chat_id: int
    kind: ChatKind
    username: str = ""
    title: str = ""
    #: The thread of a forum it was asked in; 0: General, and every chat that is not a forum.
    thread: int = 0
    #: The tapped message is in a forum, and Telegram does not show it any more: its thread is not
    #: known.
    thread_unknown: bool = False
    #: Who asked; None when Telegram does not say: an anonymous admin, a channel.
    user: int | None = None
    #: Written in the name of the group itself, which only its admins can do.
    anonymous: bool = False
    #: Telegram's number of the message that asks; None for a tap.
    message: int | None = None
    content: Content = Content.TEXT
    #: Telegram's id of the album that the message is a part of.
    album: str | None = None
    #: The message is a reply to a message of this bot.
    is_reply_to_bot: bool = False
    #: None for a message without a command, and for a tap.
    command: TypedCommand | None = None
    #: What followed the command; without one, the whole text.
    words: str = ""
    #: None for a message.
    button: TappedButton | None = None

    @property
    def private(self) -> bool:
        """Whether it was asked in a person's own chat with the bot."""
        return self.kind is ChatKind.PRIVATE

    @property
    def place(self) -> str:
        """The chat as the log names it: a reader's private chat is not named."""
        return "a private chat" if self.private else f"the group “{self.title}”"

    @property
    def audience(self) -> Audience:
        """Whom the reply speaks to."""
        if self.private:
            return Audience.PERSON
        return Audience.THREAD if self.thread else Audience.GROUP


def from_message(
    update: Update, at: datetime, bot_username: str, bot: int = 0
) -> Request | None:
    """Return what a message asks; None for what is not written to the bot.

    That is: service messages, messages of other bots, and commands to other bots.
    """
    message = update.message
    if message is None or not _is_written_by_person(message):
        return None
    content = _content(message)
    command, words = _command_and_words(message, content)
    if (
        command
        and command.addressee
        and command.addressee.casefold() != bot_username.casefold()
    ):
        return None
    sender, answered = message.sender_chat, message.reply_to_message
    return Request(
        update=update.update_id,
        at=at,
        **_chat(message.chat),
        thread=thread_of(message),
        user=message.from_user.id if message.from_user and not sender else None,
        anonymous=sender is not None and sender.id == message.chat.id,
        message=message.message_id,
        content=content,
        album=message.media_group_id,
        is_reply_to_bot=bool(
            answered and answered.from_user and answered.from_user.id == bot
        ),
        command=command,
        words=words,
    )


def from_tap(update: Update, at: datetime) -> Request | None:
    """Return what a tapped button asks; None where its message was not sent to a chat."""
    query = update.callback_query
    if query is None or query.message is None:
        return None
    message = _still_shown(query)
    data = query.data or ""
    return Request(
        update=update.update_id,
        at=at,
        **_chat(query.message.chat),
        thread=thread_of(message) if message else 0,
        thread_unknown=message is None and bool(query.message.chat.is_forum),
        user=query.from_user.id,
        anonymous=query.from_user.id == ANONYMOUS_ADMIN,
        button=TappedButton(
            query=query.id,
            data=data,
            tap=keyboards.read(data),
            message=query.message.message_id,
            keyboard=_keyboard(query),
        ),
    )


def from_membership(update: Update, chat: Chat, at: datetime) -> Request:
    """Return the request that stands for the bot's new membership in a chat."""
    return Request(update=update.update_id, at=at, **_chat(chat))


def thread_of(message: Message) -> int:
    """Return the thread of a forum that a message is in, 0 for none.

    Replies in groups that are not forums carry a number too, which is not that of a thread.
    """
    if not (message.is_topic_message and message.chat.is_forum):
        return 0
    number = message.message_thread_id or 0
    return 0 if number == _GENERAL else number


def _command_and_words(
    message: Message, content: Content
) -> tuple[TypedCommand | None, str]:
    """Return the command, if there is one, and what follows it, else the whole text.

    A command may be in a caption. A forwarded command was typed by somebody else: it is text.
    """
    text = (message.text or message.caption or "").strip()
    match = None if content is Content.FORWARD else _COMMAND.fullmatch(text)
    if match is None:
        return None, text
    name, addressee, words = match.groups(default="")
    command = TypedCommand(name.lower(), f"/{name}", addressee or None)
    return command, words.strip()


def _content(message: Message) -> Content:
    if message.forward_origin:
        return Content.FORWARD
    if message.text:
        return Content.TEXT
    return Content.STICKER if message.sticker else Content.OTHER


def _is_written_by_person(message: Message) -> bool:
    """Return False for service messages, other bots' messages, and a channel's posts in a group."""
    if message.is_automatic_forward:
        return False
    if message.from_user and message.from_user.is_bot and not message.sender_chat:
        return False
    return bool(message.text or message.caption or message.effective_attachment)


def _chat(chat: Chat) -> dict[str, Any]:
    is_private = chat.type == Chat.PRIVATE
    return {
        "chat_id": chat.id,
        "kind": ChatKind.PRIVATE if is_private else ChatKind.GROUP,
        "username": chat.username or "",
        "title": chat.title or chat.full_name or "",
    }


def _still_shown(query: CallbackQuery) -> Message | None:
    """Return the tapped message; None for one that Telegram no longer shows, which is dated 0."""
    message = query.message
    if not isinstance(message, Message):
        return None
    return message if message.date.timestamp() else None


def _keyboard(query: CallbackQuery) -> keyboards.Rows:
    """Return the buttons of the tapped message; none if Telegram no longer shows the message."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return ()
    return tuple(
        tuple(button.to_dict() for button in row)
        for row in message.reply_markup.inline_keyboard
    )
