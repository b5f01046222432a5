"""Rows of posts to be edited or deleted, and how often each form was shown. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.store import posts_behind
from bot.store.availability import OPENS
from bot.store.database import (
    exists,
    marks,
    milliseconds,
    moment,
    rows,
    transaction,
    write,
)
from bot.store.delivery_rows import Addressed, addressed
from bot.store.forms import FORMS_SHOWN


@dataclass(frozen=True, slots=True)
class DueEdit:
    """A post that no longer shows its article as it is."""

    to: Addressed
    #: The fingerprint the post shows.
    form: str
    #: When it was posted, aware UTC.
    sent: datetime


def plan(db: Database, article: int, form: str, due: datetime) -> int:
    """Mark an article's posts in another form than `form` to be edited at `due`; return how many.

    A post that has shown `form` FORMS_SHOWN times stays as it is; one that is marked keeps its
    time.
    """
    times = "coalesce((SELECT times FROM forms WHERE delivery = deliveries.id AND form = ?), 0)"
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET edit_due = NULL WHERE article = ? AND state = 'sent' "
            "AND edit_due IS NOT NULL "
            f"AND (form = ? OR {times} >= ?)",
            (article, form, form, FORMS_SHOWN),
        )
        planned = write(
            db,
            "UPDATE deliveries SET edit_due = coalesce(edit_due, ?) WHERE article = ? "
            "AND state = 'sent' "
            f"AND message > 0 AND form <> ? AND {times} < ?",
            (milliseconds(due), article, form, form, FORMS_SHOWN),
        )
        if planned:
            posts_behind.clear(db, article, due)
        posts_behind.tell(db, article, due)
    return planned


def exist(db: Database) -> bool:
    """Return True if any post is to be edited or deleted."""
    return exists(db, "SELECT 1 FROM deliveries WHERE edit_due IS NOT NULL LIMIT 1")


def due(
    db: Database, at: datetime, *, busy: Collection[int] = (), most: int = 50
) -> list[DueEdit]:
    """Return the posts whose edit is due: one a chat, none in `busy` chats, longest due first."""
    now = milliseconds(at)
    found = rows(
        db,
        "SELECT d.*, c.chat_id, c.thread, c.username, c.kind FROM deliveries d "
        "JOIN chats c ON c.id = d.chat "
        "WHERE d.edit_due <= ? AND d.state = 'sent' "
        "AND (d.not_before IS NULL OR d.not_before <= ?) "
        f"AND {OPENS} <= ? AND d.chat NOT IN ({marks(len(busy))}) ORDER BY d.edit_due, d.id "
        "LIMIT ?",
        (now, now, now, *busy, most * 4),
    )
    chats: dict[int, DueEdit] = {}
    for one in found:
        chats.setdefault(
            one["chat"],
            DueEdit(
                addressed(one), one["form"], moment(one["settled"] or one["created"])
            ),
        )
    return list(chats.values())[:most]
