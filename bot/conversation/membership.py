"""What happens to the bot itself: blocked and unblocked, added to groups, its rights in channels.

Makes no call. Telegram reports it by `my_chat_member`, and by a service message when a group gets a
new number.
"""

from __future__ import annotations

import logging
from datetime import datetime

from telegram import Chat, ChatMemberUpdated, Message, Update

from bot.conversation import chat_standing, readers, sending
from bot.conversation.context import Context
from bot.conversation.request import Request, from_membership, thread_of
from bot.domain.chat import Standing
from bot.store import addressing, chats, pauses, standings
from bot.store.database import Database, transaction

_log = logging.getLogger(__name__)
_ABSENT = frozenset(("left", "kicked"))


async def handle(context: Context, update: Update, at: datetime) -> bool:
    """Carry out an update about the bot or a chat itself; return False for any other update."""
    message = update.message
    if update.my_chat_member:
        await _changed(context, update, update.my_chat_member, at)
    elif message is None:
        return False
    elif message.migrate_to_chat_id:
        await _moved(context, message.chat.id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id:
        await _moved(context, message.migrate_from_chat_id, message.chat.id)
    elif message.forum_topic_reopened:
        await _reopened(context, message.chat.id, thread_of(message))
    else:
        return False
    return True


async def _changed(
    context: Context, update: Update, change: ChatMemberUpdated, at: datetime
) -> None:
    """Record the bot's new membership in a chat; greet a group that has just added it."""
    chat = change.chat
    is_member = change.new_chat_member.status not in _ABSENT
    is_channel = chat.type == Chat.CHANNEL
    if is_member and is_channel:
        await context.store(_resume_channel, chat.id)
    elif is_member:
        await _joined(context, update, change, at)
    elif not is_channel:  # a channel waits by its own deliveries
        await _left(context, chat)
    context.wake()


async def _moved(context: Context, old: int, new: int) -> None:
    """Re-address a group that got a new number."""
    _log.info("a group has a new number")
    await context.store(addressing.move, old, new)
    context.wake()


async def _reopened(context: Context, chat_id: int, thread: int) -> None:
    """Deliver what waits for a thread of a forum that was closed."""
    chat = await context.store(chats.by_number, chat_id, thread)
    if chat:
        await context.store(pauses.resume, chat.id)
        context.wake()


def is_by_others(context: Context, message: Message) -> bool:
    """Return True if a message in a channel or group is certainly not a post of this bot.

    A post of this bot has a button that links to the bot.
    """
    if message.chat.type == Chat.PRIVATE:
        return False
    if message.reply_markup is None:
        return True
    start_link = f"/{context.bot_username}?start=".casefold()
    for row in message.reply_markup.inline_keyboard:
        for button in row:
            address = button.url or ""
            if start_link in address.casefold():
                return False
    return True


async def _joined(
    context: Context, update: Update, change: ChatMemberUpdated, at: datetime
) -> None:
    """Let a chat have its articles again; greet a group that had not the bot until now."""
    request = from_membership(update, change.chat, at)
    await context.store(standings.unpark, request.chat_id)
    # A group may be one of the settings' channels too.
    await context.store(_resume_channel, request.chat_id)
    was_absent = change.old_chat_member.status in _ABSENT
    is_new_group = was_absent and not request.private
    if is_new_group:
        await context.once(request, _arrive, request)
    is_told = await readers.report_missed(context, request)
    if is_new_group and not is_told:
        greeting = await readers.welcome(context, request)
        sending.reply(context, request, greeting)


async def _left(context: Context, chat: Chat) -> None:
    """Stop sending to a reader who blocked the bot, or to a group that removed it."""
    reason = "the bot was removed from the group"
    if chat.type == Chat.PRIVATE:
        reason = "the reader blocked the bot"
    await context.store(chat_standing.park, chat.id, reason)


def _arrive(db: Database, request: Request) -> None:
    chat_standing.arrive(db, request)


def _resume_channel(db: Database, chat_id: int) -> None:
    """Deliver at once what waits for a chat, and for a channel of the settings that is in it."""
    with transaction(db):
        chat = chats.by_number(db, chat_id)
        if chat:
            pauses.resume(db, chat.id)
        for channel in chats.channels(db):
            if channel.chat_id != chat_id:
                continue
            pauses.resume(db, channel.id)
            if channel.state is Standing.PARKED:
                standings.set_state(db, channel.id, Standing.ACTIVE)
