"""What a person asked: a message or a tap, read from Telegram's update. Does nothing about it.

Only what the handlers need is kept, so that they know no Telegram object.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, Message, Update

#: Telegram marks 1 to 64 letters, digits and _ after a slash as a command; @name picks one of several bots.
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?", re.DOTALL)
Keyboard = tuple[tuple[dict[str, Any], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One wish. `update` is Telegram's number of it: an effect is written with it, once."""

    update: int
    #: When it reached us, aware UTC.
    at: datetime
    chat_id: int
    private: bool
    username: str = ""
    title: str = ""
    #: The forum topic it was asked in, or 0.
    thread: int = 0
    #: Who asked, or 0 when Telegram does not say: an anonymous admin, a channel.
    user: int = 0
    #: Said in the name of the group itself, which only its admins can do.
    anonymous: bool = False
    #: Lower case, without the slash; empty for plain words.
    command: str = ""
    #: What came after the command.
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
    def kind(self) -> str:
        """What the chat's row is called."""
        return "private" if self.private else "group"


def from_message(update: Update, at: datetime, bot_username: str) -> Asked | None:
    """Return what a message asks, or None where it is not for us: service messages, other bots and their commands."""
    message = update.message
    if message is None or not _is_speech(message):
        return None
    found = _COMMAND.fullmatch((message.text or "").strip())
    command, bot, words = found.groups(default="") if found else ("", "", "")
    if bot and bot.casefold() != bot_username.casefold():
        return None
    sender = message.sender_chat
    return Asked(
        update=update.update_id,
        at=at,
        **_chat(message.chat),
        thread=message.message_thread_id or 0 if message.is_topic_message else 0,
        user=message.from_user.id if message.from_user and not sender else 0,
        anonymous=sender is not None and sender.id == message.chat.id,
        command=command.lower(),
        words=words.strip(),
        typed=f"/{command}" if command else "",
        addressed=bool(bot),
    )


def from_tap(update: Update, at: datetime) -> Asked | None:
    """Return what a tapped button asks, or None for one under a message that is no chat's."""
    query = update.callback_query
    if query is None or query.message is None:
        return None
    return Asked(
        update=update.update_id,
        at=at,
        **_chat(query.message.chat),
        user=query.from_user.id,
        query=query.id,
        data=query.data or "",
        message=query.message.message_id,
        keyboard=_keyboard(query),
    )


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
