"""The full-text index of folded words: writes it, and builds that of an older database.

Searches nothing. The index keeps no text, so a deletion needs the words as they were added. While
that of an older database is being built, the index that it had is kept up to date and answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
_REMOVE = (
    "INSERT INTO articles_folded (articles_folded, rowid, title, excerpt, provider) "
    "VALUES ('delete', ?, ?, ?, ?)"
)
_ADD_TO_FORMER = (
    "INSERT INTO articles_fts (rowid, title, excerpt, provider) VALUES (?, ?, ?, ?)"
)


def add(db: Database, articles: Sequence[tuple[int, Words]]) -> None:
    """Index new articles, in the caller's transaction."""
    if last_unindexed(db):
        former = [(number, *words) for number, words in articles]
        db.conn.executemany(_ADD_TO_FORMER, former)
    _add(db, articles)


def _add(db: Database, articles: Iterable[tuple[int, Words]]) -> None:
    db.conn.executemany(
        _ADD, [(number, *map(folded, words)) for number, words in articles]
    )


def replace(db: Database, number: int, words: Words) -> None:
    """Replace an article's words, in the caller's transaction.

    Call it before the row is updated: the old words are read from it.
    """
    found = row(
        db, "SELECT title, excerpt, provider FROM articles WHERE id = ?", (number,)
    )
    if found is None or tuple(found) == words or number <= last_unindexed(db):
        return
    db.conn.execute(_REMOVE, (number, *map(folded, found)))
    _add(db, [(number, words)])


def last_unindexed(db: Database) -> int:
    """Return the last article that is still to be indexed; 0 when all are."""
    return int(facts.get(db, Fact.UNINDEXED) or 0)


def build(db: Database) -> int:
    """Index a piece of an older database's articles, the newest first; return how many."""
    sql = "SELECT id, title, excerpt, provider FROM articles WHERE id <= ? ORDER BY id DESC LIMIT ?"
    with transaction(db):
        last = last_unindexed(db)
        if not last:
            return 0
        found = rows(db, sql, (last, PIECE))
        # Upwards: a row number below the last one makes FTS5 write what it has gathered.
        upwards = []
        for number, title, excerpt, provider in reversed(found):
            upwards.append((number, (title, excerpt, provider)))
        _add(db, upwards)
        if len(found) < PIECE:
            facts.forget(db, Fact.UNINDEXED)
            drop_former(db)
        else:
            facts.put(db, Fact.UNINDEXED, str(found[-1]["id"] - 1))
    return len(found)


def drop_former(db: Database) -> None:
    """Drop the index of before step 0012, once the one of folded words is whole."""
    db.execute("DROP TRIGGER IF EXISTS articles_searched_anew")
    db.execute("DROP TABLE IF EXISTS articles_fts")
