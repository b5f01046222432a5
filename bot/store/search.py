"""The full-text index: a reader's words to articles. Knows no command."""

from __future__ import annotations

from sqlite_utils import Database

from bot import prose
from bot.article import Stored
from bot.store import articles
from bot.store.database import number, rows

#: Articles that are weighed against each other at most, so that an answer takes no longer as they grow more.
WEIGHED = 2_000
_MOST_WORDS = 12


def search(db: Database, words: str, most: int = 10) -> list[Stored]:
    """Return visible articles that hold every word (or a word that begins so), best first, newer first on a tie.

    Of more than WEIGHED that hold them, the last recorded are weighed: a common word is a question for what is new.
    """
    query = " ".join(_terms(words))
    since = _since(db, query)
    found = _best(db, query, since, articles.VISIBLE, most)
    if since and len(found) < most:
        found = _best(db, query, 0, articles.VISIBLE, most)  # too many of the last are not to be seen
    return articles.several(db, found)


def titled(db: Database, title: str) -> int | None:
    """Return the one article of this title, whatever its case; None where there is none or more than one."""
    near = nearest_titles(db, title, 10)
    same = [one.id for one in near if one.article.title.casefold() == title.casefold()]
    return same[0] if len(same) == 1 else None


def nearest_titles(db: Database, words: str, most: int = 5) -> list[Stored]:
    """Return articles that hold any of the words, best first: what an editor may have meant."""
    query = " OR ".join(_terms(words))
    return articles.several(db, _best(db, query, _since(db, query), "true", most))


def _since(db: Database, query: str) -> int:
    """Return the row number from which on WEIGHED articles fit; 0 where there are no more than that."""
    sql = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
    return number(db, sql, (query, WEIGHED - 1)) if query else 0


def _best(db: Database, query: str, since: int, standing: str, most: int) -> list[int]:
    """Return the row numbers of the best articles; weighing one takes about a microsecond."""
    sql = (
        "SELECT a.id FROM articles_fts f JOIN articles a ON a.id = f.rowid "
        f"WHERE articles_fts MATCH ? AND f.rowid >= ? AND {standing} "
        "ORDER BY bm25(articles_fts, 8.0, 1.0, 2.0), a.ordered DESC LIMIT ?"
    )
    return [found["id"] for found in rows(db, sql, (query, since, most))] if query else []


def _terms(words: str) -> list[str]:
    """Return each word as FTS5 takes it literally. Case and accents are the index's own business: it knows how its
    words were folded (a casefolded `ß` would be two letters that it never wrote). A letter alone begins half of all
    words, and is meant as it stands.
    """
    kept = [word for word in prose.repair(words).replace('"', " ").split() if any(map(str.isalnum, word))]
    return [f'"{word}"' + "*" * (len(word) > 1 or not word.isascii()) for word in kept[:_MOST_WORDS]]
