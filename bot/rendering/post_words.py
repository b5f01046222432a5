"""What the template `post` is given of an article, and how it is shortened. Renders nothing.

A post fits by construction: related links go first, from the end, then the excerpt is cut at a
word; then, for what no real article needs, hashtags, follow links, title and provider.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import chain, zip_longest

from bot.domain import plain_text, urls
from bot.domain.article import Article, Related
from bot.domain.topics import Taxonomy
from bot.rendering import dates, markup
from bot.rendering.fitting import Cut
from bot.rendering.follow_links import FollowLink

TITLE_UNITS = 512
PROVIDER_UNITS = 96
RELATED_UNITS = 256
#: The excerpt of the shorter post that is sent after Telegram found the whole one too long.
SHORT_EXCERPT = 300
#: A cut excerpt shorter than this says nothing and is left out.
LEAST_EXCERPT = 40
#: More hashtags than these are noise.
HASHTAGS = 5


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A related article in the list under a post."""

    title: str
    #: The article's address, or that of its post in the same channel.
    url: str
    provider: str
    posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PostWords:
    """The variables of the template `post`, which describes them."""

    title: str
    provider: str
    date: str
    excerpt: str
    related: tuple[RelatedLink, ...]
    hashtags: tuple[str, ...]
    url: str
    kind: str
    #: Whether the text links the article itself, because there is no button.
    link: bool = False
    #: Links to follow its topics, because there are no buttons.
    follow: tuple[FollowLink, ...] = ()


def of(
    article: Article, taxonomy: Taxonomy, links: Mapping[str, str], tz: tzinfo
) -> PostWords:
    """Return the words of an article's post.

    links: identity of a related article → address of its post in the same chat.
    """
    shown_title = plain_text.shorten(title(article), TITLE_UNITS)
    shown_provider = provider(article)
    date = dates.published(article, tz)
    excerpt = plain_text.shorten(_excerpt(article), markup.TEXT_UNITS)
    related = [_related(one, links.get(one.identity)) for one in article.related]
    tags = _left_to_right_first(_hashtags(article, taxonomy))
    return PostWords(
        title=shown_title,
        provider=shown_provider,
        date=dates.behind(shown_provider, date),
        excerpt=excerpt,
        related=tuple(related),
        hashtags=tuple(map(markup.trusted, tags)),
        url=article.url,
        kind=article.kind,
    )


def title(article: Article) -> str:
    """Return an article's title, or its host if it has none."""
    return article.title or urls.host(article.url)


def provider(article: Article) -> str:
    """Return an article's provider, or its host if it has none; shortened."""
    name = article.provider or urls.host(article.url)
    return plain_text.shorten(name, PROVIDER_UNITS)


def shorter(words: PostWords) -> PostWords:
    """Return the words with a short excerpt and no related links, for a post that was too long."""
    excerpt = _cut(words.excerpt, SHORT_EXCERPT)
    return replace(words, related=(), excerpt=excerpt)


def _excerpt(article: Article) -> str:
    """Return an article's excerpt; nothing if it only repeats the title."""
    shown_title = title(article)
    if article.excerpt == shown_title:
        return ""
    key = plain_text.title_key(article.excerpt)
    if key and key == plain_text.title_key(shown_title):
        return ""
    return article.excerpt


def _hashtags(article: Article, taxonomy: Taxonomy) -> list[str]:
    """Return the tags of the article's topics, at most HASHTAGS, in the order of the topics.

    The first tag of each topic goes before the second tag of any.
    """
    tags = [taxonomy.hashtags(name) for name in article.topics]
    in_turn = chain.from_iterable(zip_longest(*tags))
    distinct = dict.fromkeys(filter(None, in_turn))
    kept = list(distinct)[:HASHTAGS]
    in_order = chain.from_iterable(tags)
    return [tag for tag in dict.fromkeys(in_order) if tag in kept]


def _left_to_right_first(tags: Iterable[str]) -> list[str]:
    """Return the tags, those in right-to-left scripts last.

    At the start of a line they would move the # of every other tag.
    """
    return sorted(tags, key=_is_right_to_left)


def _is_right_to_left(tag: str) -> bool:
    direction = unicodedata.bidirectional(tag[0])
    return direction in ("R", "AL")


def _related(related: Related, post: str | None) -> RelatedLink:
    """Return the link of a related article. post: the address of its own post, if it has one."""
    host = urls.host(related.url)
    title = related.title or host
    provider = related.provider or host
    return RelatedLink(
        title=plain_text.shorten(title, RELATED_UNITS),
        url=post or related.url,
        provider=plain_text.shorten(provider, PROVIDER_UNITS),
        posted=post is not None,
    )


def _cut(excerpt: str, units: int) -> str:
    """Return an excerpt cut to `units`; nothing if that would leave too little."""
    if units < min(LEAST_EXCERPT, plain_text.units(excerpt)):
        return ""
    return plain_text.shorten(excerpt, units)


def _fewer_related(words: PostWords, count: int) -> PostWords:
    return replace(words, related=words.related[:count])


def _shorter_excerpt(words: PostWords, units: int) -> PostWords:
    return replace(words, excerpt=_cut(words.excerpt, units))


def _fewer_hashtags(words: PostWords, count: int) -> PostWords:
    return replace(words, hashtags=words.hashtags[:count])


def _fewer_follow_links(words: PostWords, count: int) -> PostWords:
    return replace(words, follow=words.follow[:count])


def _shorter_title(words: PostWords, units: int) -> PostWords:
    return replace(words, title=plain_text.shorten(words.title, units))


def _shorter_provider(words: PostWords, units: int) -> PostWords:
    return replace(words, provider=plain_text.shorten(words.provider, units))


#: How a post that is too long gets shorter, in this order.
CUTS: tuple[Cut[PostWords], ...] = (
    Cut(_fewer_related, lambda words: len(words.related)),
    Cut(_shorter_excerpt, lambda words: plain_text.units(words.excerpt)),
    Cut(_fewer_hashtags, lambda words: len(words.hashtags)),
    Cut(_fewer_follow_links, lambda words: len(words.follow)),
    Cut(_shorter_title, lambda words: plain_text.units(words.title)),
    Cut(_shorter_provider, lambda words: PROVIDER_UNITS),
)
