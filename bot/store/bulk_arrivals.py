"""Old articles that arrived together: whether they are a bulk arrival. `domain.arrival` decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.arrival import WINDOW
from bot.store.article_states import FREE, OPEN
from bot.store.database import (
    THESE,
    column,
    json_list,
    milliseconds,
    number,
    transaction,
    write,
)

_ARRIVED_OLD = (
    f"recorded > :from AND recorded <= :at AND decided = 0 AND id > :archive AND {OPEN} "
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
        """Return those that wait for nothing, at most `most`; -1: all."""
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


def arrived(
    db: Database, articles: Collection[int], at: datetime, *, until: int
) -> list[int]:
    """Return the subset that arrived at `at`, waits for nothing, and is not dated after `until`."""
    sql = (
        f"SELECT id FROM articles WHERE id IN {THESE} AND {FREE} AND recorded = ? AND {OPEN} "
        "AND coalesce(published, 0) <= ?"
    )
    return column(db, sql, (json_list(articles), milliseconds(at), until))
