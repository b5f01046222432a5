"""Rows of doubtful deliveries, and the message numbers known around them. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.chat import OnDoubt
from bot.domain.delivery import LONGEST_CALL, REPEATS, Delivery, State
from bot.domain.notices import Alert, Notice
from bot.domain.settlement import Settlement
from bot.store import attempts, delivery_rows, notices, numbers, outbox
from bot.store.attempts import Action
from bot.store.availability import REACHABLE
from bot.store.database import (
    Row,
    exists,
    marks,
    milliseconds,
    moment,
    moment_of,
    number,
    rows,
    transaction,
    write,
)
from bot.store.delivery_rows import Addressed, GivenUp

_DECIDED = "an editor decided"
#: In milliseconds.
_LONGEST_CALL = LONGEST_CALL // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery to a channel that may have gone out."""

    to: Addressed
    #: When the attempt began, and when it could no longer take effect.
    begun: datetime
    over: datetime
    #: The sequence number of its beginning.
    sequence: int
    on_doubt: OnDoubt
    name: str


def interrupted(db: Database, at: datetime, doubt_seconds: float) -> int:
    """Mark as doubtful what was in flight when the last process ended; return how many.

    When that was is not known; not after `at`, and a call does not take for ever.
    """
    return write(
        db,
        "UPDATE deliveries SET state = 'doubtful', lost = lost + 1, repeatable = 0, "
        "not_before = iif(lane <> 0 AND lost >= ?, NULL, min(?, begun + ?) + ?), "
        "reason = 'the program ended while it was being sent' WHERE state = 'sending'",
        (REPEATS, milliseconds(at), _LONGEST_CALL, int(doubt_seconds * 1000)),
    )


def exist(db: Database) -> bool:
    """Return True if any delivery is doubtful and not left to an editor."""
    sql = (
        "SELECT 1 FROM deliveries INDEXED BY deliveries_in_doubt WHERE state = 'doubtful' "
        "AND not_before > 0 LIMIT 1"
    )
    return exists(db, sql)


def due(db: Database, at: datetime, *, busy: Collection[int] = ()) -> list[Doubt]:
    """Return the channels' deliveries to search for, one a chat but `busy` ones, oldest first.

    Editions of an article may look alike: they are searched for in the order in which they were
    sent, so that each is found under its own number. busy: Telegram's numbers.
    """
    found: dict[int, Doubt] = {}
    for one in rows(
        db,
        f"{_DOUBTS} AND d.not_before <= ? AND c.chat_id NOT IN ({marks(len(busy))}) "
        f"AND NOT {_AFTER_ANOTHER} "
        "ORDER BY d.begun_sequence, d.id",
        (milliseconds(at), *busy),
    ):
        found.setdefault(one["chat_id"], _doubt(one))
    return list(found.values())


def next_due(db: Database, *, busy: Collection[int] = ()) -> datetime | None:
    """Return when the next search is due, not counting `busy` chats (Telegram's numbers)."""
    sql = (
        "SELECT min(d.not_before) FROM deliveries d JOIN chats c ON c.id = d.chat "
        "WHERE d.state = 'doubtful' "
        f"AND d.lane = 0 AND {REACHABLE} AND c.chat_id NOT IN ({marks(len(busy))}) "
        f"AND NOT {_AFTER_ANOTHER}"
    )
    return moment_of(db, sql, tuple(busy))


def settle_found(db: Database, delivery: Delivery, message: int, at: datetime) -> None:
    """Settle a delivery as sent under the number that a search found."""
    with transaction(db):
        sent = Settlement(state=State.SENT, message=message)
        outbox.settle(db, [(delivery, sent)], at)
        reason = f"found as message {message}"
        attempts.log(db, delivery.id, Action.SEARCH, State.SENT, reason, at)


def found(db: Database, doubt: Doubt, message: int, at: datetime) -> bool:
    """Settle a delivery as sent under a number; False where either was settled meanwhile."""
    delivery = doubt.to.delivery
    with transaction(db):
        if not _is_doubtful(db, delivery.id) or numbers.is_taken(
            db, doubt.to.chat_id, message
        ):
            return False
        settle_found(db, delivery, message, at)
        notices.all_clear(db, [alert_key(delivery.id)], at)
    return True


def give_up(
    db: Database, doubt: Doubt, reason: str, at: datetime, *, absent: bool
) -> State | None:
    """Write that a post was not found; return its new state, or None: an editor is to be asked.

    absent: every possible place was searched, so it is not there. Otherwise nobody can tell, and it
    is sent again REPEATS times at most. A withdrawn article's is not sent again.
    """
    delivery = doubt.to.delivery.id
    with transaction(db):
        if not _is_doubtful(db, delivery):
            return State.PENDING
        attempts.log(db, delivery, Action.SEARCH, State.DOUBTFUL, reason, at)
        lost = number(db, "SELECT lost FROM deliveries WHERE id = ?", (delivery,))
        asks = doubt.on_doubt is OnDoubt.ASK or (lost > REPEATS and not absent)
        if asks and not _is_withdrawn(db, delivery):
            return None
        if absent:
            write(
                db,
                "UPDATE deliveries SET lost = max(lost - 1, 0) WHERE id = ?",
                (delivery,),
            )
        elif not _is_withdrawn(db, delivery):
            chat, article = doubt.to.delivery.chat, doubt.to.delivery.article
            key = f"{chat}:{Alert.REPEATED}:{delivery}"
            notice = Notice(
                key=key,
                alert=Alert.REPEATED,
                articles=(article,),
                chats=(chat,),
                reason=reason,
            )
            notices.tell(db, [notice], at)
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
        state = State.PENDING if again else State.SENT
        given_up = None if again else GivenUp.NUMBER
        attempts.log(db, delivery, Action.SEARCH, state, _DECIDED, at)
        # something may wait for a follower again
        write(db, "UPDATE fanouts SET alone = 0 WHERE alone = 1")
        outbox.set_state(db, delivery, state, _DECIDED, given_up=given_up)
        notices.all_clear(db, [alert_key(delivery)], at)
        return number(db, "SELECT article FROM deliveries WHERE id = ?", (delivery,))


_DOUBTS = f"""
SELECT d.*, c.chat_id, c.thread, c.username, c.kind, c.on_doubt, c.title, c.setting
FROM deliveries d JOIN chats c ON c.id = d.chat
WHERE d.state = 'doubtful' AND d.lane = 0 AND {REACHABLE}
"""
#: Another edition of `d` was sent before it and is still to be searched for.
_AFTER_ANOTHER = """EXISTS (
  SELECT 1 FROM deliveries o
  WHERE o.state = 'doubtful' AND o.not_before > 0 AND o.lane = 0 AND o.chat = d.chat
  AND o.article = d.article AND o.begun_sequence < d.begun_sequence)
"""


def _doubt(found: Row) -> Doubt:
    name = found["title"] or (
        f"@{found['username']}" if found["username"] else found["setting"] or ""
    )
    begun = moment(found["begun"])
    over = moment(found["not_before"])
    return Doubt(
        delivery_rows.addressed(found),
        begun,
        over,
        found["begun_sequence"] or 0,
        OnDoubt(found["on_doubt"]),
        name,
    )


def _is_doubtful(db: Database, delivery: int) -> bool:
    sql = "SELECT 1 FROM deliveries WHERE id = ? AND state = 'doubtful'"
    return exists(db, sql, (delivery,))


def _is_withdrawn(db: Database, delivery: int) -> bool:
    sql = "SELECT a.withdrawn FROM articles a JOIN deliveries d ON d.article = a.id WHERE d.id = ?"
    return number(db, sql, (delivery,)) == 1
