"""The full-text index: a reader's words to articles. Knows no command."""

from __future__ import annotations

from sqlite_utils import Database

from bot import prose
from bot.article import Stored
from bot.store import articles
from bot.store.database import rows

_MOST_WORDS = 12


def search(db: Database, words: str, most: int = 10) -> list[Stored]:
    """Return visible articles that hold every word (or a word that begins so), best first, newer first on a tie."""
    query = " ".join(_terms(words))
    if not query:
        return []
    found = rows(
        db,
        "SELECT a.id FROM articles_fts f JOIN articles a ON a.id = f.rowid "
        f"WHERE articles_fts MATCH ? AND {articles.VISIBLE} "
        "ORDER BY bm25(articles_fts, 8.0, 1.0, 2.0), a.ordered DESC LIMIT ?",
        (query, most),
    )
    return articles.several(db, [one["id"] for one in found])


def nearest_titles(db: Database, words: str, most: int = 5) -> list[Stored]:
    """Return articles that hold any of the words, best first: what an editor may have meant."""
    query = " OR ".join(_terms(words))
    if not query:
        return []
    found = rows(
        db,
        "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY bm25(articles_fts, 8.0, 1.0, 2.0) LIMIT ?",
        (query, most),
    )
    return articles.several(db, [one["rowid"] for one in found])


def _terms(words: str) -> list[str]:
    """Return each word as FTS5 takes it literally. Case and accents are the index's own business: it knows how its
    words were folded (a casefolded `ß` would be two letters that it never wrote).
    """
    kept = [word for word in prose.repair(words).replace('"', " ").split() if any(map(str.isalnum, word))]
    return [f'"{word}"*' for word in kept[:_MOST_WORDS]]
