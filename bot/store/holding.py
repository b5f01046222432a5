"""Articles that wait before they may go out, for what, and until when. `domain.arrival` decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.arrival import HIDDEN, WINDOW, Waits
from bot.store import sequence
from bot.store.article_states import FREE, WAITING
from bot.store.database import (
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

#: The articles of a JSON list of row numbers.
_THESE = "(SELECT value FROM json_each(?))"
#: Neither withdrawn nor a copy.
_OPEN = "withdrawn = 0 AND copy_of IS NULL"
#: An editor can decide on it: of bulk and restored articles, the file was there at the last whole
#: scan.
_ASKED = f"""{_OPEN} AND (waits NOT IN ('bulk', 'restored')
  OR file IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM files f WHERE f.path = articles.file AND f.missing > 0))"""
#: Expires, and was not hidden for it yet.
_EXPIRES = (
    "expires IS NOT NULL AND waits <> 'expired' "
    "AND expires > coalesce((SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'expiring'), 0)"
)
#: Is dated to come, and its file still exists.
_DATED = f"waits = 'future' AND file IS NOT NULL AND {_OPEN}"
_ARRIVED_OLD = (
    f"recorded > :from AND recorded <= :at AND decided = 0 AND id > :archive AND {_OPEN} "
    "AND coalesce(published, 0) < :since AND coalesce(published, recorded) >= :floor"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """Articles recorded in the window up to `at`, dated before `since` (milliseconds) or undated.

    Those dated before `floor` are left out: they are not posted anyway.
    """

    at: datetime
    since: int
    floor: int = 0
    #: Articles up to this one were there at a start.
    archive: int = 0

    def free(self, db: Database, most: int = -1) -> list[int]:
        """Return those that wait for nothing, at most so many."""
        sql = f"SELECT id FROM articles WHERE {FREE} AND {_ARRIVED_OLD} LIMIT :most"
        return column(db, sql, {**self._values(), "most": most})

    def waiting(self, db: Database, most: int) -> int:
        """Return how many wait as a bulk arrival, counted up to `most`."""
        sql = (
            "SELECT count(*) FROM (SELECT 1 FROM articles WHERE waits = 'bulk' "
            f"AND {_ARRIVED_OLD} LIMIT :most)"
        )
        return number(db, sql, {**self._values(), "most": most})

    def cancel_fanouts(self, db: Database) -> None:
        """Plan no followers of them."""
        old = (
            f"SELECT id FROM articles WHERE {FREE} AND {_ARRIVED_OLD} "
            "AND id IN (SELECT article FROM fanouts)"
        )
        with transaction(db):
            write(
                db,
                f"UPDATE articles SET planned = NULL WHERE id IN ({old})",
                self._values(),
            )
            write(db, f"DELETE FROM fanouts WHERE article IN ({old})", self._values())

    def _values(self) -> dict[str, int]:
        window = {"from": milliseconds(self.at - WINDOW), "at": milliseconds(self.at)}
        return window | {
            "since": self.since,
            "floor": self.floor,
            "archive": self.archive,
        }


def hold(db: Database, articles: Collection[int], waits: Waits) -> None:
    """Let articles wait. Posts stay; deliveries in flight are held if they come back unsent."""
    these = json_list(articles)
    with transaction(db):
        sql = f"UPDATE articles SET waits = ?, held = ? WHERE id IN {_THESE}"
        write(db, sql, (str(waits), waits in HIDDEN, these))
        write(
            db,
            f"UPDATE deliveries SET state = 'held' WHERE article IN {_THESE} AND state = 'pending'",
            (these,),
        )
        write(db, f"DELETE FROM fanouts WHERE article IN {_THESE}", (these,))
        write(db, f"UPDATE articles SET planned = NULL WHERE id IN {_THESE}", (these,))
        if waits in HIDDEN:  # posts stay as they are until the article is released
            sql = (
                f"UPDATE deliveries SET edit_due = NULL WHERE article IN {_THESE} "
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
    """Let an article wait no more. arrives: it counts as recorded then; None: when it was recorded.

    decided: an editor did, so it never counts towards a bulk arrival again.
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
            f"UPDATE deliveries SET state = 'skipped' WHERE article IN {_THESE} AND state = 'held'",
            (these,),
        )
        sql = (
            "UPDATE articles SET waits = ?, held = 0, decided = 1 "
            f"WHERE id IN {_THESE} AND {WAITING}"
        )
        return write(db, sql, (Waits.NOTHING, these))


def went_out(db: Database, article: int) -> bool:
    """Return True if a delivery of an article has left, or may have."""
    sql = (
        "SELECT 1 FROM deliveries WHERE article = ? AND state IN ('sending', 'doubtful', 'sent') "
        "LIMIT 1"
    )
    return exists(db, sql, (article,))


def due(db: Database, at: datetime | None, most: int = 500) -> list[int]:
    """Return the articles dated to come that are due at `at` (None: all), the earliest first."""
    sql = (
        f"SELECT id FROM articles WHERE {_DATED} AND published <= ? "
        "ORDER BY published, id LIMIT ?"
    )
    return column(db, sql, (milliseconds(at) if at else 2**62, most))


def of_archive(
    db: Database, articles: Collection[int], archive: int, before: datetime
) -> list[int]:
    """Return the subset of articles that are not above `archive` and dated before a moment."""
    sql = f"SELECT id FROM articles WHERE id IN {_THESE} AND id <= ? AND published < ?"
    return column(db, sql, (json_list(articles), archive, milliseconds(before)))


def expired(db: Database, at: datetime, most: int = 500) -> list[int]:
    """Return the articles that have expired and are not hidden for it yet."""
    sql = f"SELECT id FROM articles WHERE expires <= ? AND {_EXPIRES} LIMIT ?"
    return column(db, sql, (milliseconds(at), most))


def next_moment(db: Database) -> datetime | None:
    """Return when the next article is due or expires, or None."""
    dated = f"SELECT min(published) FROM articles WHERE {_DATED}"
    expiring = f"SELECT min(expires) FROM articles WHERE {_EXPIRES}"
    both = f"SELECT ({dated}) AS moment UNION SELECT ({expiring})"
    return moment_of(db, f"SELECT min(moment) FROM ({both})")


def next_date(db: Database) -> datetime | None:
    """Return the moment of the next article that is dated to come, or None."""
    return moment_of(db, f"SELECT min(published) FROM articles WHERE {_DATED}")


def arrived(
    db: Database, articles: Collection[int], at: datetime, *, until: int
) -> list[int]:
    """Return the subset that arrived at `at`, waits for nothing, and is not dated after `until`."""
    sql = (
        f"SELECT id FROM articles WHERE id IN {_THESE} AND {FREE} AND recorded = ? AND {_OPEN} "
        "AND coalesce(published, 0) <= ?"
    )
    return column(db, sql, (json_list(articles), milliseconds(at), until))


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
    counted = f"(waits <> 'future' OR ({_DATED}))"
    sql = (
        f"SELECT waits, count(*) FROM articles WHERE {WAITING} AND {counted} AND {_ASKED} "
        "GROUP BY waits"
    )
    return {Waits(found[0]): found[1] for found in rows(db, sql)}


def waiting(db: Database, waits: Sequence[Waits], most: int = -1) -> list[int]:
    """Return the articles that wait for one of these, the newest first."""
    sql = (
        f"SELECT id FROM articles WHERE {WAITING} AND waits IN {_THESE} AND {_ASKED} "
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
