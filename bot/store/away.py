"""What a reader who was away has missed: articles on their topics that were recorded meanwhile. Writes nothing."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.articles import VISIBLE
from bot.store.database import rows

#: How many of them are named.
SHOWN = 10
#: Only the articles recorded last are looked at, so that a long absence costs no more than a short one.
_LOOKED_AT = 10_000
_MISSED = f"""
SELECT a.id FROM follows f
CROSS JOIN article_topics t ON t.topic = f.topic
  AND t.article > max(:after, (SELECT coalesce(max(id), 0) FROM articles) - {_LOOKED_AT})
CROSS JOIN articles a ON a.id = t.article AND {VISIBLE}
WHERE f.chat = :chat AND NOT EXISTS (
  SELECT 1 FROM deliveries d WHERE d.article = a.id AND d.chat = :chat
  AND d.state IN ('pending', 'sending', 'doubtful', 'sent'))
GROUP BY a.id ORDER BY a.ordered DESC, a.id DESC
"""


def missed(db: Database, chat: int, after: int) -> list[int]:
    """Return the articles above number `after` that a chat's follows would have brought, newest first."""
    return [found["id"] for found in rows(db, _MISSED, {"chat": chat, "after": after})]
