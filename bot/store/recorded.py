"""The newest articles with what channels choose by: topics, quality, date. Changes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.arrival import Waits
from bot.store.database import maybe, row, rows


@dataclass(frozen=True, slots=True)
class Known:
    """An article, as far as channels choose by it."""

    quality: int
    published: datetime | None
    waits: Waits
    #: Keys of its topics and of the wider ones.
    keys: frozenset[str]


def newest(db: Database, most: int) -> list[Known]:
    """Return the last recorded articles that could be posted, newest first."""
    sql = (
        "SELECT id, quality, published, waits FROM articles "
        "WHERE withdrawn = 0 AND copy_of IS NULL ORDER BY id DESC LIMIT ?"
    )
    found = rows(db, sql, (most,))
    keys: dict[int, set[str]] = defaultdict(set)
    if found:
        carried = (
            "SELECT a.article, t.key FROM article_topics a JOIN topics t ON t.id = a.topic "
            "WHERE a.article >= ?"
        )
        for article, key in rows(db, carried, (found[-1]["id"],)):
            keys[article].add(key)
    return [
        Known(
            one["quality"],
            maybe(one["published"]),
            Waits(one["waits"]),
            frozenset(keys[one["id"]]),
        )
        for one in found
    ]


def best_quality(db: Database) -> int | None:
    """Return the highest quality of any article; None: there are none. Reads the whole table."""
    found = row(db, "SELECT max(quality) FROM articles")
    return found[0] if found else None
