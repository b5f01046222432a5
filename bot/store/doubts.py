"""Rows of deliveries in doubt, and what is known of the message numbers around them. Decides nothing.

A post is looked for by its number (`bot.doubting`), so every number that somebody else's message is known to have is
kept for a while, for the settings' chats only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sqlite_utils import Database

from bot.delivery import REPEATS, Settlement, State
from bot.doubting import Around
from bot.notices import Alert, Notice
from bot.store import attempts, notices, outbox, sequence
from bot.store.database import Row, marks, maybe, milliseconds, moment, number, row, rows, transaction, write
from bot.store.outbox import Addressed

#: Others' messages are remembered for so long, the last of each chat for ever.
_KEPT = timedelta(days=7)
#: A call, from its commit on, has left us within so many milliseconds or never does (`chat.messenger`'s patience).
_CALL = 60_000


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery to a channel that may have gone out."""

    to: Addressed
    #: When the attempt began, and when it could no longer take effect.
    begun: datetime
    over: datetime
    #: The sequence number of its beginning.
    sequence: int
    #: resend | ask
    policy: str
    name: str


def interrupted(db: Database, at: datetime, doubt_seconds: float) -> int:
    """Put in doubt, after a start, what was on its way when the last process ended. Return how many.

    When that was is not known; not after `at`, and a call does not take for ever.
    """
    return write(
        db,
        "UPDATE deliveries SET state = 'doubtful', lost = lost + 1, repeatable = 0, "
        "not_before = iif(lane <> 0 AND lost >= ?, NULL, min(?, begun + ?) + ?), "
        "reason = 'the program ended while it was being sent' WHERE state = 'sending'",
        (REPEATS, milliseconds(at), _CALL, int(doubt_seconds * 1000)),
    )


def exist(db: Database) -> bool:
    """Say whether any delivery is in doubt and not left to an editor."""
    sql = "SELECT 1 FROM deliveries INDEXED BY deliveries_in_doubt WHERE state = 'doubtful' AND not_before > 0 LIMIT 1"
    return row(db, sql) is not None


def due(db: Database, at: datetime, *, busy: Collection[int] = ()) -> list[Doubt]:
    """Return the channels' deliveries to be looked for, one for each chat, the oldest first; none in `busy` chats.

    busy: Telegram's numbers.
    """
    found: dict[int, Doubt] = {}
    for one in rows(
        db,
        f"{_DOUBTS} AND d.not_before <= ? AND c.chat_id NOT IN ({marks(len(busy))}) ORDER BY d.begun_sequence, d.id",
        (milliseconds(at), *busy),
    ):
        found.setdefault(one["chat_id"], _doubt(one))
    return list(found.values())


def next_due(db: Database, *, busy: Collection[int] = ()) -> datetime | None:
    """Return when the next channel's doubt is to be resolved, not counting `busy` chats (Telegram's numbers)."""
    sql = (
        "SELECT min(d.not_before) FROM deliveries d JOIN chats c ON c.id = d.chat WHERE d.state = 'doubtful' "
        f"AND d.lane = 0 AND c.state = 'active' AND c.chat_id NOT IN ({marks(len(busy))})"
    )
    found = row(db, sql, tuple(busy))
    return maybe(found[0]) if found else None


def around(db: Database, doubt: Doubt) -> Around:
    """Return what is known of the message numbers around an attempt."""
    chat, begun, over = doubt.to.chat_id, milliseconds(doubt.begun), milliseconds(doubt.over)
    before = "message > 0 AND settled_sequence < ? ORDER BY message DESC LIMIT 1"
    after = "message > ? AND begun_sequence > ? AND begun >= ? ORDER BY message LIMIT 1"
    first = max(_known(db, chat, before, doubt.sequence), default=None)
    floor = first.message if first else 0
    last = min(_known(db, chat, after, floor, doubt.sequence, over), default=None)
    return Around(
        before=first.message if first else None,
        after=last.message if last else None,
        known=frozenset(one.message for one in _known(db, chat, "message > ?", floor)),
        late=bool(first and last and begun - first.settled > last.begun - begun),
    )


def will_be_bounded(db: Database, chat_id: int, at: datetime) -> bool:
    """Say whether a post is about to go out to a chat, whose number will end the search."""
    now = milliseconds(at)
    sql = """
        SELECT count(*) FROM deliveries d JOIN chats c ON c.id = d.chat
        WHERE c.chat_id = ? AND d.state IN ('pending', 'sending') AND (d.not_before IS NULL OR d.not_before <= ?)
          AND c.state = 'active' AND (c.not_before IS NULL OR c.not_before <= ?)
    """
    return number(db, sql, (chat_id, now, now)) > 0


def found(db: Database, doubt: Doubt, message: int, at: datetime) -> bool:
    """Settle a delivery as sent under a number; False where either was settled meanwhile."""
    delivery = doubt.to.delivery
    with transaction(db):
        if not _is_doubtful(db, delivery.id) or _is_taken(db, doubt.to.chat_id, message):
            return False
        outbox.settle(db, [(delivery, Settlement(state=State.SENT, message=message))], at)
        attempts.log(db, delivery.id, "look", "sent", f"found as message {message}", at)
        notices.all_clear(db, [alert_key(delivery.id)], at)
    return True


def give_up(db: Database, doubt: Doubt, reason: str, at: datetime, *, absent: bool) -> State | None:
    """Write that a post was not found; return what became of it, or None where an editor is to be asked.

    absent: it was looked for wherever it could be, so it is not there. Otherwise nobody can tell, and it is sent again
    REPEATS times at most. A withdrawn article's is not sent again.
    """
    delivery = doubt.to.delivery.id
    with transaction(db):
        if not _is_doubtful(db, delivery):
            return State.PENDING
        attempts.log(db, delivery, "look", "doubtful", reason, at)
        lost = number(db, "SELECT lost FROM deliveries WHERE id = ?", (delivery,))
        asks = doubt.policy == "ask" or (lost > REPEATS and not absent)
        if asks and not _is_withdrawn(db, delivery):
            return None
        if absent:
            write(db, "UPDATE deliveries SET lost = max(lost - 1, 0) WHERE id = ?", (delivery,))
        elif not _is_withdrawn(db, delivery):
            chat, article = doubt.to.delivery.chat, doubt.to.delivery.article
            key = f"{chat}:{Alert.REPEATED}:{delivery}"
            told = Notice(key=key, alert=Alert.REPEATED, articles=(article,), chats=(chat,), reason=reason)
            notices.tell(db, [told], at)
        outbox.set_state(db, delivery, State.PENDING, f"it was looked for: {reason}")
    return State.PENDING


def later(db: Database, delivery: int, until: datetime | None, reason: str) -> None:
    """Write that a delivery stays in doubt until a moment; None: until an editor decides."""
    with transaction(db):
        if _is_doubtful(db, delivery):
            outbox.set_state(db, delivery, State.DOUBTFUL, reason, until)


def alert_key(delivery: int) -> str:
    """Return the key of the notice that asks editors about a delivery."""
    return f"doubtful:{delivery}"


def decide(db: Database, delivery: int, *, again: bool, at: datetime) -> int | None:
    """Carry out an editor's decision: post it again, or take it as posted.

    Return the article it is about, or None where nothing is in doubt any more.
    """
    with transaction(db):
        if not _is_doubtful(db, delivery):
            return None
        attempts.log(db, delivery, "look", "pending" if again else "sent", "an editor decided", at)
        write(db, "UPDATE fanouts SET alone = 0 WHERE alone = 1")  # something may wait for a follower again
        outbox.set_state(db, delivery, State.PENDING if again else State.SENT, "an editor decided")
        notices.all_clear(db, [alert_key(delivery)], at)
        return number(db, "SELECT article FROM deliveries WHERE id = ?", (delivery,))


# --- Numbers ----------------------------------------------------------------------------------------------------------


def see(db: Database, chat_id: int, message: int, at: datetime) -> None:
    """Take note of somebody else's message in a chat of the settings; other chats are nobody's business."""
    sql = "SELECT 1 FROM chats WHERE chat_id = ? AND setting IS NOT NULL"
    if row(db, sql, (chat_id,)):
        with transaction(db):
            sql = "INSERT INTO seen (chat_id, message, at, sequence) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
            write(db, sql, (chat_id, message, milliseconds(at), sequence.take(db)))


class Touch(Enum):
    """Whether a message may get another keyboard."""

    #: No: it is accounted for by now.
    TAKEN = "taken"
    FIRST = "first"
    #: An earlier look wrote that it might; what came of it is not known, or it was another delivery's.
    AGAIN = "again"


def begin_retouch(db: Database, chat_id: int, message: int) -> Touch:
    """Write, before the call, that a message may get another keyboard.

    Should it prove to be another delivery's, that one is brought up to date as soon as its number is known.
    """
    with transaction(db):
        if _is_taken(db, chat_id, message):
            return Touch.TAKEN
        sql = "INSERT INTO retouched VALUES (?, ?) ON CONFLICT DO NOTHING"
        return Touch.FIRST if write(db, sql, (chat_id, message)) else Touch.AGAIN


def end_retouch(db: Database, chat_id: int, message: int) -> None:
    """Write that a message kept its keyboard."""
    write(db, "DELETE FROM retouched WHERE chat_id = ? AND message = ?", (chat_id, message))


def prune(db: Database, at: datetime, most: int = 500) -> int:
    """Forget a piece of others' messages of long ago, but the last of each chat, and looks long over; return how many.

    most: messages at once.
    """
    old = """
        SELECT chat_id, message FROM seen WHERE at < ?
        AND message < (SELECT max(message) FROM seen o WHERE o.chat_id = seen.chat_id) LIMIT ?
    """
    looks = "state = 'sending' OR state = 'doubtful' AND lane = 0"
    with transaction(db):
        sql = f"DELETE FROM seen WHERE (chat_id, message) IN ({old})"
        return write(db, sql, (milliseconds(at - _KEPT), most)) + write(
            db, f"DELETE FROM retouched WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE {looks})"
        )


_DOUBTS = """
SELECT d.*, c.chat_id, c.thread, c.username, c.kind, c.on_doubt, c.title, c.setting
FROM deliveries d JOIN chats c ON c.id = d.chat
WHERE d.state = 'doubtful' AND d.lane = 0 AND c.state = 'active' AND c.chat_id IS NOT NULL
"""


class _Message(NamedTuple):
    """A message's number, and when its call began and was settled at the latest."""

    message: int
    begun: int
    settled: int


def _known(db: Database, chat_id: int, which: str, *values: int) -> list[_Message]:
    """Return those of the chat's known messages that are asked for.

    Each thread is asked alone, and others' messages, so that the index tells without a look at all there ever was. When
    somebody else's was written is not known, only when we heard of it.
    """
    own = f"SELECT message, begun, settled FROM deliveries WHERE chat = ? AND {which}"
    heard = "SELECT chat_id, message, -1 AS begun, at AS settled, 0 AS begun_sequence, sequence AS settled_sequence"
    theirs = f"SELECT message, begun, settled FROM ({heard} FROM seen) WHERE chat_id = ? AND {which}"
    found = rows(db, theirs, (chat_id, *values))
    for chat in rows(db, "SELECT id FROM chats WHERE chat_id = ?", (chat_id,)):
        found += rows(db, own, (chat["id"], *values))
    return [_Message(one["message"], one["begun"] or 0, one["settled"] or 0) for one in found]


def _doubt(found: Row) -> Doubt:
    name = found["title"] or (f"@{found['username']}" if found["username"] else found["setting"] or "")
    begun = moment(found["begun"])
    over = moment(found["not_before"])
    return Doubt(outbox.addressed(found), begun, over, found["begun_sequence"] or 0, found["on_doubt"], name)


def _is_doubtful(db: Database, delivery: int) -> bool:
    return number(db, "SELECT count(*) FROM deliveries WHERE id = ? AND state = 'doubtful'", (delivery,)) == 1


def _is_withdrawn(db: Database, delivery: int) -> bool:
    sql = "SELECT a.withdrawn FROM articles a JOIN deliveries d ON d.article = a.id WHERE d.id = ?"
    return number(db, sql, (delivery,)) == 1


def _is_taken(db: Database, chat_id: int, message: int) -> bool:
    return bool(_known(db, chat_id, "message = ?", message))
