"""Rows of articles whose followers are still being planned, in chunks that survive a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlite_utils import Database

from bot.domain.delivery import Lane, State
from bot.store import follows, queue, sequence
from bot.store.database import exists, milliseconds, row, transaction, write

_OLDEST = """
SELECT fanouts.*, ordered FROM fanouts CROSS JOIN articles ON id = article
ORDER BY fanouts.sequence, article LIMIT 1
"""


def begin(db: Database, article: int, at: datetime, before: int | None = None) -> None:
    """Put a cursor before the first follower. Follows numbered below `before` count; None: all."""
    sql = (
        "INSERT INTO fanouts (article, at, after, sequence) VALUES (?, ?, 0, ?) "
        "ON CONFLICT DO UPDATE SET after = 0, alone = 0"
    )
    with transaction(db):
        before = sequence.take(db) if before is None else before
        write(db, sql, (article, milliseconds(at), before))
        sql = (
            "UPDATE articles SET planned = (SELECT sequence FROM fanouts "
            "WHERE article = articles.id) WHERE id = ?"
        )
        write(db, sql, (article,))


def leave_out(db: Database, article: int) -> None:
    """Write that an article is too old for followers; posts that are out stay."""
    with transaction(db):
        cancel(db, article)
        write(db, "UPDATE articles SET planned = NULL WHERE id = ?", (article,))


def cancel(db: Database, article: int) -> None:
    """Plan no more followers of an article."""
    write(db, "DELETE FROM fanouts WHERE article = ?", (article,))


def give_up(db: Database) -> int | None:
    """Plan no more followers of the article whose turn it is; return it."""
    found = row(db, "SELECT article FROM fanouts ORDER BY sequence, article LIMIT 1")
    if found:
        cancel(db, found["article"])
    return int(found["article"]) if found else None


def exist(db: Database) -> bool:
    """Return True if any article's followers are still to be planned."""
    return exists(db, "SELECT 1 FROM fanouts LIMIT 1")


def extend_while(
    db: Database, at: datetime, chunk: int, free: Callable[[], bool], most: int
) -> bool:
    """Plan up to `most` chunks, a commit each, while `free`; return True if a cursor is left."""
    for _ in range(most):
        if not extend(db, at, chunk):
            return False
        if not free():
            break
    return True


def extend(db: Database, at: datetime, chunk: int = 1_000) -> bool:
    """Plan the next chunk of the oldest cursor in one commit; return True if a cursor is left."""
    with transaction(db):
        found = row(db, _OLDEST)
        if found is None:
            return False
        article, after = found["article"], found["after"]
        alone = bool(found["alone"]) if after else queue.is_empty(db, Lane.FOLLOWER)
        stretch = follows.stretch(
            db, article, after=after, before=found["sequence"], most=chunk
        )
        values = {
            "article": article,
            "edition": 1,
            "chats": stretch.chats,
            "state": str(State.PENDING),
        }
        values |= {"rank": found["ordered"], "created": milliseconds(at)}
        queue.enter(db, values, Lane.FOLLOWER, empty=alone)
        if stretch.end is None:
            cancel(db, article)
        else:
            write(
                db,
                "UPDATE fanouts SET after = ?, alone = ? WHERE article = ?",
                (stretch.end, alone, article),
            )
        return exist(db)
