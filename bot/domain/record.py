"""An article as named plain fields: cheap to pass between processes and to write into tables.

Decides nothing. A new row needs no `Article` between the process that read the file and the table.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.domain.arrival import Facts
from bot.domain.article import Article, Related, Story

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Columns(NamedTuple):
    """The columns of a new row of `articles` that its file decides, in the table's order.

    Moments are milliseconds since 1970.
    """

    identity: str
    fingerprint: str
    #: As `Article.story_key`.
    title_key: str
    title: str
    excerpt: str
    url: str
    provider: str
    published: int | None
    image: str | None
    quality: int
    heat: int
    kind: str
    #: 1 for `published: false`.
    unpublished: int
    day: str


class RelatedRecord(NamedTuple):
    """A related article, in the order of the columns of `related`."""

    identity: str
    url: str
    title: str
    provider: str
    excerpt: str
    #: Milliseconds since 1970.
    published: int | None
    quality: int


class ArticleRecord(NamedTuple):
    """An article with its fingerprint and story key, computed by the process that read its file."""

    columns: Columns
    removed: bool
    #: The identity and the aliases.
    addresses: tuple[str, ...]
    topics: tuple[str, ...]
    related: tuple[RelatedRecord, ...]
    draft: bool = False
    #: Milliseconds since 1970.
    expires: int | None = None

    def flat(self) -> tuple[Any, ...]:
        """Return the record as tuples without names: to pickle one takes a third of the time."""
        related = tuple(map(tuple, self.related))
        return (tuple(self.columns), *self[1:4], related, *self[5:])

    @classmethod
    def of_flat(cls, flat: tuple[Any, ...]) -> ArticleRecord:
        """Return the record that was made `flat`."""
        columns, removed, addresses, topics, related, *rest = flat
        named = tuple(map(RelatedRecord._make, related))
        return cls(Columns._make(columns), removed, addresses, topics, named, *rest)

    @property
    def identity(self) -> str:
        """As `Article.identity`."""
        return self.columns.identity

    @property
    def fingerprint(self) -> str:
        """As `Article.fingerprint`."""
        return self.columns.fingerprint

    @property
    def story_key(self) -> str:
        """As `Article.story_key`: what copies of the story are found by."""
        return self.columns.title_key

    @property
    def story(self) -> Story:
        """As `article.story`."""
        own = self.columns
        date = day(own.published)
        return Story(own.identity, own.url, own.title, own.excerpt, own.provider, date)

    @property
    def published(self) -> int | None:
        """Milliseconds since 1970, or None where the document has no date."""
        return self.columns.published

    @property
    def quality(self) -> int:
        """As `Article.quality`."""
        return self.columns.quality

    @property
    def unpublished(self) -> bool:
        """As `Article.unpublished`."""
        return bool(self.columns.unpublished)

    @property
    def facts(self) -> Facts:
        """What the file says about when the article may go out."""
        return Facts(self.published, self.expires, self.draft, self.unpublished)


def pack(article: Article) -> ArticleRecord:
    """Return an article as plain data. Moments lose what is below a millisecond."""
    columns = Columns(
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
    return ArticleRecord(
        columns,
        article.removed,
        addresses,
        article.topics,
        related,
        article.draft,
        expires,
    )


def facts(article: Article) -> Facts:
    """Return what an article says about when it may go out."""
    return Facts(
        _milliseconds(article.published),
        _milliseconds(article.expires),
        article.draft,
        article.unpublished,
    )


def unpack(record: ArticleRecord) -> Article:
    """Return the article that was packed.

    Its fingerprint and story key are computed again where they are used.
    """
    columns = record.columns
    return Article(
        identity=columns.identity,
        url=columns.url,
        title=columns.title,
        aliases=record.addresses[1:],
        excerpt=columns.excerpt,
        provider=columns.provider,
        published=_moment(columns.published),
        day=columns.day,
        topics=record.topics,
        image=columns.image,
        related=tuple(map(_unpack_related, record.related)),
        quality=columns.quality,
        heat=columns.heat,
        kind=columns.kind,
        unpublished=bool(columns.unpublished),
        removed=record.removed,
        draft=record.draft,
        expires=_moment(record.expires),
    )


def with_topics(record: ArticleRecord, topics: tuple[str, ...]) -> ArticleRecord:
    """Return an article with its topics in another spelling, which readers see."""
    return (
        record
        if record.topics == topics
        else pack(replace(unpack(record), topics=topics))
    )


def day(milliseconds: int | None) -> str:
    """Return the day of a moment as YYYY-MM-DD in UTC; empty for none."""
    moment = _moment(milliseconds)
    return moment.date().isoformat() if moment else ""


def _pack_related(one: Related) -> RelatedRecord:
    published = _milliseconds(one.published)
    return RelatedRecord(
        one.identity,
        one.url,
        one.title,
        one.provider,
        one.excerpt,
        published,
        one.quality,
    )


def _unpack_related(record: RelatedRecord) -> Related:
    return Related(
        identity=record.identity,
        url=record.url,
        title=record.title,
        provider=record.provider,
        excerpt=record.excerpt,
        published=_moment(record.published),
        quality=record.quality,
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MILLISECOND


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _EPOCH + milliseconds * _MILLISECOND
