"""Opens what editors ask for: a further edition, a copy, an article that waits. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import delivery
from bot.domain.article import Stored
from bot.domain.delivery import Channel, Lane
from bot.planning import opening, remarks
from bot.store import articles, editions, follows, holding, outbox, pending, post_places
from bot.store.database import Database, transaction


@dataclass(frozen=True, slots=True)
class Republished:
    """The edition that was opened (0: none may be), and its channels (row numbers)."""

    edition: int
    chats: tuple[int, ...] = ()
    #: It waits for a moment and can be undone until then.
    undoable: bool = False
    #: The article has expired, so that nothing was opened.
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """The channels (row numbers) where an edition was undone, and where it was too late."""

    undone: tuple[int, ...]
    #: They have the post.
    sent: tuple[int, ...]
    #: It is being sent there.
    sending: tuple[int, ...]


def republish(
    db: Database,
    number: int,
    at: datetime,
    channels: Sequence[Channel],
    undo: timedelta = timedelta(),
) -> Republished:
    """Open the next edition in the channels that had the article or whose filters admit it.

    Followers get none. It waits for `undo`, and until then it can be undone. An article that waited
    for an editor, or was a copy, gets its first edition instead.
    """
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or stored.withdrawn:
            return Republished(0)
        if has_expired(stored, at):
            return Republished(0, expired=True)
        chats = chats_for(db, stored, channels)
        if stored.copy_of is not None:
            post_copy(db, number, at, channels)
            return Republished(1, _admitted(db, stored, channels))
        if stored.held:
            opening.release(db, number, channels, at)
            if not holding.went_out(db, number):
                return _first_edition(db, stored, at, channels)
        if not chats:
            return Republished(stored.edition)
        edition = stored.edition
        if post_places.had_edition(db, number):
            edition = articles.next_edition(db, number)
        _open(db, number, chats, edition, at)
        opened = editions.put_off(db, number, edition, at, at + undo)
        return Republished(edition, tuple(opened), undo > timedelta())


def _first_edition(
    db: Database, stored: Stored, at: datetime, channels: Sequence[Channel]
) -> Republished:
    """Open the first edition of an article that was never posted, without a time to undo it."""
    admitted = _admitted(db, stored, channels)
    _open(db, stored.id, admitted, 1, at)
    return Republished(1, admitted)


def _open(
    db: Database, number: int, chats: Sequence[int], edition: int, at: datetime
) -> None:
    """Add deliveries to channels that go out as soon as they may."""
    lane = Lane.CHANNEL
    outbox.open_(db, number, chats, lane=lane, edition=edition, rank=at, at=at)


def chats_for(db: Database, stored: Stored, channels: Sequence[Channel]) -> list[int]:
    """Return the channels that had an article or whose filters admit it, by row number."""
    admitted = _admitted(db, stored, channels)
    if stored.copy_of is not None:
        return [*admitted]
    chats, _ = _posted(db, stored.id, channels)
    for chat in admitted:
        if chat not in chats:
            chats.append(chat)
    return chats


def former_chats(db: Database, article: int, channels: Sequence[Channel]) -> list[int]:
    """Return the channels that have an article and are no longer in the settings."""
    _, former = _posted(db, article, channels)
    return former


def _posted(
    db: Database, article: int, channels: Sequence[Channel]
) -> tuple[list[int], list[int]]:
    """Return the channels that have an article: those of the settings, and former ones."""
    settings = {channel.chat for channel in channels}
    live: list[int] = []
    former: list[int] = []
    for chat in post_places.chats_of(db, article):
        if chat in settings:
            live.append(chat)
        else:
            former.append(chat)
    return live, former


def has_expired(stored: Stored, at: datetime) -> bool:
    """Return True for an article past its end: it is never posted."""
    expires = stored.article.expires
    return expires is not None and expires <= at


def _admitted(
    db: Database, stored: Stored, channels: Sequence[Channel]
) -> tuple[int, ...]:
    """Return the channels whose filters admit an article, by row number."""
    topics = follows.keys_of(db, stored.id)
    return delivery.plan(channels, topics, stored.article.quality)


def undo(db: Database, number: int, edition: int, opened: datetime) -> Undone:
    """Take back what was opened of an edition at a moment, as far as it has not been sent."""
    with transaction(db):
        undone, sent, sending = editions.take_back(db, number, edition, opened)
        if undone:
            pending.take_back(db, number, edition)
    return Undone(
        undone=tuple(undone),
        sent=tuple(sent),
        sending=tuple(sending),
    )


def release(
    db: Database, number: int, at: datetime, channels: Sequence[Channel]
) -> bool:
    """Release an article; return True if it waited. An expired article is never released."""
    return opening.release(db, number, channels, at)


def post_copy(
    db: Database, number: int, at: datetime, channels: Sequence[Channel]
) -> bool:
    """Post an article although it is a copy; return True if it was one until now."""
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or stored.copy_of is None:
            return False
        if stored.withdrawn or has_expired(stored, at):
            return False
        articles.set_copy_of(db, number, None)
        if stored.held:
            holding.free(db, number, arrives=None)
        remarks.settled(db, number, at)
        opening.post(db, number, channels, at, from_now=True)
        return True
