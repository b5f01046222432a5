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
_TAKE = (
    "INSERT INTO articles_folded (articles_folded, rowid, title, excerpt, provider) "
    "VALUES ('delete', ?, ?, ?, ?)"
)
_ADD_TO_FORMER = (
    "INSERT INTO articles_fts (rowid, title, excerpt, provider) VALUES (?, ?, ?, ?)"
)


def add(db: Database, articles: Sequence[tuple[int, Words]]) -> None:
    """Index new articles, in the caller's transaction."""
    if left(db):
        former = [(number, *words) for number, words in articles]
        db.conn.executemany(_ADD_TO_FORMER, former)
    _add(db, articles)


def _add(db: Database, articles: Iterable[tuple[int, Words]]) -> None:
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
    _add(db, [(number, words)])


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
        _add(db, [(one[0], (one[1], one[2], one[3])) for one in reversed(found)])
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
