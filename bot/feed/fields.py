"""Plain values become an Article. Knows nothing of YAML or files.

Reads only the fields it knows. A value of a wrong type counts as missing, or as a list of itself
where a list is expected. What the fields mean was read off the real feed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from bot.domain import article as articles
from bot.domain import plain_text, urls
from bot.domain.article import Article, Related
from bot.errors import ArticleError
from bot.feed import images, markup

# UTF-16 units. The longest real title has 180, the longest excerpt 552; Telegram's message has
# 4,096.
TITLE, EXCERPT, RELATED_EXCERPT, PROVIDER, TOPIC, KIND = 512, 8_000, 2_000, 128, 64, 32
MOST_TOPICS = 30
MOST_RELATED = 50
#: Scores run from 0 to about 160; whatever is beyond this is no score.
_HIGHEST = 1_000_000
# Dates outside are slips; these can be moved to any time zone without overflow.
_YEARS = range(1900, 9999)
_YES = frozenset({"true", "yes", "on", "y", "1"})
_NO = frozenset({"false", "no", "off", "n", "0"})
_ALIASES = ("originalUrl", "ampWebUrl", "cdnAmpWebUrl")

_NO_ADDRESS = (
    "has no usable address: webUrl or originalUrl must begin with http:// or https://, "
    f"then a host's name without a password, and be no longer than {urls.LONGEST:,} characters"
)

Values = Mapping[str, object]


def article(values: Values, path: str) -> Article:
    """Return the article in the front matter `values` of the file `path`. Raises ArticleError."""
    title = _title(values)
    if not title:
        raise ArticleError(path, "has no title")
    url, identity, aliases = _addresses(values)
    if not url or not identity:
        raise ArticleError(path, _NO_ADDRESS)
    published = _dated(values.get("publishedDateTime"))
    return Article(
        identity=identity,
        url=url,
        aliases=aliases,
        title=title,
        excerpt=_excerpt(values, EXCERPT),
        provider=_provider(values, url),
        published=published and _in_utc(published),
        day=published.date().isoformat() if published else "",
        topics=tuple(_topics(values.get("topics"))),
        image=images.best(values.get("images")),
        related=_related(values.get("related"), frozenset((identity, *aliases)), title),
        quality=number(values.get("quality")),
        heat=number(values.get("heat")),
        kind=_words(values.get("type"), KIND).lower() or "article",
        unpublished=flag(values.get("published")) is False,
        removed=flag(values.get("removed")) is True,
        draft=flag(values.get("draft")) is True,
        expires=moment(values.get("expiryDate")),
    )


def number(value: object) -> int:
    """Return a score as a whole number; 0 for what is none."""
    try:
        found = float(value[:40]) if isinstance(value, str) else math.nan
    except ValueError:
        return 0
    return round(found) if abs(found) <= _HIGHEST else 0  # false for NaN


def flag(value: object) -> bool | None:
    """Return what YAML's ways to write yes and no mean, quoted or not; None for anything else."""
    word = value[:8].strip().lower() if isinstance(value, str) else ""
    if word in _YES:
        return True
    return False if word in _NO else None


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 or RFC 5322 date as aware UTC; None for anything else.

    Without an offset it is UTC.
    """
    found = _dated(value)
    return found and _in_utc(found)


def _in_utc(moment: datetime) -> datetime:
    return (
        moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    )


def _dated(value: object) -> datetime | None:
    """Return a date as the source's own clock shows it, with or without an offset."""
    if not isinstance(value, str) or not value.isascii():
        return None
    text = value[:64].strip()
    found = _iso(text) or _rfc(text)
    return found if found is not None and found.year in _YEARS else None


def _iso(text: str) -> datetime | None:
    if not text[:4].isdecimal() or "-" not in text:
        return None  # a bare number is an amount of something, not a date
    if " " in text:
        text = text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _words(value: object, limit: int) -> str:
    """Return a text on one line in at most `limit` UTF-16 units; empty for what is not text."""
    return _line(value[: 4 * limit], limit) if isinstance(value, str) else ""


@lru_cache(1_024)
def _line(text: str, limit: int) -> str:
    """Return `text` as `_words` does. Outlets and topics come again and again."""
    return plain_text.shorten(plain_text.repair(markup.unwrapped(text)), limit)


def _title(values: Values) -> str:
    for key in ("title", "name"):
        value = values.get(key)
        text = (
            markup.without_inline(value[: 4 * TITLE]) if isinstance(value, str) else ""
        )
        if title := plain_text.shorten(plain_text.repair(text), TITLE):
            return title
    return ""


def _excerpt(values: Values, limit: int) -> str:
    value = values.get("excerpt")
    if not isinstance(value, str):
        return ""
    return plain_text.shorten(
        plain_text.paragraphs(markup.without_tags(value[: 4 * limit])), limit
    )


def _provider(values: Values, url: str) -> str:
    """Return the outlet's name, else its domain, else the host of the address."""
    value = values.get("provider")
    names = (
        [value.get("name"), value.get("domain")] if isinstance(value, dict) else [value]
    )
    for name in names:
        if words := _words(name, PROVIDER):
            return words
    return urls.host(url)


def _addresses(values: Values) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return the address to show, the identity, and the aliases."""
    web, original = values.get("webUrl"), values.get("originalUrl")
    shown, identity = urls.both(web)
    if shown is None:
        shown, identity = urls.both(original)
    aliases: list[str] = []
    for key in _ALIASES:
        other = values.get(key)
        if other is not None and other != web:
            one = urls.canonical(other)
            # Many articles of an outlet may give its front page: that is no alias of one of them.
            if one and one != identity and one.count("/") > 2 and one not in aliases:
                aliases.append(one)
    return shown, identity, tuple(aliases)


def _entries(value: object, most: int) -> list[object]:
    """Return at most `most` entries of a list; a value of another type is a list of itself."""
    if isinstance(value, list):
        return value[:most]
    return [] if value is None else [value]


def _topics(value: object) -> Iterator[str]:
    """Yield topic names in the document's order, each once.

    A text may name several, parted by commas.
    """
    if isinstance(value, str):
        value = value[: MOST_TOPICS * TOPIC].split(",")
    seen = set()
    for entry in _entries(value, MOST_TOPICS):
        name = _words(
            entry.get("name") if isinstance(entry, dict) else entry, TOPIC
        ).lstrip("# ")
        if name and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def _related(value: object, itself: frozenset[str], title: str) -> tuple[Related, ...]:
    found = []
    #: Every address of an entry → the identity of the first entry that had it.
    known: dict[str, str] = {}
    for entry in _entries(value, MOST_RELATED):
        if not isinstance(entry, dict) or flag(entry.get("removed")):
            continue
        url, identity, aliases = _addresses(entry)
        name = _title(entry)
        if (
            not (url and identity and name)
            or identity in itself
            or not itself.isdisjoint(aliases)
        ):
            continue
        for one in (identity, *aliases):
            if one in known:
                identity = known[one]
                break
        for one in (identity, *aliases):
            known[one] = identity
        found.append(_one_related(entry, identity, url, name))
    return articles.in_order(found, itself, title)


def _one_related(entry: Values, identity: str, url: str, title: str) -> Related:
    return Related(
        identity=identity,
        url=url,
        title=title,
        provider=_provider(entry, url),
        excerpt=_excerpt(entry, RELATED_EXCERPT),
        published=moment(entry.get("publishedDateTime")),
        quality=number(entry.get("quality")),
    )
