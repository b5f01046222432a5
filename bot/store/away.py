"""What a reader missed while away: articles on their topics recorded meanwhile. Writes nothing."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.article_states import VISIBLE
from bot.store.database import column

#: How many of them a reply names.
SHOWN = 10
#: Only the articles recorded last are read, so that a long absence costs no more than a short one.
_SCANNED = 10_000
_MISSED = f"""
SELECT a.id FROM follows f
CROSS JOIN article_topics t ON t.topic = f.topic
  AND t.article > max(:after, (SELECT coalesce(max(id), 0) FROM articles) - {_SCANNED})
CROSS JOIN articles a ON a.id = t.article AND {VISIBLE}
WHERE f.chat = :chat AND NOT EXISTS (
  SELECT 1 FROM deliveries d WHERE d.article = a.id AND d.chat = :chat
  AND d.state IN ('pending', 'sending', 'doubtful', 'sent'))
GROUP BY a.id ORDER BY a.ordered DESC, a.id DESC
"""


def missed(db: Database, chat: int, after: int) -> list[int]:
    """Return the articles above row `after` on topics that a chat follows, newest first."""
    return column(db, _MISSED, {"chat": chat, "after": after})
