"""Withdrawn articles: their posts are to be deleted, and what waits is cancelled, or neither.

Decides nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.delivery import LONGEST_CALL, REPEATS
from bot.store.database import milliseconds, transaction, write


def plan(db: Database, article: int, due: datetime) -> int:
    """Mark an article's posts to be deleted and cancel what waits; return how many posts there are.

    Recovery searches for a channel's doubtful post first.
    """
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET state = 'withdrawn', reason = 'the article was withdrawn' "
            "WHERE article = ? AND (state IN ('pending', 'held') OR state = 'doubtful' "
            "AND lane <> 0)",
            (article,),
        )
        sql = (
            "UPDATE deliveries SET edit_due = ? WHERE article = ? AND state = 'sent' "
            "AND message > 0"
        )
        return write(db, sql, (milliseconds(due), article))


def cancel(db: Database, article: int) -> None:
    """Undo a withdrawal: cancelled deliveries wait again, posts are not deleted."""
    with transaction(db):
        write(
            db,
            "UPDATE deliveries "
            "SET reason = 'the article was away while it was in doubt', state = 'doubtful', "
            "repeatable = 0, not_before = iif(lost > ?, NULL, begun + ?) "
            "WHERE article = ? AND state = 'withdrawn' AND message IS NULL AND lost > 0 "
            "AND lane <> 0",
            (REPEATS, LONGEST_CALL // timedelta(milliseconds=1), article),
        )
        write(
            db,
            "UPDATE deliveries SET reason = '', "
            "state = iif((SELECT held FROM articles WHERE id = article), 'held', 'pending') "
            "WHERE article = ? AND state = 'withdrawn' AND message IS NULL",
            (article,),
        )
        leave(db, article)


def leave(db: Database, article: int) -> None:
    """Neither edit nor delete an article's posts."""
    write(
        db,
        "UPDATE deliveries SET edit_due = NULL WHERE article = ? AND state = 'sent'",
        (article,),
    )
