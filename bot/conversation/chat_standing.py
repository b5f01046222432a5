"""Whether a chat gets anything: it arrives, is parked and unparked, and what it missed meanwhile.

Changes the store, and no follows: see `subscriptions`. Writes no reply.
"""

from __future__ import annotations

from bot.conversation.request import Request
from bot.conversation.results import Missed
from bot.conversation.topic_queries import chat_of
from bot.domain.chat import Standing
from bot.store import away, chats, standings
from bot.store.chats import Chat
from bot.store.database import Database


def arrive(db: Database, request: Request) -> tuple[Chat, bool]:
    """Return the reader's chat, active from now on, and whether it was not before."""
    chat = chats.reader(
        db,
        request.chat_id,
        thread=request.thread,
        kind=request.kind,
        username=request.username,
        title=request.title,
        at=request.at,
    )
    back = chat.state is not Standing.ACTIVE
    if back:
        standings.set_state(db, chat.id, Standing.ACTIVE)
    return chat, back


def park(db: Database, chat_id: int, reason: str) -> None:
    """Park a reader's chat, a forum with all its threads.

    A channel of the settings stays as it is: its own deliveries find out what became of it.
    """
    threads = chats.of_number(db, chat_id)
    if threads:
        standings.park(db, threads[0].id, reason)


def unpark(db: Database, request: Request) -> None:
    """Make a parked reader's chat active, as the reader wrote to the bot.

    A chat that was stopped stays stopped.
    """
    chat = chat_of(db, request)
    if chat is None:
        return
    if chat.state is Standing.PARKED:
        standings.set_state(db, chat.id, Standing.ACTIVE)


def missed_by(db: Database, request: Request) -> Missed:
    """Return what a reader who is back missed and was not told yet."""
    chat = chat_of(db, request)
    if chat is None or chat.state is not Standing.ACTIVE:
        return Missed()
    return missed_in(db, chat)


def missed_in(db: Database, chat: Chat) -> Missed:
    """Return what a reader missed while away; if nothing, record that nothing has to be told."""
    if chat.away is None:
        return Missed()
    numbers = away.missed(db, chat.id, chat.away)
    if not numbers:
        standings.told_missed(db, chat.id)
        return Missed()
    newest = numbers[: away.SHOWN]
    return Missed(count=len(numbers), newest=tuple(newest))


def told_missed(db: Database, request: Request) -> None:
    """Record that a reader who is back was told what they missed.

    A reader who left again in the meantime is told once more.
    """
    chat = chat_of(db, request)
    if chat:
        standings.told_missed(db, chat.id)
