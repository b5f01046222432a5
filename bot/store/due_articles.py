"""Articles that are dated to come, or expire: which are due, and when is the next.

Writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.store.article_states import DATED
from bot.store.database import (
    THESE,
    column,
    json_list,
    milliseconds,
    moment_of,
)

#: Expires, and was not hidden for it yet.
_EXPIRES = (
    "expires IS NOT NULL AND waits <> 'expired' "
    "AND expires > coalesce((SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'expiring'), 0)"
)


def due(db: Database, at: datetime | None, most: int = 500) -> list[int]:
    """Return the articles dated to come that are due at `at` (None: all), the earliest first."""
    sql = (
        f"SELECT id FROM articles WHERE {DATED} AND published <= ? "
        "ORDER BY published, id LIMIT ?"
    )
    return column(db, sql, (milliseconds(at) if at else 2**62, most))


def of_archive(
    db: Database, articles: Collection[int], archive: int, before: datetime
) -> list[int]:
    """Return the subset of articles that are not above `archive` and dated before a moment."""
    sql = f"SELECT id FROM articles WHERE id IN {THESE} AND id <= ? AND published < ?"
    return column(db, sql, (json_list(articles), archive, milliseconds(before)))


def expired(db: Database, at: datetime, most: int = 500) -> list[int]:
    """Return the articles that have expired and are not hidden for it yet."""
    sql = f"SELECT id FROM articles WHERE expires <= ? AND {_EXPIRES} LIMIT ?"
    return column(db, sql, (milliseconds(at), most))


def next_moment(db: Database) -> datetime | None:
    """Return when the next article is due or expires, or None."""
    dated = f"SELECT min(published) FROM articles WHERE {DATED}"
    expiring = f"SELECT min(expires) FROM articles WHERE {_EXPIRES}"
    both = f"SELECT ({dated}) AS moment UNION SELECT ({expiring})"
    return moment_of(db, f"SELECT min(moment) FROM ({both})")


def next_date(db: Database) -> datetime | None:
    """Return the moment of the next article that is dated to come, or None."""
    return moment_of(db, f"SELECT min(published) FROM articles WHERE {DATED}")
