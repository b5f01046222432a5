"""A reader's words to articles, by the index of folded words. Knows no command.

Until that index is built, the older one answers, which knows whole words only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot.domain import fulltext, plain_text, word_forms
from bot.domain.article import Stored
from bot.domain.fulltext import Query, Term
from bot.store import articles, indexing
from bot.store.article_states import VISIBLE
from bot.store.database import number, rows

#: Upper bound of articles that are ranked, so that a reply takes no longer as there are more.
WEIGHED = 2_000
#: Upper bound of pages.
PAGES = 20
#: How many words replace one that is nowhere, and how many words of a query are replaced.
NEAR, MISSPELT = 5, 3
#: Words that two titles can share without having anything in common.
_SMALL_WORDS = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "that",
    )
) | {"the", "this", "to", "was", "with"}


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    articles: list[Stored]
    query: Query
    #: There is a page behind it.
    more: bool = False
    #: The query that was used instead, if some words are nowhere; else empty.
    instead: str = ""


def search(db: Database, words: str, most: int = 10) -> list[Stored]:
    """Return the articles of the first page, at most `most`."""
    return page(db, words, most).articles


def page(db: Database, words: str, most: int = 10, at: int = 0) -> Found:
    """Return a page (from 0) of visible articles with every word, its beginning or a form of it.

    The best are first, of equals the newer. Of more than WEIGHED matches only the last recorded are
    ranked: a common word is a question for what is new. If nothing is found, misspelt words are
    replaced.
    """
    query = fulltext.parsed(words)
    instead = ""
    groups = tuple(tuple(one.whole for one in group) for group in query.groups)
    whole = _expression(db, Query(groups, query.without), words)
    found = _page(
        db,
        whole if _has(db, whole, PAGES * most) else _expression(db, query, words),
        most,
        at,
    )
    if not found and not indexing.left(db) and (corrected := _corrected(db, query)):
        query, instead = corrected
        found = _page(db, _expression(db, query, words), most, at)
    return Found(
        articles.several(db, found[:most]),
        query,
        len(found) > most and at + 1 < PAGES,
        instead,
    )


def titled(db: Database, title: str) -> int | None:
    """Return the one article of this title, whatever its case; None: none, or several."""
    near = _nearest(
        db,
        title,
        [term for group in fulltext.parsed(title).groups for term in group],
        10,
    )
    same = [one.id for one in near if one.article.title.casefold() == title.casefold()]
    return same[0] if len(same) == 1 else None


def nearest_titles(db: Database, words: str, most: int = 5) -> list[Stored]:
    """Return articles with any of the words in their titles, best first.

    A number has to be there whole. Words that say nothing ("the") count only where there are no
    others.
    """
    terms = [
        term if term.text.isalpha() else replace(term, begins=False)
        for group in fulltext.parsed(words).groups
        for term in group
    ]
    return _nearest(
        db,
        words,
        [term for term in terms if term.text not in _SMALL_WORDS] or terms,
        most,
    )


def _nearest(
    db: Database, words: str, terms: Sequence[Term], most: int
) -> list[Stored]:
    """Return articles with any of the terms in their titles, best first."""
    query = " OR ".join(_terms(words)) if indexing.left(db) else _any(terms)
    query = f"title : ({query})" if query else ""
    return articles.several(db, _best(db, query, _since(db, query), "true", most))


def _page(db: Database, sql: str, most: int, at: int) -> list[int]:
    """Return the row numbers of a page and of the first behind it."""
    skip = most * at
    since = _since(db, sql)
    found = _best(db, sql, since, VISIBLE, most + 1, skip)
    if since and len(found) < most:
        found = _best(
            db, sql, 0, VISIBLE, most + 1, skip
        )  # too many of the last are hidden
    return found


def _has(db: Database, query: str, count: int) -> bool:
    """Return True if more than `count` articles match, so that the slow prefixes are not needed."""
    index = _index(db)
    sql = f"SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT 1 OFFSET ?"
    return bool(query) and number(db, sql, (query, count)) > 0


def _index(db: Database) -> str:
    return "articles_fts" if indexing.left(db) else "articles_folded"


def _since(db: Database, query: str) -> int:
    """Return the row number from which on WEIGHED articles match; 0: there are no more."""
    index = _index(db)
    sql = f"SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
    return number(db, sql, (query, WEIGHED - 1)) if query else 0


def _best(
    db: Database, query: str, since: int, standing: str, most: int, skip: int = 0
) -> list[int]:
    """Return the row numbers of the best articles; weighing one takes about a microsecond."""
    index = _index(db)
    sql = (
        f"SELECT a.id FROM {index} f JOIN articles a ON a.id = f.rowid "
        f"WHERE {index} MATCH ? AND f.rowid >= ? AND {standing} "
        f"ORDER BY bm25({index}, 8.0, 1.0, 2.0), a.ordered DESC, a.id DESC LIMIT ? OFFSET ?"
    )
    return (
        [found["id"] for found in rows(db, sql, (query, since, most, skip))]
        if query
        else []
    )


def _corrected(db: Database, query: Query) -> tuple[Query, str] | None:
    """Return the query with misspelt words replaced, and as text; None: nothing is replaced."""
    groups: list[tuple[Term, ...]] = []
    texts: list[str] = []
    misspelt = 0
    for group in query.groups:
        near = _near(db, group[0]) if len(group) == 1 and misspelt < MISSPELT else []
        groups.append(tuple(Term(word, begins=False) for word in near) or group)
        texts.append(near[0] if near else " OR ".join(term.text for term in group))
        misspelt += bool(near)
    texts += [f"-{term.text}" for term in query.without]
    return (Query(tuple(groups), query.without), " ".join(texts)) if misspelt else None


def _near(db: Database, term: Term) -> list[str]:
    """Return indexed words one letter from `term`, the commonest first; none if it is indexed."""
    there = "SELECT 1 FROM articles_folded WHERE articles_folded MATCH ? LIMIT 1"
    if not term.is_word or number(db, there, (_matches(term),)):
        return []
    sql = (
        "SELECT term FROM articles_folded_words WHERE term IN (SELECT value FROM json_each(?)) "
        "ORDER BY doc DESC, term LIMIT ?"
    )
    return [
        found["term"]
        for found in rows(db, sql, (json.dumps(word_forms.misspelt(term.text)), NEAR))
    ]


def _expression(db: Database, query: Query, words: str) -> str:
    """Return a query as FTS5 takes it; what stands in quotes is never an operator."""
    if not query.groups:
        return ""
    if indexing.left(db):
        return _older(words)
    included = " AND ".join(map(_any, query.groups))
    forms = [
        one
        for term in query.without
        for one in (term.text, f"{term.text}s", *term.forms)
    ]
    excluded = " OR ".join(map(_exactly, forms))
    return f"({included}) NOT ({excluded})" if excluded else included


def _older(words: str) -> str:
    """Return a query for the older index, which knows no phrase and no OR, but excludes words."""
    pieces = [piece for piece in plain_text.repair(words).split() if piece != "OR"]
    included = _terms(" ".join(one for one in pieces if not one.startswith("-")))
    excluded = _terms(" ".join(one for one in pieces if one.startswith("-")))
    if not included or not excluded:
        return " ".join(included)
    return f"({' AND '.join(included)}) NOT ({' OR '.join(excluded)})"


def _terms(words: str) -> list[str]:
    """Return each word quoted, for the older index, which folds words itself."""
    kept = [
        word
        for word in plain_text.repair(words).replace('"', " ").split()
        if any(map(str.isalnum, word))
    ]
    return [
        f'"{word}"' + "*" * (len(word) > 1 or not word.isascii())
        for word in kept[: fulltext.MOST_TERMS]
    ]


def _any(terms: Iterable[Term]) -> str:
    any_of = " OR ".join(map(_matches, terms))
    return f"({any_of})" if any_of else ""


def _matches(term: Term) -> str:
    beginning = [
        f"{_exactly(stem)}*"
        for stem in (term.text if term.begins else "", term.stem)
        if stem
    ]
    whole = [
        _exactly(one) for one in (*(() if term.begins else (term.text,)), *term.forms)
    ]
    return " OR ".join([*beginning, *whole])


def _exactly(text: str) -> str:
    return f'"{text}"'
