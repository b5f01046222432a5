"""What is said of what was searched for: pages of articles, one article, nothing. Searches nothing, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.domain.fulltext import Query, parsed
from bot.rendering import keyboards, layout
from bot.rendering.keyboards import Act
from bot.rendering.templates import Templates

#: Articles on one page: of each, a piece of its text is shown too.
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
    """Answer /search with a page of what was found, best first.

    query: the words as they were understood. instead: the same with misspelt ones mended, if any is. key: what the
    buttons that turn the page stand for; more: there is a page behind this one.
    """
    lines = [layout.line(one, tz, query) for one in articles[:FOUND]]
    rows = [_page_buttons(key, page, more)] if key else []
    told: dict[str, Any] = {"words": layout.said(words), "instead": layout.said(instead), "page": page + 1}
    return layout.listed(templates, "search_results", "articles", lines, rows, **told)


def found_article(templates: Templates, article: Stored, names: Sequence[str], *, tz: tzinfo = UTC) -> Payload:
    """Answer an article's address: the article, with its topics (those not followed) to tap."""
    rows = keyboards.follows(names[:OFFERED], "Follow {}")
    return layout.reply(templates, "found_article", rows, article=layout.line(article, tz), topics=len(rows))


def nothing_found(templates: Templates, words: str = "", nearest: Sequence[str] = (), *, typed: bool = True) -> Payload:
    """Answer a search that found nothing, or that named nothing to look for (no words, or only what to leave out).

    nearest: topics of a similar name, to tap. typed: the command was typed, not plain words.
    """
    meant = parsed(words)
    if not meant.groups:
        nearest = ()
    rows = keyboards.follows(nearest[:OFFERED], "Follow {}")
    told: dict[str, Any] = {
        "words": layout.said(words) if meant.groups or meant.without else "",
        "nearest": layout.names(nearest),
        "typed": typed,
        "leaves_out": bool(meant.without) and not meant.groups,
    }
    return layout.reply(templates, "nothing_found", rows, **told)


def _page_buttons(key: str, page: int, more: bool) -> list[keyboards.Button]:
    """Return the buttons that turn the page of what was found."""
    back = [keyboards.tap("‹ Back", Act.FOUND, key, page - 1)] if page > 0 else []
    return back + ([keyboards.tap("More ›", Act.FOUND, key, page + 1)] if more else [])
