"""Articles that an earlier version never delivered because the clock was set back. Writes nothing.

They are found by their rows, which follow a row, or a channel's start, with a later instant.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from bot.store.article_states import VISIBLE
from bot.store.availability import ACTIVE
from bot.store.database import column, rows

_SET_BACK = f"""
SELECT id, ahead FROM (
  SELECT id, recorded, held, withdrawn, copy_of,
    max(recorded) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ahead
  FROM articles WHERE sequence <= (SELECT from_clock FROM sequence))
WHERE ahead > recorded AND {VISIBLE}
"""
_OF_CHANNEL = f"""
SELECT a.id, a.quality, c.begun FROM articles a JOIN chats c ON c.id = ?
WHERE {VISIBLE} AND a.id > c.last_article AND a.sequence < c.sequence
  AND a.sequence <= (SELECT from_clock FROM sequence)
  AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.article = a.id AND d.chat = c.id AND d.edition = 1)
ORDER BY a.id
"""
#: Chats that followed while the clock was ahead. For how long it was is not known: as much again is
#: allowed.
_OF_FOLLOWERS = f"""
SELECT DISTINCT f.chat FROM articles a JOIN article_topics t ON t.article = a.id
  CROSS JOIN follows f ON f.topic = t.topic JOIN chats c ON c.id = f.chat
WHERE a.id = :article AND f.since > a.recorded AND f.since <= 2 * :ahead - a.recorded
  AND f.sequence <= (SELECT from_clock FROM sequence) AND {ACTIVE} AND c.setting IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.article = a.id AND d.chat = f.chat AND d.edition = 1)
"""


@dataclass(frozen=True, slots=True)
class Passed:
    """An article that a channel has no delivery of; `begun`: when it began, in milliseconds."""

    article: int
    quality: int
    begun: int


def set_back(db: Database) -> dict[int, int]:
    """Return the articles recorded after the clock was set back → its instant before (ms)."""
    return dict(db.conn.execute(_SET_BACK).fetchall())


def of_channel(db: Database, chat: int) -> list[Passed]:
    """Return undelivered articles, later than a channel's start by row and earlier by the clock."""
    return [Passed(*found) for found in rows(db, _OF_CHANNEL, (chat,))]


def of_followers(db: Database, article: int, ahead: int) -> list[int]:
    """Return chats without a delivery that may have followed before the article was recorded."""
    return column(db, _OF_FOLLOWERS, {"article": article, "ahead": ahead})
