"""An article as plain data, in the order of the store's columns: cheap to hand from one process to another. Pure.

Decides nothing. A row that is written as it came needs no `Article` between the process that read it and the table.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.domain.arrival import Facts
from bot.domain.article import Article, Related, Story

#: Identity, fingerprint, story key, title, excerpt, url, provider, published, image, quality, heat, kind, unpublished,
#: day. Moments are milliseconds since 1970.
Words = tuple[str, str, str, str, str, str, str, int | None, str | None, int, int, str, int, str]
#: Identity, url, title, provider, excerpt, published, quality.
PackedRelated = tuple[str, str, str, str, str, int | None, int]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class ArticleRecord(NamedTuple):
    """An article with its fingerprint and its story key, worked out where it was read."""

    words: Words
    removed: bool
    #: The identity and the aliases.
    addresses: tuple[str, ...]
    topics: tuple[str, ...]
    related: tuple[PackedRelated, ...]
    draft: bool = False
    #: Milliseconds since 1970.
    expires: int | None = None

    @property
    def identity(self) -> str:
        """As `Article.identity`."""
        return self.words[0]

    @property
    def fingerprint(self) -> str:
        """As `Article.fingerprint`."""
        return self.words[1]

    @property
    def story_key(self) -> str:
        """As `Article.story_key`: what copies of the story are found by."""
        return self.words[2]

    @property
    def story(self) -> Story:
        """As `article.story`."""
        identity, _, _, title, excerpt, url, provider, published, *_ = self.words
        return Story(identity, url, title, excerpt, provider, day(published))

    @property
    def published(self) -> int | None:
        """Milliseconds since 1970, or None where the document tells no moment."""
        return self.words[7]

    @property
    def quality(self) -> int:
        """As `Article.quality`."""
        return self.words[9]

    @property
    def unpublished(self) -> bool:
        """As `Article.unpublished`."""
        return bool(self.words[12])

    @property
    def facts(self) -> Facts:
        """What the file says about when the article may go out."""
        return Facts(self.published, self.expires, self.draft, self.unpublished)


def pack(article: Article) -> ArticleRecord:
    """Return an article as plain data. Moments lose what is below a millisecond."""
    words = (
        article.identity,
        article.fingerprint,
        article.story_key,
        article.title,
        article.excerpt,
        article.url,
        article.provider,
        _milliseconds(article.published),
        article.image,
        article.quality,
        article.heat,
        article.kind,
        int(article.unpublished),
        article.day,
    )
    addresses = (article.identity, *article.aliases)
    related = tuple(map(_pack_related, article.related))
    expires = _milliseconds(article.expires)
    return ArticleRecord(words, article.removed, addresses, article.topics, related, article.draft, expires)


def facts(article: Article) -> Facts:
    """Return what an article says about when it may go out."""
    return Facts(_milliseconds(article.published), _milliseconds(article.expires), article.draft, article.unpublished)


def unpack(record: ArticleRecord) -> Article:
    """Return the article that was packed; its fingerprint and key are worked out anew where they are asked for."""
    identity, _, _, title, excerpt, url, provider, published, image, quality, heat, kind, unpublished, day = (
        record.words
    )
    return Article(
        identity=identity,
        url=url,
        title=title,
        aliases=record.addresses[1:],
        excerpt=excerpt,
        provider=provider,
        published=_moment(published),
        day=day,
        topics=record.topics,
        image=image,
        related=tuple(map(_unpack_related, record.related)),
        quality=quality,
        heat=heat,
        kind=kind,
        unpublished=bool(unpublished),
        removed=record.removed,
        draft=record.draft,
        expires=_moment(record.expires),
    )


def with_topics(record: ArticleRecord, topics: tuple[str, ...]) -> ArticleRecord:
    """Return an article with its topics in another spelling, which readers see."""
    return record if record.topics == topics else pack(replace(unpack(record), topics=topics))


def day(milliseconds: int | None) -> str:
    """Return the day of a moment as YYYY-MM-DD in UTC; empty for none."""
    moment = _moment(milliseconds)
    return moment.date().isoformat() if moment else ""


def _pack_related(one: Related) -> PackedRelated:
    return one.identity, one.url, one.title, one.provider, one.excerpt, _milliseconds(one.published), one.quality


def _unpack_related(record: PackedRelated) -> Related:
    identity, url, title, provider, excerpt, published, quality = record
    return Related(
        identity=identity,
        url=url,
        title=title,
        provider=provider,
        excerpt=excerpt,
        published=_moment(published),
        quality=quality,
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MILLISECOND


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _EPOCH + milliseconds * _MILLISECOND
