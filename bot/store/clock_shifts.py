"""Moves what waits for a moment when the wall clock was set. Starts nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store import facts
from bot.store.database import moment, row, transaction, write
from bot.store.facts import Fact

#: A last attempt so little ahead of the clock does not mean that the clock was set back.
_TOLERANCE = timedelta(seconds=1)
_LATER = "not_before = not_before + :by"
_ASLEEP = "state = 'pending' AND asleep_until IS NOT NULL"
#: Each finds its rows by an index of those that wait, however many rows there are.
_WAITS = (
    f"UPDATE deliveries SET {_LATER} WHERE {_ASLEEP} AND head IS NULL",
    f"UPDATE deliveries SET asleep_until = NULL WHERE {_ASLEEP} AND head = 1",
    f"UPDATE deliveries SET {_LATER} WHERE state = 'doubtful'",
    f"UPDATE deliveries SET edit_due = edit_due + :by, {_LATER} WHERE edit_due IS NOT NULL",
    "UPDATE notices SET heard = heard + :by WHERE heard IS NOT NULL",
    "UPDATE pending_answers SET due = due + :by",
    f"UPDATE chats SET {_LATER} WHERE not_before IS NOT NULL",
)


_MILLISECOND = timedelta(milliseconds=1)
_LAST = (
    "SELECT id, at, max(at, coalesce(answered, 0)) AS latest FROM attempts "
    "ORDER BY id DESC LIMIT 1"
)


def shift(db: Database, by: timedelta) -> None:
    """Move every moment that a message, an edit or a chat waits for.

    How far the clock was set since the last attempt is written down, for `catch_up`.
    """
    span = by // _MILLISECOND
    with transaction(db):
        for sql in _WAITS:
            write(db, sql, {"by": span})
        last = row(db, _LAST)
        if last:
            attempt = last["id"]
            total = _set_since(db, attempt) + span
            facts.put(db, Fact.CLOCK_SET, f"{attempt}:{total}")


def catch_up(db: Database, at: datetime) -> timedelta:
    """At a start: if the last attempt is later, the clock was set back; return by how much.

    What waits is moved with it, so that a pause keeps its length. What was moved already since
    that attempt, at an earlier start or while the bot ran, is not moved again.
    """
    last = row(db, _LAST)
    if last is None:
        return timedelta()
    moved = _set_since(db, last["id"])
    # an answer may have come by the old clock or by the new one
    latest = last["at"] + moved if moved else last["latest"]
    back = moment(latest) - at
    if back <= _TOLERANCE:
        return timedelta()
    shift(db, -back)
    return back


def _set_since(db: Database, attempt: int) -> int:
    """Return by how many milliseconds the clock was set since the last attempt."""
    written = facts.get(db, Fact.CLOCK_SET) or ""
    last, _, total = written.partition(":")
    if last != str(attempt):
        return 0
    return int(total)
