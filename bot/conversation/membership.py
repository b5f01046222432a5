"""What happens to the bot itself: blocked and let in again, added to groups, its rights in channels. Asks nobody.

Telegram tells it by `my_chat_member`, and by a service message when a group gets a new number.
"""

from __future__ import annotations

import logging
from datetime import datetime

from telegram import Chat, ChatMemberUpdated, Message, Update

from bot.conversation import context as offices
from bot.conversation import readers, subscriptions
from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.domain.chat import Standing
from bot.store import chats
from bot.store.database import Database, transaction

_log = logging.getLogger(__name__)
_ABSENT = frozenset(("left", "kicked"))


async def changed(context: Context, update: Update, at: datetime) -> None:
    """Take note of the bot's new place in a chat; greet a group that has just added it."""
    told = update.my_chat_member
    if told is None:
        return
    here = told.new_chat_member.status not in _ABSENT
    if told.chat.type == Chat.CHANNEL:
        await context.store(_channel, told.chat.id, here)
    elif here:
        await _arrived(context, update, told, at)
    else:
        reason = (
            "the reader blocked the bot" if told.chat.type == Chat.PRIVATE else "the bot was removed from the group"
        )
        await context.store(offices.park, told.chat.id, reason)
    context.wake()


async def moved(context: Context, old: int, new: int) -> None:
    """Re-address a group that got a new number."""
    _log.info("a group has a new number")
    await context.store(chats.move, old, new)
    context.wake()


async def reopened(context: Context, chat_id: int, thread: int) -> None:
    """Let a forum's thread that was closed have what waits for it."""
    if chat := await context.store(chats.by_number, chat_id, thread):
        await context.store(chats.resume, chat.id)
        context.wake()


def is_others(context: Context, said: Message) -> bool:
    """Say whether a message of a channel or group is somebody else's for sure: under ours are links to the bot."""
    rows = said.reply_markup.inline_keyboard if said.reply_markup else ()
    mine = f"/{context.bot_username}?start=".casefold()
    return said.chat.type != Chat.PRIVATE and not any(mine in (one.url or "").casefold() for row in rows for one in row)


async def _arrived(context: Context, update: Update, told: ChatMemberUpdated, at: datetime) -> None:
    request = Request(
        update=update.update_id,
        at=at,
        chat_id=told.chat.id,
        private=told.chat.type == Chat.PRIVATE,
        username=told.chat.username or "",
        title=told.chat.title or told.chat.full_name or "",
    )
    await context.store(chats.unpark, request.chat_id)
    await context.store(_channel, told.chat.id, True)  # a group may be one of the settings' channels too
    if not request.private and told.old_chat_member.status in _ABSENT:
        await context.once(request, lambda db: _join(db, request))
        if not await readers.bring_missed(context, request):
            await context.reply(request, await readers.welcome(context, request))
    else:
        await readers.bring_missed(context, request)


def _join(db: Database, request: Request) -> None:
    subscriptions.arrive(db, request)


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
                if chat.state is Standing.PARKED:
                    chats.set_state(db, chat.id, Standing.ACTIVE)
