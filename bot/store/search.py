"""A reader's words to articles, by the index of folded words. Knows no command.

Until that index is built, the older one answers, which knows whole words only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot.domain import fulltext, word_forms
from bot.domain.article import Stored
from bot.domain.fulltext import Query, Term
from bot.store import articles, indexing, match_expressions
from bot.store.article_states import VISIBLE
from bot.store.database import column, exists, json_list, number

#: Upper bound of articles that are ranked, so that a reply takes no longer as there are more.
WEIGHED = 2_000
#: Upper bound of pages.
PAGES = 20
#: How many words replace one that is nowhere, and how many words of a query are replaced.
NEAR, MISSPELT = 5, 3
#: Words that two titles can share without having anything in common.
_SMALL_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is"),
        *("it", "its", "of", "on", "or", "that", "the", "this", "to", "was", "with"),
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    articles: list[Stored]
    query: Query
    #: There is a page behind it.
    more: bool = False
    #: The query that was used instead, if some words are nowhere; else empty.
    instead: str = ""


def page(db: Database, words: str, most: int = 10, page_number: int = 0) -> Found:
    """Return a page, from 0, of visible articles with every word, its beginning or a form of it.

    The best are first, of equals the newer. Of more than WEIGHED matches only the last recorded are
    ranked: a common word is a question for what is new. If nothing is found, misspelt words are
    replaced.
    """
    query = fulltext.parsed(words)
    instead = ""
    expression = _narrowest(db, query, words, enough=PAGES * most)
    numbers = _numbers_of_page(db, expression, most, page_number)
    if not numbers and not indexing.last_unindexed(db):
        corrected = _corrected(db, query)
        if corrected:
            query, instead = corrected
            expression = _expression(db, query, words)
            numbers = _numbers_of_page(db, expression, most, page_number)
    more = len(numbers) > most and page_number + 1 < PAGES
    shown = articles.several(db, numbers[:most])
    return Found(shown, query, more, instead)


def titled(db: Database, title: str) -> int | None:
    """Return the one article of this title, whatever its case; None: none, or several."""
    folded = title.casefold()
    candidates = _nearest(db, title, _all_terms(title), 10)
    same = [one.id for one in candidates if one.article.title.casefold() == folded]
    return same[0] if len(same) == 1 else None


def nearest_titles(db: Database, words: str, most: int = 5) -> list[Stored]:
    """Return articles with any of the words in their titles, best first.

    A number has to be there whole. Words that say nothing ("the") count only where there are no
    others.
    """
    terms: list[Term] = []
    telling: list[Term] = []
    for one in _all_terms(words):
        is_word = one.text.isalpha()
        term = one if is_word else replace(one, begins=False)
        terms.append(term)
        if term.text not in _SMALL_WORDS:
            telling.append(term)
    return _nearest(db, words, telling or terms, most)


def _all_terms(words: str) -> list[Term]:
    terms: list[Term] = []
    for group in fulltext.parsed(words).groups:
        terms.extend(group)
    return terms


def _whole(query: Query) -> Query:
    """Return a query for whole words, of which none is the beginning of another."""
    groups: list[tuple[Term, ...]] = []
    for group in query.groups:
        whole = [term.whole for term in group]
        groups.append(tuple(whole))
    return Query(tuple(groups), query.without)


def _nearest(
    db: Database, words: str, terms: Sequence[Term], most: int
) -> list[Stored]:
    """Return articles with any of the terms in their titles, best first."""
    if indexing.last_unindexed(db):
        query = " OR ".join(match_expressions.older_terms(words))
    else:
        query = match_expressions.any_of(terms)
    if not query:
        return []
    query = f"title : ({query})"
    best = _best(db, query, _since(db, query), "true", most)
    return articles.several(db, best)


def _numbers_of_page(
    db: Database, expression: str, most: int, page_number: int
) -> list[int]:
    """Return the row numbers of a page and of the first behind it."""
    if not expression:
        return []
    skip = most * page_number
    since = _since(db, expression)
    numbers = _best(db, expression, since, VISIBLE, most + 1, skip)
    if since and len(numbers) < most:  # too many of the last are hidden
        numbers = _best(db, expression, 0, VISIBLE, most + 1, skip)
    return numbers


def _narrowest(db: Database, query: Query, words: str, *, enough: int) -> str:
    """Return the query for whole words if more than `enough` articles match it.

    Else return the one for beginnings too, which is slow where many match.
    """
    whole = _expression(db, _whole(query), words)
    if _has_more_than(db, whole, enough):
        return whole
    return _expression(db, query, words)


def _has_more_than(db: Database, query: str, count: int) -> bool:
    """Return True if more than `count` articles match."""
    if not query:
        return False
    index = _index(db)
    sql = f"SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT 1 OFFSET ?"
    return exists(db, sql, (query, count))


def _index(db: Database) -> str:
    return "articles_fts" if indexing.last_unindexed(db) else "articles_folded"


def _since(db: Database, query: str) -> int:
    """Return the row number from which on WEIGHED articles match; 0: there are no more."""
    index = _index(db)
    sql = f"SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
    return number(db, sql, (query, WEIGHED - 1))


def _best(
    db: Database, query: str, since: int, state: str, most: int, skip: int = 0
) -> list[int]:
    """Return the row numbers of the best articles; weighing one takes about a microsecond."""
    index = _index(db)
    sql = (
        f"SELECT a.id FROM {index} f JOIN articles a ON a.id = f.rowid "
        f"WHERE {index} MATCH ? AND f.rowid >= ? AND {state} "
        f"ORDER BY bm25({index}, 8.0, 1.0, 2.0), a.ordered DESC, a.id DESC LIMIT ? OFFSET ?"
    )
    return column(db, sql, (query, since, most, skip))


def _corrected(db: Database, query: Query) -> tuple[Query, str] | None:
    """Return the query with misspelt words replaced, and as text; None: nothing is replaced."""
    groups: list[tuple[Term, ...]] = []
    texts: list[str] = []
    misspelt = 0
    for group in query.groups:
        is_one = len(group) == 1 and misspelt < MISSPELT
        similar_words = _similar_words(db, group[0]) if is_one else []
        if similar_words:
            misspelt += 1
            terms = [Term(word, begins=False) for word in similar_words]
            groups.append(tuple(terms))
            texts.append(similar_words[0])
        else:
            words = [term.text for term in group]
            groups.append(group)
            texts.append(" OR ".join(words))
    if not misspelt:
        return None
    texts += [f"-{term.text}" for term in query.without]
    return Query(tuple(groups), query.without), " ".join(texts)


def _similar_words(db: Database, term: Term) -> list[str]:
    """Return indexed words one letter from `term`, the commonest first; none if it is indexed."""
    there = "SELECT 1 FROM articles_folded WHERE articles_folded MATCH ? LIMIT 1"
    if not term.is_word or exists(db, there, (match_expressions.matching(term),)):
        return []
    sql = (
        "SELECT term FROM articles_folded_words WHERE term IN (SELECT value FROM json_each(?)) "
        "ORDER BY doc DESC, term LIMIT ?"
    )
    return column(db, sql, (json_list(word_forms.misspelt(term.text)), NEAR))


def _expression(db: Database, query: Query, words: str) -> str:
    """Return a query as the index takes it; empty: it asks for nothing."""
    if query.groups and indexing.last_unindexed(db):
        return match_expressions.older(words)
    return match_expressions.folded(query)
