"""Makes a payload that fits from a template and its words. Knows no single reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from markupsafe import Markup

from bot.domain import plain_text, snippets, urls
from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.domain.fulltext import Query
from bot.rendering import dates, fitting, inert, keyboards, markup
from bot.rendering.templates import Templates

#: Length of words that a person typed and a reply quotes.
QUOTED_UNITS = 60
NAME_UNITS = 64
#: Entries of one list; a longer one is a wall on a phone.
LISTED = 40
TITLE_UNITS = 200
REASON_UNITS = 300
_SIGNS = ("/", "@", "#", "$")


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article as one entry of a list."""

    title: str
    url: str
    provider: str
    #: "22 Aug 2021", or empty.
    date: str
    short_id: str
    #: In search results, the piece of its text that matches; else empty.
    snippet: Markup | str = ""


def reply(
    templates: Templates, name: str, rows: keyboards.Rows = (), **words: Any
) -> Payload:
    """Return the template `replies/<name>` filled with `words`, with rows of buttons under it."""
    return listed(templates, name, "", (), rows, **words)


def listed(
    templates: Templates,
    name: str,
    key: str,
    items: Sequence[Any],
    rows: keyboards.Rows = (),
    *,
    most: int = LISTED,
    **words: Any,
) -> Payload:
    """Return `reply` with as many of `items` as fit, as the variable `key`, at most `most`.

    The variable `more` is the number of the others.
    """
    text = _longest(templates.render, name, key, items, most, words)
    if not text.fits():  # an operator's template leaves no room
        text = _longest(templates.render_shipped, name, key, items, most, words)
    if not text.fits():  # too many entities
        text = markup.plain_within(text.text)
    return _payload(text.html, rows)


def quoted(words: str) -> str:
    """Return what a person typed as a reply quotes it: repaired, on one line, short."""
    return plain_text.shorten(plain_text.repair(words), QUOTED_UNITS)


def name(topic: str) -> str:
    """Return a topic's name, shortened."""
    return plain_text.shorten(topic, NAME_UNITS)


def names(topics: Sequence[str]) -> list[str]:
    """Return topics' names, shortened."""
    return list(map(name, topics))


def article_line(
    stored: Stored, tz: tzinfo = UTC, query: Query | None = None
) -> ArticleLine:
    """Return an article as an entry of a list. query: what was searched for."""
    article = stored.article
    host = urls.host(article.url)
    title = plain_text.shorten(article.title or host, TITLE_UNITS)
    provider = plain_text.shorten(article.provider or host, NAME_UNITS)
    return ArticleLine(
        title=title,
        url=article.url,
        provider=provider,
        date=dates.behind(provider, dates.published(article, tz)),
        short_id=stored.short_id,
        snippet=_snippet(article.excerpt, query) if query else "",
    )


def _snippet(excerpt: str, query: Query) -> Markup:
    """Return the piece of a text that matches a search, the matching words in bold."""
    snippet = Markup("")
    for text, matches in snippets.marked(excerpt, query):
        words = text
        if text.endswith(_SIGNS):  # would begin an entity with the next part
            words += inert.JOINER
        snippet += markup.bold(words) if matches else markup.shown(words)
    return snippet


def _longest(
    render: Callable[[str, dict[str, Any]], markup.Marked],
    name: str,
    key: str,
    items: Sequence[Any],
    most: int,
    words: dict[str, Any],
) -> markup.Marked:
    def filled(shown: int) -> markup.Marked:
        listing: dict[str, Any] = {}
        if key:
            listing = {key: items[:shown], "more": len(items) - shown}
        return render(f"replies/{name}", words | listing)

    def fits(shown: int) -> bool:
        return filled(shown).fits()

    return filled(fitting.largest(fits, min(len(items), most)))


def _payload(html: str, rows: keyboards.Rows) -> Payload:
    payload: Payload = {"method": "sendMessage", "text": html, "parse_mode": "HTML"}
    payload["link_preview_options"] = {"is_disabled": True}
    if any(rows):
        payload["reply_markup"] = keyboards.keyboard(rows)
    return payload
