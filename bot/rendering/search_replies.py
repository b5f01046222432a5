"""Replies to searches: a page of results, one article, nothing found. Searches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.domain.fulltext import Query, parsed
from bot.rendering import keyboards, layout
from bot.rendering.keyboards import Act
from bot.rendering.labels import Label
from bot.rendering.templates import Templates

#: Articles on one page; a piece of the text of each is shown too.
FOUND = 8
#: Topics offered.
OFFERED = 12


def search_results(
    templates: Templates,
    words: str,
    articles: Sequence[Stored],
    *,
    query: Query | None = None,
    instead: str = "",
    key: str = "",
    page: int = 0,
    more: bool = False,
    tz: tzinfo = UTC,
) -> Payload:
    """Answer /search with one page of results, the best first.

    query: the parsed words. instead: the words with corrected spelling; empty if nothing was
    corrected. key: number of the search, for the buttons that turn the page. more: there is a
    next page.
    """
    lines = [layout.article_line(one, tz, query) for one in articles[:FOUND]]
    rows = []
    if key:
        rows.append(keyboards.page_turns(Act.FOUND, page, more=more, value=key))
    return layout.listed(
        templates,
        "search_results",
        "articles",
        lines,
        rows,
        words=layout.quoted(words),
        instead=layout.quoted(instead),
        page=page + 1,
    )


def found_article(
    templates: Templates, article: Stored, names: Sequence[str], *, tz: tzinfo = UTC
) -> Payload:
    """Answer an article's address with the article. names: topics to offer as buttons."""
    rows = keyboards.follows(names[:OFFERED], Label.FOLLOW)
    line = layout.article_line(article, tz)
    return layout.reply(
        templates, "found_article", rows, article=line, topics=len(rows)
    )


def nothing_found(
    templates: Templates,
    words: str = "",
    nearest: Sequence[str] = (),
    *,
    typed: bool = True,
) -> Payload:
    """Answer a search that found nothing, or that has no words to search for.

    nearest: topics of a similar name, to tap. typed: the command was typed, not plain words.
    """
    query = parsed(words)
    if not query.groups:
        nearest = ()
    return layout.reply(
        templates,
        "nothing_found",
        keyboards.follows(nearest[:OFFERED], Label.FOLLOW),
        words=layout.quoted(words) if query.groups or query.without else "",
        nearest=layout.names(nearest),
        typed=typed,
        leaves_out=bool(query.without) and not query.groups,
    )
