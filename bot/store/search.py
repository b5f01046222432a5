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
    terms = prose.title_key(words).split()[:_MOST_WORDS]
    if not terms:
        return []
    query = " ".join(f'"{term}"*' for term in terms)
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
    terms = prose.title_key(words).split()[:_MOST_WORDS]
    if not terms:
        return []
    query = " OR ".join(f'"{term}"*' for term in terms)
    found = rows(
        db,
        "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY bm25(articles_fts, 8.0, 1.0, 2.0) LIMIT ?",
        (query, most),
    )
    return articles.several(db, [one["rowid"] for one in found])
