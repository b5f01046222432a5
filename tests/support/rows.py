"""Rows of articles for tests that need no recorder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.arrival import Waits
from bot.domain.record import ArticleRecord
from bot.store import follows, recording
from bot.store.database import Database, transaction
from bot.store.recording import Entry


def insert_article(
    db: Database,
    record: ArticleRecord,
    *,
    path: str,
    at: datetime,
    waiting: Waits = Waits.NOTHING,
    copy_of: int | None = None,
) -> int:
    """Write an article without its topics; return its row number."""
    with transaction(db):
        number = recording.next_number(db)
        recording.write(db, [Entry(number, record, path, waiting, copy_of)], at)
    return number


def add_topics(
    db: Database, article: int, listed: Sequence[str], implied: Iterable[str] = ()
) -> None:
    """Write the topics of an article: those that its document lists, and wider ones."""
    rows: dict[int, int | None] = {}
    for name, position in [
        *zip(listed, range(len(listed)), strict=True),
        *((name, None) for name in implied),
    ]:
        rows.setdefault(follows.carried(db, name).id, position)
    recording.add_topics(
        db, [(article, topic, position) for topic, position in rows.items()]
    )
