"""Records that a whole scan has ended: what arrives later is compared with it.

Reads no file, decides nothing.
"""

from __future__ import annotations

from datetime import datetime

from bot.store import articles, facts
from bot.store.database import Database, milliseconds, transaction
from bot.store.facts import Fact

#: Milliseconds within which the end of the last whole scan is known.
_EXACT = 600_000


def record_end(db: Database, at: datetime) -> None:
    """Write that a whole scan has ended.

    One that finds no article does not count: the folder may not be mounted.

    The last moment is written a few minutes late, so that scans of an unchanged folder write
    nothing.
    """
    if not articles.any_(db):
        return
    now = milliseconds(at)
    last = facts.moment(db, Fact.SCANNED)
    restored = facts.moment(db, Fact.RESTORED)
    if last is not None and restored is None:
        age = now - last
        if 0 <= age < _EXACT:
            return
    with transaction(db):
        if last is None:
            newest = str(articles.last(db))
            facts.put(db, Fact.ARCHIVE, newest)
        facts.put(db, Fact.SCANNED, str(now))
        facts.forget(db, Fact.RESTORED)
