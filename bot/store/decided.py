"""What editors decided by buttons, kept for editors who tap the same question later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.database import milliseconds, moment, row, transaction, write

#: Buttons live as long as their messages, but nobody taps so old a question.
KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of an editor."""

    at: datetime
    #: Telegram's number of the editor, and of the message that was tapped.
    editor: int
    message: int
    #: The label of the button; may be empty.
    choice: str
    #: What was done, as HTML; may be empty.
    what: str


def put(db: Database, buttons: Iterable[str], decided: Decided) -> None:
    """Write what was decided about a question with these buttons (their callback data)."""
    values = (
        milliseconds(decided.at),
        decided.editor,
        decided.message,
        decided.choice,
        decided.what,
    )
    with transaction(db):
        db.conn.executemany(
            "INSERT OR REPLACE INTO decided VALUES (?, ?, ?, ?, ?, ?)",
            [(data, *values) for data in buttons],
        )


def get(db: Database, data: str) -> Decided | None:
    """Return what was decided about the question of a button; None if that is not known."""
    found = row(db, "SELECT * FROM decided WHERE data = ?", (data,))
    if found is None:
        return None
    return Decided(
        moment(found["at"]),
        found["editor"],
        found["message"],
        found["choice"],
        found["what"],
    )


def prune(db: Database, at: datetime) -> int:
    """Delete old rows; return how many."""
    return write(db, "DELETE FROM decided WHERE at < ?", (milliseconds(at - KEPT),))
