"""Articles that wait before they may go out, for what, and until when. `domain.arrival` decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.arrival import HIDDEN, Waits
from bot.store import sequence
from bot.store.article_states import DATED, FREE, OPEN, WAITING
from bot.store.database import (
    THESE,
    column,
    exists,
    json_list,
    milliseconds,
    moment_of,
    number,
    rows,
    transaction,
    write,
)
from bot.store.recording import EFFECTIVE_DATE

#: An editor can decide on it: of bulk and restored articles, the file was there at the last whole
#: scan.
_ASKED = f"""{OPEN} AND (waits NOT IN ('bulk', 'restored')
  OR file IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM files f WHERE f.path = articles.file AND f.missing > 0))"""


def hold(db: Database, articles: Collection[int], waits: Waits) -> None:
    """Let articles wait. Posts stay; deliveries in flight are held if they come back unsent."""
    these = json_list(articles)
    with transaction(db):
        sql = f"UPDATE articles SET waits = ?, held = ? WHERE id IN {THESE}"
        write(db, sql, (str(waits), waits in HIDDEN, these))
        write(
            db,
            f"UPDATE deliveries SET state = 'held' WHERE article IN {THESE} AND state = 'pending'",
            (these,),
        )
        write(db, f"DELETE FROM fanouts WHERE article IN {THESE}", (these,))
        write(db, f"UPDATE articles SET planned = NULL WHERE id IN {THESE}", (these,))
        if waits in HIDDEN:  # posts stay as they are until the article is released
            sql = (
                f"UPDATE deliveries SET edit_due = NULL WHERE article IN {THESE} "
                "AND edit_due IS NOT NULL"
            )
            write(
                db,
                f"{sql} AND article IN (SELECT id FROM articles WHERE withdrawn = 0)",
                (these,),
            )


def free(
    db: Database, article: int, *, arrives: datetime | None, decided: bool = True
) -> None:
    """Let an article wait no longer.

    arrives: the moment at which it counts as recorded from now on; None: that does not change.
    decided: True if an editor decided; then it never counts towards a bulk arrival again.
    """
    with transaction(db):
        sql = "UPDATE articles SET waits = ?, held = 0, decided = max(decided, ?) WHERE id = ?"
        write(db, sql, (Waits.NOTHING, decided, article))
        if arrives:
            sql = "UPDATE articles SET recorded = ?, sequence = ? WHERE id = ?"
            write(db, sql, (milliseconds(arrives), sequence.take(db), article))
        date = EFFECTIVE_DATE.format(published="published")
        sql = f"UPDATE articles SET ordered = {date} WHERE id = ?"
        write(db, sql, (article,))


def skip(db: Database, articles: Collection[int]) -> int:
    """Let articles wait no more, and not go out by themselves; return how many waited."""
    these = json_list(articles)
    with transaction(db):
        write(
            db,
            f"UPDATE deliveries SET state = 'skipped' WHERE article IN {THESE} AND state = 'held'",
            (these,),
        )
        sql = (
            "UPDATE articles SET waits = ?, held = 0, decided = 1 "
            f"WHERE id IN {THESE} AND {WAITING}"
        )
        return write(db, sql, (Waits.NOTHING, these))


def went_out(db: Database, article: int) -> bool:
    """Return True if a delivery of an article has left, or may have."""
    sql = (
        "SELECT 1 FROM deliveries WHERE article = ? AND state IN ('sending', 'doubtful', 'sent') "
        "LIMIT 1"
    )
    return exists(db, sql, (article,))


def unsent(db: Database, articles: Collection[int]) -> list[int]:
    """Return the subset of articles that still have something to be sent."""
    sql = (
        "SELECT value FROM json_each(?) WHERE value IN (SELECT article FROM fanouts) "
        "OR EXISTS (SELECT 1 FROM deliveries WHERE article = value AND state = 'pending')"
    )
    return column(db, sql, (json_list(articles),))


def has_fanouts(db: Database) -> bool:
    """Return True if any article's followers are still to be planned."""
    return exists(db, "SELECT 1 FROM fanouts LIMIT 1")


def counts(db: Database) -> dict[Waits, int]:
    """Return how many articles wait for what."""
    counted = f"(waits <> 'future' OR ({DATED}))"
    sql = (
        f"SELECT waits, count(*) FROM articles WHERE {WAITING} AND {counted} AND {_ASKED} "
        "GROUP BY waits"
    )
    return {Waits(found[0]): found[1] for found in rows(db, sql)}


def waiting(db: Database, waits: Sequence[Waits], most: int = -1) -> list[int]:
    """Return the articles that wait for one of these, the newest first."""
    sql = (
        f"SELECT id FROM articles WHERE {WAITING} AND waits IN {THESE} AND {_ASKED} "
        "ORDER BY ordered DESC, id DESC LIMIT ?"
    )
    return column(db, sql, (json_list(waits), most))


def last_arrival(db: Database, waits: Waits) -> datetime | None:
    """Return when the last of the articles that wait for this was recorded, or None."""
    sql = (
        f"SELECT max(recorded) FROM articles WHERE {WAITING} AND waits = ? AND {_ASKED}"
    )
    return moment_of(db, sql, (waits,))


def doubtful_since_restore(db: Database, restored: int) -> list[int]:
    """Return the articles that may have gone out between a backup and its restore.

    They had deliveries to be sent, or were due meanwhile.
    """
    unsent = (
        "SELECT article FROM deliveries WHERE state = 'pending' "
        "UNION SELECT article FROM fanouts"
    )
    sql = f"""
        SELECT id FROM articles WHERE id IN ({unsent}) AND recorded <= :at AND {FREE}
        UNION SELECT id FROM articles WHERE waits = 'future' AND published <= :at
    """
    return column(db, sql, {"at": restored})


def count(db: Database, waits: Waits) -> int:
    """Return how many articles wait for this."""
    return number(
        db,
        f"SELECT count(*) FROM articles WHERE {WAITING} AND waits = ? AND {_ASKED}",
        (str(waits),),
    )
