"""Plain values become an Article. Knows nothing of YAML or files.

Reads only the fields it knows, under the keys of `Field`. What the fields mean was read off the
real feed.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import article as articles
from bot.domain import plain_text, urls
from bot.domain.article import Article, Related
from bot.errors import ArticleError
from bot.feed import images, markup
from bot.feed.values import (
    entries,
    flag,
    in_utc,
    local_date,
    moment,
    number,
    words,
)

# UTF-16 units. The longest real title has 180, the longest excerpt 552; Telegram's message has
# 4,096.
TITLE = 512
EXCERPT = 8_000
RELATED_EXCERPT = 2_000
PROVIDER = 128
TOPIC = 64
KIND = 32
MOST_TOPICS = 30
MOST_RELATED = 50

Values = Mapping[str, object]
#: The address to show, the identity, and the aliases.
_Addresses = tuple[str | None, str | None, tuple[str, ...]]


class FieldKeys:
    """The keys of a field in front matter: the first one that has a value is read."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def key_in(self, values: Values) -> str:
        """Return the key under which the field stands in front matter; empty for none."""
        for key in self.keys:
            if values.get(key):
                return key
        return ""

    def of(self, values: Values) -> object:
        """Return the field's value in front matter; None for an empty one, and for none."""
        for key in self.keys:
            if value := values.get(key):
                return value
        return None


class Field:
    """The fields of an article, each with its keys.

    Another key for a field is added here, for articles and their related articles alike, and to the
    README's list; files that have it are read differently from then on, so raise
    `FINGERPRINT_VERSION` (`domain.article`), or their posts are edited. `warnings` names the key
    that was read. No Enum, whose members take eight times as long to reach.
    """

    #: The headline. A name stands in for a title that is not text.
    TITLE = FieldKeys("title", "name")
    #: The address that readers open, the first usable one.
    ADDRESS = FieldKeys("webUrl", "originalUrl")
    #: Other addresses of the same article; all of them are read.
    OTHER_ADDRESSES = FieldKeys("originalUrl", "ampWebUrl", "cdnAmpWebUrl")
    #: The text below the headline.
    EXCERPT = FieldKeys("excerpt")
    #: The outlet: its name, or fields with `name` or `domain`.
    PROVIDER = FieldKeys("provider")
    #: When it was published.
    PUBLISHED = FieldKeys("publishedDateTime")
    #: From when it is not posted any more.
    EXPIRES = FieldKeys("expiryDate")
    #: Topics: a list of names, or names parted by commas.
    TOPICS = FieldKeys("topics")
    #: Pictures: an address, or a list of them (see `images`).
    IMAGES = FieldKeys("images")
    #: Other articles about the same: a list of fields like these.
    RELATED = FieldKeys("related")
    #: A score for filters of channels and the order of related articles.
    QUALITY = FieldKeys("quality")
    #: A score of how much an article is read now.
    HEAT = FieldKeys("heat")
    #: What it is: an article, a video …
    KIND = FieldKeys("type")
    #: No: it is not published yet.
    IS_PUBLISHED = FieldKeys("published")
    #: Yes: it is withdrawn.
    REMOVED = FieldKeys("removed")
    #: Yes: it is a draft.
    DRAFT = FieldKeys("draft")


_NO_ADDRESS = (
    f"has no usable address: {' or '.join(Field.ADDRESS.keys)} must begin with http:// or "
    "https://, then a host's name without a password, and be no longer than "
    f"{urls.LONGEST:,} characters"
)


def article(values: Values, path: str) -> Article:
    """Return the article in the front matter `values` of the file `path`. Raises ArticleError."""
    title = _title(values)
    if not title:
        raise ArticleError(path, "has no title")
    url, identity, aliases = _addresses(values)
    if not url or not identity:
        raise ArticleError(path, _NO_ADDRESS)
    published = local_date(Field.PUBLISHED.of(values))
    addresses = frozenset((identity, *aliases))
    return Article(
        identity=identity,
        url=url,
        aliases=aliases,
        title=title,
        excerpt=_excerpt(values, EXCERPT),
        provider=_provider(values, url),
        published=in_utc(published) if published else None,
        day=published.date().isoformat() if published else "",
        topics=_topics(Field.TOPICS.of(values)),
        image=images.best(Field.IMAGES.of(values)),
        related=_related(Field.RELATED.of(values), addresses, title),
        quality=number(Field.QUALITY.of(values)),
        heat=number(Field.HEAT.of(values)),
        kind=_kind(values),
        unpublished=flag(Field.IS_PUBLISHED.of(values)) is False,
        removed=flag(Field.REMOVED.of(values)) is True,
        draft=flag(Field.DRAFT.of(values)) is True,
        expires=moment(Field.EXPIRES.of(values)),
    )


def _kind(values: Values) -> str:
    value = Field.KIND.of(values)
    return words(value, KIND).lower() or "article"


def _title(values: Values) -> str:
    for key in Field.TITLE.keys:
        value = values.get(key)
        if not isinstance(value, str):
            continue
        text = markup.without_inline(value[: 4 * TITLE])
        text = plain_text.repair(text)
        if title := plain_text.shorten(text, TITLE):
            return title
    return ""


def _excerpt(values: Values, limit: int) -> str:
    value = Field.EXCERPT.of(values)
    if not isinstance(value, str):
        return ""
    text = markup.without_tags(value[: 4 * limit])
    text = plain_text.paragraphs(text)
    return plain_text.shorten(text, limit)


def _provider(values: Values, url: str) -> str:
    """Return the outlet's name, else its domain, else the host of the address."""
    provider = Field.PROVIDER.of(values)
    if isinstance(provider, dict):
        name = words(provider.get("name"), PROVIDER)
        domain = words(provider.get("domain"), PROVIDER)
        outlet = name or domain
    else:
        outlet = words(provider, PROVIDER)
    return outlet or urls.host(url)


def _addresses(values: Values) -> _Addresses:
    url = identity = shown = None
    for key in Field.ADDRESS.keys:
        shown = values.get(key)
        url, identity = urls.both(shown)
        if url:
            break
    aliases: list[str] = []
    for key in Field.OTHER_ADDRESSES.keys:
        other = values.get(key)
        if other is None or other == shown:
            continue
        alias = urls.canonical(other)
        if not alias or alias == identity:
            continue
        # Many articles of an outlet may give its front page: that is no alias of one of them.
        is_front_page = alias.count("/") <= 2
        if not is_front_page and alias not in aliases:
            aliases.append(alias)
    return url, identity, tuple(aliases)


def _topics(value: object) -> tuple[str, ...]:
    """Return topic names in the document's order, each once."""
    if isinstance(value, str):
        value = value[: MOST_TOPICS * TOPIC].split(",")
    topics: dict[str, str] = {}
    for entry in entries(value, MOST_TOPICS):
        if isinstance(entry, dict):
            entry = entry.get("name")
        topic = words(entry, TOPIC).lstrip("# ")
        if topic:
            topics.setdefault(topic.casefold(), topic)
    return tuple(topics.values())


def _related(value: object, itself: frozenset[str], title: str) -> tuple[Related, ...]:
    """Return the related articles without the article itself, each once."""
    related = []
    identities: dict[str, str] = {}
    for entry in entries(value, MOST_RELATED):
        if not isinstance(entry, dict):
            continue
        is_removed = flag(Field.REMOVED.of(entry))
        if is_removed:
            continue
        one = _one_related(entry, itself, identities)
        if one:
            related.append(one)
    return articles.in_order(related, itself, title)


def _one_related(
    entry: Values, itself: frozenset[str], identities: dict[str, str]
) -> Related | None:
    """Return a related article; None where it can't be shown, or is the article `itself`.

    identities: every address of the entries before → the identity of the first that had it.
    """
    url, identity, aliases = _addresses(entry)
    title = _title(entry)
    if not (url and identity and title):
        return None
    addresses = (identity, *aliases)
    if not itself.isdisjoint(addresses):
        return None
    for address in addresses:
        if address in identities:
            identity = identities[address]
            break
    for address in (identity, *aliases):
        identities[address] = identity
    return Related(
        identity=identity,
        url=url,
        title=title,
        provider=_provider(entry, url),
        excerpt=_excerpt(entry, RELATED_EXCERPT),
        published=moment(Field.PUBLISHED.of(entry)),
        quality=number(Field.QUALITY.of(entry)),
    )
