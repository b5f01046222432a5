"""Opens what editors ask for: a further edition, a copy, an article that waits. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import delivery
from bot.domain.delivery import Channel, Lane
from bot.planning import opening, remarks
from bot.publish.meant import chats_for, has_expired
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
    late: tuple[int, ...]


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
        admitted = delivery.plan(
            channels, follows.keys_of(db, number), stored.article.quality
        )
        chats = chats_for(db, stored, channels)
        if stored.copy_of is not None:
            post_copy(db, number, at, channels)
            return Republished(1, admitted)
        if stored.held:
            opening.release(db, number, channels, at)
        if stored.held and not holding.went_out(db, number):
            outbox.open_(
                db, number, admitted, lane=Lane.CHANNEL, edition=1, rank=at, at=at
            )
            return Republished(1, admitted)
        if not chats:
            return Republished(stored.edition)
        edition = (
            articles.next_edition(db, number)
            if post_places.had_edition(db, number)
            else stored.edition
        )
        outbox.open_(
            db, number, chats, lane=Lane.CHANNEL, edition=edition, rank=at, at=at
        )
        opened = editions.put_off(db, number, edition, at, at + undo)
        return Republished(edition, tuple(opened), undo > timedelta())


def undo(db: Database, number: int, edition: int, opened: datetime) -> Undone:
    """Take back what was opened of an edition at a moment, as far as it has not been sent."""
    with transaction(db):
        undone, sent, late = editions.take_back(db, number, edition, opened)
        if undone:
            pending.take_back(db, number, edition)
        return Undone(tuple(undone), tuple(sent), tuple(late))


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
        if (
            stored is None
            or stored.copy_of is None
            or stored.withdrawn
            or has_expired(stored, at)
        ):
            return False
        articles.set_copy_of(db, number, None)
        if stored.held:
            holding.free(db, number, arrives=None)
        remarks.settled(db, number, at)
        opening.post(db, number, channels, at, from_now=True)
        return True
