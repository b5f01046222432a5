"""What happens to the bot itself: blocked and let in again, added to groups, its rights in channels. Asks nobody.

Telegram tells it by `my_chat_member`, and by a service message when a group gets a new number.
"""

from __future__ import annotations

import logging
from datetime import datetime

from telegram import Chat, ChatMemberUpdated, Message, Update

from bot.conversation import context as offices
from bot.conversation import readers, subscriptions
from bot.conversation.context import Office
from bot.conversation.request import Asked
from bot.store import chats
from bot.store.database import Database, transaction

_log = logging.getLogger(__name__)
_ABSENT = frozenset(("left", "kicked"))


async def changed(office: Office, update: Update, at: datetime) -> None:
    """Take note of the bot's new place in a chat; greet a group that has just added it."""
    told = update.my_chat_member
    if told is None:
        return
    here = told.new_chat_member.status not in _ABSENT
    if told.chat.type == Chat.CHANNEL:
        await office.desk(_channel, told.chat.id, here)
    elif here:
        await _arrived(office, update, told, at)
    else:
        reason = (
            "the reader blocked the bot" if told.chat.type == Chat.PRIVATE else "the bot was removed from the group"
        )
        await office.desk(offices.park, told.chat.id, reason)
    office.wake()


async def moved(office: Office, old: int, new: int) -> None:
    """Re-address a group that got a new number."""
    _log.info("a group has a new number")
    await office.desk(chats.move, old, new)
    office.wake()


async def reopened(office: Office, chat_id: int, thread: int) -> None:
    """Let a forum's thread that was closed have what waits for it."""
    if chat := await office.desk(chats.by_number, chat_id, thread):
        await office.desk(chats.resume, chat.id)
        office.wake()


def is_others(office: Office, said: Message) -> bool:
    """Say whether a message of a channel or group is somebody else's for sure: under ours are links to the bot."""
    rows = said.reply_markup.inline_keyboard if said.reply_markup else ()
    mine = f"/{office.bot_username}?start=".casefold()
    return said.chat.type != Chat.PRIVATE and not any(mine in (one.url or "").casefold() for row in rows for one in row)


async def _arrived(office: Office, update: Update, told: ChatMemberUpdated, at: datetime) -> None:
    asked = Asked(
        update=update.update_id,
        at=at,
        chat_id=told.chat.id,
        private=told.chat.type == Chat.PRIVATE,
        username=told.chat.username or "",
        title=told.chat.title or told.chat.full_name or "",
    )
    await office.desk(chats.unpark, asked.chat_id)
    await office.desk(_channel, told.chat.id, True)  # a group may be one of the settings' channels too
    if not asked.private and told.old_chat_member.status in _ABSENT:
        await office.once(asked, lambda db: _join(db, asked))
        if not await readers.bring_missed(office, asked):
            await office.reply(asked, await readers.welcome(office, asked))
    else:
        await readers.bring_missed(office, asked)


def _join(db: Database, asked: Asked) -> None:
    subscriptions.arrive(db, asked)


def _channel(db: Database, chat_id: int, here: bool) -> None:
    """Let a chat that the bot is in go on at once; a channel that it is not in waits by its own deliveries."""
    if not here:
        return
    with transaction(db):
        if chat := chats.by_number(db, chat_id):
            chats.resume(db, chat.id)
        for chat in chats.channels(db):
            if chat.chat_id == chat_id:
                chats.resume(db, chat.id)
                if chat.state == "parked":
                    chats.set_state(db, chat.id, "active")
