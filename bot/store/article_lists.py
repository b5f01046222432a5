"""Which articles a reader, an editor or a new channel is shown. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.arrival import ASKED, Waits
from bot.domain.article import Stored
from bot.store import articles, holding
from bot.store.article_states import FREE, VISIBLE
from bot.store.database import column, json_list, moment, row, rows

#: The newest articles among which a topic's newest are searched first.
_SCANNED = 2_000


_LATEST = (
    f"SELECT id FROM articles WHERE {VISIBLE} ORDER BY ordered DESC, id DESC LIMIT ?"
)
_LATEST_OF = f"""
SELECT id FROM (
  SELECT id, ordered FROM articles WHERE {VISIBLE} ORDER BY ordered DESC, id DESC LIMIT ?)
WHERE EXISTS (SELECT 1 FROM article_topics WHERE article = id AND topic = ?)
ORDER BY ordered DESC, id DESC LIMIT ?
"""
_LATEST_OF_ALL = f"""
SELECT id FROM articles
WHERE {VISIBLE} AND id IN (SELECT article FROM article_topics WHERE topic = ?)
ORDER BY ordered DESC, id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that a channel may start with."""

    id: int
    quality: int
    ordered: datetime


def latest(db: Database, topic: int | None = None, most: int = 10) -> list[Stored]:
    """Return the newest visible articles, newest first; `topic` (a row): only of that topic."""
    if topic is None:
        numbers = column(db, _LATEST, (most,))
    else:  # mostly they are among the last recorded, so that a large topic need not be sorted
        numbers = column(db, _LATEST_OF, (_SCANNED, topic, most))
        if len(numbers) < most:
            numbers = column(db, _LATEST_OF_ALL, (topic, most))
    return articles.several(db, numbers)


def newest(db: Database) -> Stored | None:
    """Return the article that was posted or recorded last: what `/republish last` means."""
    found = row(
        db,
        "SELECT a.id FROM articles a LEFT JOIN deliveries d ON d.article = a.id "
        "AND d.state = 'sent' AND d.lane = 0 "
        f"WHERE {VISIBLE} GROUP BY a.id "
        "ORDER BY max(d.settled_sequence) DESC NULLS LAST, a.ordered DESC, a.id DESC LIMIT 1",
    )
    return articles.get(db, found["id"]) if found else None


def candidates(db: Database) -> list[Candidate]:
    """Return every article that readers can find and that may go out, oldest first."""
    sql = (
        f"SELECT id, quality, ordered FROM articles WHERE {VISIBLE} AND {FREE} "
        "ORDER BY ordered, id"
    )
    return [
        Candidate(one["id"], one["quality"], moment(one["ordered"]))
        for one in rows(db, sql)
    ]


def held(db: Database, numbers: Sequence[int], *, drafts: bool = False) -> list[int]:
    """Return the subset of articles whose files say that they are not published.

    drafts: drafts too.
    """
    waits = "('editor', 'draft')" if drafts else "('editor')"
    sql = (
        f"SELECT id FROM articles WHERE waits IN {waits} AND id IN (SELECT value "
        "FROM json_each(?)) ORDER BY id"
    )
    return column(db, sql, (json_list(numbers),)) if numbers else []


def apart(
    db: Database, most: int = 20, *, drafts: bool = False
) -> tuple[list[Stored], list[tuple[Stored, Stored]]]:
    """Return what editors may decide on, newest first: waiting articles, and copies with originals.

    drafts: drafts too. An article that was merged into another is not a copy of it.
    """
    undecided = (*ASKED, Waits.DRAFT) if drafts else ASKED
    held = articles.several(db, holding.waiting(db, undecided, most))
    pairs = []
    sql = (
        "SELECT id, copy_of FROM articles WHERE copy_of IS NOT NULL AND withdrawn = 0 "
        "AND EXISTS (SELECT 1 FROM aliases WHERE article = articles.id) ORDER BY id DESC LIMIT ?"
    )
    for one in rows(db, sql, (most,)):
        copy, first = articles.get(db, one["id"]), articles.get(db, one["copy_of"])
        if copy and first:
            pairs.append((copy, first))
    return held, pairs
