"""An article and its related articles: identity, fingerprint, order.

Reads no file, remembers nothing. Words are repaired and addresses parsed before they come here
(`bot.feed`); what is here can be shown as it is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from bot.domain import plain_text, titles, urls
from bot.domain.arrival import Waits

#: A moment: aware UTC, or milliseconds since 1970.
Moment = TypeVar("Moment", datetime, int)
#: Raised by a release that reads unchanged files differently, or that counts other things as seen
#: by a reader.
FINGERPRINT_VERSION = "2"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST_ID = 12
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another outlet's article on the story, as the document lists it."""

    #: Canonical address; equal for two entries that are one article.
    identity: str
    #: The address a reader opens: http(s), percent-encoded.
    url: str
    title: str
    provider: str = ""
    excerpt: str = ""
    #: Aware UTC, or None where the document has none.
    published: datetime | None = None
    quality: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a file describes: one story at one address."""

    #: Canonical address (docs/architecture.md, Identity). Others of the same story are `aliases`.
    identity: str
    url: str
    title: str
    aliases: tuple[str, ...] = ()
    #: May hold line breaks; empty where the document has none.
    excerpt: str = ""
    provider: str = ""
    #: Aware UTC. May lie in the future or be missing.
    published: datetime | None = None
    #: The day of `published` where the source is, YYYY-MM-DD; empty: the day in UTC.
    day: str = ""
    #: Names as the document lists them, repaired, without repeats.
    topics: tuple[str, ...] = ()
    #: The best image's address, or None.
    image: str | None = None
    #: By falling quality, without repeats or the article itself.
    related: tuple[Related, ...] = ()
    quality: int = 0
    heat: int = 0
    #: What the document calls itself: article, video, course, …
    kind: str = "article"
    #: `published: false` in the document: the source's front page did not take it.
    unpublished: bool = False
    #: `removed: true` in the document.
    removed: bool = False
    #: `draft: true` in the document.
    draft: bool = False
    #: Aware UTC: never posted from then on; or None.
    expires: datetime | None = None

    @property
    def title_key(self) -> str:
        """The title as it is compared; empty if it is too short to identify a story."""
        return titles.title_key(self.title)

    @property
    def story_key(self) -> str:
        """What copies of the story are found by; see `titles.story_key`."""
        return titles.story_key(self.title)

    @property
    def fingerprint(self) -> str:
        """Version and hash (sixteen hex digits) of what a reader sees, with the date as a day.

        Quality and heat are not seen. Related articles count as a set: their order follows a score
        that its source recomputes daily. Fingerprints of two versions must not be compared; see
        `rereading.reads_alike`.
        """
        related = sorted((one.url, one.title, one.provider) for one in self.related)
        seen = (
            self.title,
            self.excerpt,
            self.url,
            self.provider,
            self.day or _utc_day(self.published),
            list(self.topics),
            self.image or "",
            related,
        )
        digest = hashlib.blake2b(_encoded(seen).encode(), digest_size=8)
        return f"{FINGERPRINT_VERSION}:{digest.hexdigest()}"


class Story(NamedTuple):
    """The fields of an article that distinguish its story: few, to load many at once."""

    identity: str
    url: str
    title: str
    excerpt: str
    provider: str
    #: YYYY-MM-DD in UTC; empty where the document has no date.
    day: str

    @property
    def fragment(self) -> str:
        """The part of the page that the story is; empty where it is the page."""
        return urls.fragment(self.url) if "#" in self.url else ""


def story(article: Article) -> Story:
    """Return the fields that distinguish this article's story from others."""
    return Story(
        article.identity,
        article.url,
        article.title,
        article.excerpt,
        article.provider,
        _utc_day(article.published),
    )


def _utc_day(published: datetime | None) -> str:
    """Return the day of an article's date as YYYY-MM-DD; empty where it has none."""
    return published.date().isoformat() if published else ""


def is_of_this_version(fingerprint: str) -> bool:
    """Return True if a stored fingerprint may be compared with one worked out now."""
    return fingerprint.startswith(f"{FINGERPRINT_VERSION}:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An article with what the store adds: its number, its standing, and when it was recorded."""

    #: Row number; people type it as `short_id`.
    id: int
    article: Article
    #: Aware UTC: when it was first recorded.
    recorded: datetime
    #: Sequence number of its recording: it decides what was recorded before what, not `recorded`.
    sequence: int = 0
    #: What it waits for before it may go out.
    waits: Waits = Waits.NOTHING
    withdrawn: bool = False
    #: Row number of the article this one repeats, or None.
    copy_of: int | None = None
    #: The last edition opened, 1 for the first posting.
    edition: int = 1
    #: The article's fingerprint as it was recorded, which a later version of ours does not change.
    fingerprint: str = ""
    #: The path of the file that owns the article, relative to the folder; empty when none lives.
    path: str = ""

    @property
    def held(self) -> bool:
        """Whether it waits for anything before it may go out."""
        return self.waits is not Waits.NOTHING

    @property
    def effective_date(self) -> datetime:
        """When it counts as published; see `effective_date`."""
        return effective_date(self.article.published, self.recorded)

    def rank(self, at: datetime) -> datetime:
        """Return what deliveries opened at `at` are ordered by: its date, or `at` if earlier."""
        return effective_date(self.article.published or self.recorded, at)

    @property
    def short_id(self) -> str:
        """The id people type and buttons carry."""
        return short_id(self.id)


def effective_date(published: Moment | None, recorded: Moment) -> Moment:
    """Return when an article counts as published: its date, or its recording if that is earlier.

    The store keeps it in the column `ordered`.
    """
    return recorded if published is None or published > recorded else published


def short_id(number: int) -> str:
    """Return a row number in base 36, the way people and buttons name it.

    Raises ValueError below zero.
    """
    if number < 0:
        raise ValueError("row numbers are not negative")
    number, digit = divmod(number, 36)
    digits = _DIGITS[digit]
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def from_short_id(text: str) -> int | None:
    """Return the row number behind a short id, or None when `text` is none."""
    digits = text.strip().lower()
    if not digits or len(digits) > _LONGEST_ID or not set(digits) <= set(_DIGITS):
        return None
    return int(digits, 36)


def in_order(
    related: list[Related], itself: frozenset[str], title: str = ""
) -> tuple[Related, ...]:
    """Return `related` by falling quality, each once, without the article itself.

    One that has the address or the title of another is left out. The article itself is known by
    the identities in `itself` and, where it is long enough, by its title.
    """
    seen_identities = set(itself)
    seen_titles = {titles.title_key(title)}
    kept = []
    for one in sorted(related, key=lambda one: -one.quality):
        key = plain_text.title_key(one.title)
        if one.identity in seen_identities or (key and key in seen_titles):
            continue
        seen_identities.add(one.identity)
        seen_titles.add(key)
        kept.append(one)
    return tuple(kept)
