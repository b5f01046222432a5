"""The full-text index of folded words: writes it, and builds that of an older database.

Searches nothing. The index keeps no text, so a deletion needs the words as they were added.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from bot.domain.fulltext import folded
from bot.store import facts
from bot.store.database import row, rows, transaction
from bot.store.facts import Fact

#: Batch size that keeps each transaction short.
PIECE = 200
#: Title, excerpt, provider.
Words = tuple[str, str, str]
_ADD = (
    "INSERT INTO articles_folded (rowid, title, excerpt, provider) VALUES (?, ?, ?, ?)"
)
_TAKE = (
    "INSERT INTO articles_folded (articles_folded, rowid, title, excerpt, provider) "
    "VALUES ('delete', ?, ?, ?, ?)"
)


def add(db: Database, articles: Iterable[tuple[int, Words]]) -> None:
    """Index new articles, in the caller's transaction."""
    db.conn.executemany(
        _ADD, [(number, *map(folded, words)) for number, words in articles]
    )


def replace(db: Database, number: int, words: Words) -> None:
    """Replace an article's words, which its row still holds, in the caller's transaction."""
    found = row(
        db, "SELECT title, excerpt, provider FROM articles WHERE id = ?", (number,)
    )
    if found is None or tuple(found) == words or number <= left(db):
        return
    db.conn.execute(_TAKE, (number, *map(folded, found)))
    add(db, [(number, words)])


def left(db: Database) -> int:
    """Return the last article that is still to be indexed; 0 when all are."""
    return int(facts.get(db, Fact.UNINDEXED) or 0)


def build(db: Database) -> int:
    """Index a piece of an older database's articles, the newest first; return how many."""
    sql = "SELECT id, title, excerpt, provider FROM articles WHERE id <= ? ORDER BY id DESC LIMIT ?"
    with transaction(db):
        last = left(db)
        if not last:
            return 0
        found = rows(db, sql, (last, PIECE))
        # Upwards: a row number below the last one makes FTS5 write what it has gathered.
        add(db, [(one[0], (one[1], one[2], one[3])) for one in reversed(found)])
        if len(found) < PIECE:
            facts.forget(db, Fact.UNINDEXED)
        else:
            facts.put(db, Fact.UNINDEXED, str(found[-1]["id"] - 1))
    return len(found)
