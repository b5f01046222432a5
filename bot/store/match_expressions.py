"""Queries as FTS5 takes them: what stands in quotes there is never an operator. Runs none."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain import fulltext, plain_text
from bot.domain.fulltext import Query, Term


def folded(query: Query) -> str:
    """Return a query for the index of folded words; empty: it asks for nothing."""
    if not query.groups:
        return ""
    included = map(any_of, query.groups)
    unwanted: list[str] = []
    for term in query.without:
        unwanted += [term.text, f"{term.text}s", *term.forms]
    excluded = map(_exactly, unwanted)
    return _without(included, excluded)


def older(words: str) -> str:
    """Return a query for the older index, which knows no phrase and no OR, but excludes words."""
    included: list[str] = []
    excluded: list[str] = []
    for piece in plain_text.repair(words).split():
        if piece.startswith("-"):
            excluded.append(piece)
        elif piece != "OR":
            included.append(piece)
    terms = older_terms(" ".join(included))
    if not terms:
        return ""
    unwanted = older_terms(" ".join(excluded))
    return _without(terms, unwanted)


def older_terms(words: str) -> list[str]:
    """Return each word quoted, for the older index, which folds words itself."""
    terms: list[str] = []
    for word in plain_text.repair(words).replace('"', " ").split():
        if not any(map(str.isalnum, word)):
            continue
        is_letter = len(word) == 1 and word.isascii()
        term = _exactly(word)
        terms.append(term if is_letter else f"{term}*")
    return terms[: fulltext.MOST_TERMS]


def any_of(terms: Iterable[Term]) -> str:
    """Return an expression that any of the terms fits; empty: there is no term."""
    expression = " OR ".join(map(matching, terms))
    return f"({expression})" if expression else ""


def matching(term: Term) -> str:
    """Return an expression that a term's word fits, its beginning or a form of it."""
    beginnings = [term.stem]
    whole = list(term.forms)
    if term.begins:
        beginnings.insert(0, term.text)
    else:
        whole.insert(0, term.text)
    expressions = [f"{_exactly(one)}*" for one in beginnings if one]
    expressions += map(_exactly, whole)
    return " OR ".join(expressions)


def _without(included: Iterable[str], excluded: Iterable[str]) -> str:
    every = " AND ".join(included)
    none = " OR ".join(excluded)
    return f"({every}) NOT ({none})" if none else every


def _exactly(text: str) -> str:
    return f'"{text}"'
