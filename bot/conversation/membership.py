"""What happens to the bot itself: blocked and unblocked, added to groups, its rights in channels.

Makes no call. Telegram reports it by `my_chat_member`, and by a service message when a group gets a
new number.
"""

from __future__ import annotations

import logging
from datetime import datetime

from telegram import Chat, ChatMemberUpdated, Message, Update

from bot.conversation import readers, subscriptions
from bot.conversation.context import Context, park
from bot.conversation.request import Request
from bot.domain.chat import ChatKind, Standing
from bot.store import addressing, chats, pauses, standings
from bot.store.database import Database, transaction

_log = logging.getLogger(__name__)
_ABSENT = frozenset(("left", "kicked"))


async def changed(context: Context, update: Update, at: datetime) -> None:
    """Record the bot's new membership in a chat; greet a group that has just added it."""
    change = update.my_chat_member
    if change is None:
        return
    chat, is_member = change.chat, change.new_chat_member.status not in _ABSENT
    if is_member and chat.type == Chat.CHANNEL:
        await context.store(_resume_channel, chat.id)
    elif is_member:
        await _joined(context, update, change, at)
    elif chat.type == Chat.PRIVATE:
        await context.store(park, chat.id, "the reader blocked the bot")
    elif chat.type != Chat.CHANNEL:  # a channel waits by its own deliveries
        await context.store(park, chat.id, "the bot was removed from the group")
    context.wake()


async def moved(context: Context, old: int, new: int) -> None:
    """Re-address a group that got a new number."""
    _log.info("a group has a new number")
    await context.store(addressing.move, old, new)
    context.wake()


async def reopened(context: Context, chat_id: int, thread: int) -> None:
    """Deliver what waits for a thread of a forum that was closed."""
    if chat := await context.store(chats.by_number, chat_id, thread):
        await context.store(pauses.resume, chat.id)
        context.wake()


def is_by_others(context: Context, message: Message) -> bool:
    """Return True if a message in a channel or group is certainly not a post of this bot.

    A post of this bot has a button that links to the bot.
    """
    if message.chat.type == Chat.PRIVATE:
        return False
    start_link = f"/{context.bot_username}?start=".casefold()
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    addresses = [(button.url or "").casefold() for row in rows for button in row]
    return not any(start_link in address for address in addresses)


async def _joined(
    context: Context, update: Update, change: ChatMemberUpdated, at: datetime
) -> None:
    """Let a chat have its articles again; greet a group that had not the bot until now."""
    chat = change.chat
    request = Request(
        update=update.update_id,
        at=at,
        chat_id=chat.id,
        kind=ChatKind.PRIVATE if chat.type == Chat.PRIVATE else ChatKind.GROUP,
        username=chat.username or "",
        title=chat.title or chat.full_name or "",
    )
    await context.store(standings.unpark, request.chat_id)
    await context.store(
        _resume_channel, chat.id
    )  # a group may be one of the settings' channels too
    if not request.private and change.old_chat_member.status in _ABSENT:
        await context.once(request, lambda db: _arrive(db, request))
        if not await readers.bring_missed(context, request):
            await context.reply(request, await readers.welcome(context, request))
    else:
        await readers.bring_missed(context, request)


def _arrive(db: Database, request: Request) -> None:
    subscriptions.arrive(db, request)


def _resume_channel(db: Database, chat_id: int) -> None:
    """Deliver at once what waits for a chat, and for a channel of the settings that is in it."""
    with transaction(db):
        if chat := chats.by_number(db, chat_id):
            pauses.resume(db, chat.id)
        for chat in chats.channels(db):
            if chat.chat_id == chat_id:
                pauses.resume(db, chat.id)
                if chat.state is Standing.PARKED:
                    standings.set_state(db, chat.id, Standing.ACTIVE)
