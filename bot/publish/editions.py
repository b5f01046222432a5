"""What editors ask for: an article once more, a copy after all, what was held. Opens deliveries, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import delivery
from bot.domain.delivery import Channel, Lane
from bot.planning import opening, remarks
from bot.publish.meant import chats_for, has_expired
from bot.store import articles, editions, follows, holding, outbox, pending
from bot.store.database import Database, transaction


@dataclass(frozen=True, slots=True)
class Republished:
    """An edition was opened: its number (0: the article may not be posted), and its channels by row number."""

    edition: int
    chats: tuple[int, ...] = ()
    #: It waits for a moment and can be undone until then.
    undoable: bool = False
    #: The article has expired, so that nothing was opened.
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """What was still taken back of an edition, and for what it was too late: channels by row number."""

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
    """Open the next edition in the channels that had the article or whose filters admit it, never to followers.

    It waits for `undo`, in which it can be taken back. An article that waited for an editor or was a copy is simply
    posted: that is its first edition.
    """
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or stored.withdrawn:
            return Republished(0)
        if has_expired(stored, at):
            return Republished(0, expired=True)
        admitted = delivery.plan(channels, follows.keys_of(db, number), stored.article.quality)
        chats = chats_for(db, stored, channels)
        if stored.copy_of is not None:
            post_copy(db, number, at, channels)
            return Republished(1, admitted)
        if stored.held:
            opening.release(db, number, channels, at)
        if stored.held and not holding.went_out(db, number):
            outbox.open_(db, number, admitted, lane=Lane.CHANNEL, edition=1, rank=at, at=at)
            return Republished(1, admitted)
        if not chats:
            return Republished(stored.edition)
        edition = (
            articles.next_edition(db, number) if outbox.had_edition(db, number) else stored.edition
        )
        outbox.open_(db, number, chats, lane=Lane.CHANNEL, edition=edition, rank=at, at=at)
        opened = editions.put_off(db, number, edition, at, at + undo)
        return Republished(edition, tuple(opened), undo > timedelta())


def undo(db: Database, number: int, edition: int, opened: datetime) -> Undone:
    """Take back what was opened of an edition at a moment, as far as it has not been sent."""
    with transaction(db):
        undone, sent, late = editions.take_back(db, number, edition, opened)
        if undone:
            pending.take_back(db, number, edition)
        return Undone(tuple(undone), tuple(sent), tuple(late))


def release(db: Database, number: int, at: datetime, channels: Sequence[Channel]) -> bool:
    """Let an article that waits go out; return True if it did wait. One that has expired waits for ever."""
    return opening.release(db, number, channels, at)


def post_copy(db: Database, number: int, at: datetime, channels: Sequence[Channel]) -> bool:
    """Post an article that repeats an earlier one after all; say whether it was a copy until now."""
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or stored.copy_of is None or stored.withdrawn or has_expired(stored, at):
            return False
        articles.set_copy_of(db, number, None)
        if stored.held:
            holding.free(db, number, arrives=None)
        remarks.settled(db, number, at)
        opening.post(db, number, channels, at, from_now=True)
        return True
