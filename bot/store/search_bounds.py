"""Between which message numbers a doubtful post is searched for. Searches nothing."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.domain.candidates import Bounds
from bot.store import numbers
from bot.store.availability import NEVER, OPENS
from bot.store.database import exists, milliseconds
from bot.store.recovery import Doubt

#: Before an attempt, and after it, as conditions of `numbers.known`.
_BEFORE = "message > 0 AND settled_sequence < ? ORDER BY message DESC LIMIT 1"
_AFTER = "message > ? AND begun_sequence > ? AND begun >= ? ORDER BY message LIMIT 1"
#: The same article, in doubt in the same chat (Telegram's number), but for one delivery.
_TWINS = """
SELECT 1 FROM deliveries WHERE state = 'doubtful' AND lane = 0 AND article = :article
AND id <> :delivery AND chat IN (SELECT id FROM chats WHERE chat_id = :chat_id)
"""


def around(db: Database, doubt: Doubt) -> Bounds:
    """Return what is known of the message numbers around an attempt."""
    chat = doubt.to.chat_id
    begun, over = milliseconds(doubt.begun), milliseconds(doubt.over)
    first = max(numbers.known(db, chat, _BEFORE, doubt.sequence), default=None)
    # a thread of a forum has the number of the message it begins with
    floor = first.message if first else max(doubt.to.thread, 0)
    later = numbers.known(db, chat, _AFTER, floor, doubt.sequence, over)
    last = min(later, default=None)
    is_nearer_last = False
    if first and last:
        is_nearer_last = begun - first.settled > last.begun - begun
    known = [one.message for one in numbers.known(db, chat, "message > ?", floor)]
    return Bounds(
        before=first.message if first else None,
        after=last.message if last else None,
        known=frozenset(known),
        late=is_nearer_last and not _has_twins(db, doubt),
        floor=floor,
    )


def may_be_in_other_thread(db: Database, doubt: Doubt) -> bool:
    """Return True if the same article is in doubt in another thread of the chat."""
    return exists(db, f"{_TWINS} AND chat <> :chat", _twin(doubt))


def _has_twins(db: Database, doubt: Doubt) -> bool:
    """Return True if another edition of the article is in doubt in the same chat."""
    return exists(db, f"{_TWINS} AND chat = :chat", _twin(doubt))


def _twin(doubt: Doubt) -> dict[str, int]:
    delivery = doubt.to.delivery
    return {
        "article": delivery.article,
        "delivery": delivery.id,
        "chat": delivery.chat,
        "chat_id": doubt.to.chat_id,
    }


def will_be_bounded(db: Database, chat_id: int, at: datetime | None = None) -> bool:
    """Return True if a post may go out at `at` (None: ever), whose number will end the search."""
    now = milliseconds(at) if at else NEVER - 1
    sql = f"""
        SELECT 1 FROM deliveries d JOIN chats c ON c.id = d.chat
        WHERE c.chat_id = ? AND d.state IN ('pending', 'sending')
          AND (d.not_before IS NULL OR d.not_before <= ?)
          AND {OPENS} <= ? LIMIT 1
    """
    return exists(db, sql, (chat_id, now, now))
