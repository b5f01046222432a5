"""Moves what waits for a moment when the wall clock was set. Starts nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.database import moment, number, transaction, write

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


def shift(db: Database, by: timedelta) -> None:
    """Move every moment that a message, an edit or a chat waits for."""
    with transaction(db):
        for sql in _WAITS:
            write(db, sql, {"by": by // timedelta(milliseconds=1)})


def catch_up(db: Database, at: datetime) -> timedelta:
    """At a start: if the last attempt is later, the clock was set back; return by how much.

    What waits is moved with it, so that a pause keeps its length.
    """
    last = number(
        db,
        "SELECT max(at, coalesce(answered, 0)) FROM attempts ORDER BY id DESC LIMIT 1",
    )
    back = moment(last) - at
    if back <= _TOLERANCE:
        return timedelta()
    shift(db, -back)
    return back
