"""Whether an article that was recorded may go out at all, or what it waits for.

Pure: no clock, no database. Moments are milliseconds since 1970, as the store and `record` have
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Waits(StrEnum):
    """What an article waits for. Stored by value."""

    #: It goes out as soon as it may.
    NOTHING = ""
    #: An editor, as its file says `published: false`.
    EDITOR = "editor"
    #: Its file says that it is a draft.
    DRAFT = "draft"
    #: It is dated to come.
    FUTURE = "future"
    #: It arrived with many other old articles at once: an editor decides.
    BULK = "bulk"
    #: The database was restored, and the article may have been posted before: an editor decides.
    RESTORED = "restored"
    #: Its file says that it has expired: it is never posted.
    EXPIRED = "expired"


#: What readers can't find while it waits. Bulk arrivals and those of a restored database can be
#: found.
HIDDEN = frozenset({Waits.EDITOR, Waits.DRAFT, Waits.FUTURE, Waits.EXPIRED})
#: What its own site does not show either: another file may tell the story instead.
UNPUBLISHED = frozenset({Waits.DRAFT, Waits.FUTURE, Waits.EXPIRED})
#: What an editor decides on, under any settings.
ASKED = (Waits.EDITOR, Waits.BULK, Waits.RESTORED)
#: What editors decide on as one: each kind by one message.
TOGETHER = (Waits.BULK, Waits.RESTORED)


class Future(StrEnum):
    """What becomes of an article that is dated to come."""

    #: It goes out at its moment.
    WAIT = "wait"
    #: It goes out at once.
    POST = "post"
    #: It is never posted, unless its file gives it another date.
    SKIP = "skip"


#: Old arrivals within this time are counted together.
WINDOW = timedelta(minutes=10)
#: An article this much older than the last whole scan is news: sites publish late and date in other
#: time zones.
SLACK = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says about when its article may go out."""

    published: int | None = None
    expires: int | None = None
    draft: bool = False
    unpublished: bool = False


def decide(
    now: Facts,
    at: int,
    *,
    before: Waits = Waits.NOTHING,
    was: Facts | None = None,
    future: Future = Future.WAIT,
    hold: bool = False,
) -> Waits:
    """Return what an article waits for.

    before, was: what it waited for and what its file said until now; `was` is None for a new
    article. An article that is free stays so until its file says something else. hold: `published:
    false` waits for an editor.
    """
    if has_expired(now, at):
        return Waits.EXPIRED
    free = was if before is Waits.NOTHING else None
    was_draft = free is not None and free.draft
    if now.draft and not was_draft:
        return Waits.DRAFT
    has_same_date = free is not None and free.published == now.published
    follows_date = future is not Future.POST and not has_same_date
    if follows_date and is_future(now.published, at):
        return Waits.FUTURE
    was_unpublished = free is not None and free.unpublished
    is_newly_held = hold and now.unpublished and not was_unpublished
    stays_free = free is not None and not is_newly_held
    if stays_free or before in TOGETHER:
        return before
    waits_for_editor = hold or before is Waits.EDITOR
    return Waits.EDITOR if now.unpublished and waits_for_editor else Waits.NOTHING


def has_expired(now: Facts, at: int) -> bool:
    """Return True if an article is past its end: it is never posted."""
    return now.expires is not None and now.expires <= at


def is_too_old(date: datetime, at: datetime, max_age: timedelta | None) -> bool:
    """Return True if an article of this effective date is no longer posted.

    max_age: None turns this off.
    """
    return max_age is not None and at - date > max_age


def is_future(published: int | None, at: int) -> bool:
    """Return True if an article is dated to come."""
    return published is not None and published > at


def news_since(scanned: int | None, at: int) -> int:
    """Return the moment from which on an article's date makes it news.

    scanned: the end of the last whole scan, or None where there was none. A moment to come counts
    as now: a clock that was ahead must not make everything old.
    """
    scan = at if scanned is None else min(scanned, at)
    return scan - SLACK // timedelta(milliseconds=1)


def is_bulk(older: int, above: int | None) -> bool:
    """Return True if `older` old articles within WINDOW are too many to be news.

    above: None turns this off.
    """
    return above is not None and older > above


def is_emptied(known: int, files: int) -> bool:
    """Return True if so few files are left that it is probably not the same folder.

    None is left, or of ten and more fewer than one in ten.
    """
    if files == 0:
        return known > 0
    return known >= 10 and files * 10 < known
