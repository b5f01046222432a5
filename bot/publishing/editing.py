"""What editors ask for: an article once more, a copy after all, what was held. Opens deliveries, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot import address, delivery
from bot.article import Stored, from_short_id
from bot.delivery import Channel, Lane
from bot.publishing import announce, remarks
from bot.publishing.announce import Rules
from bot.store import articles, files, follows, outbox
from bot.store.database import transaction
from bot.topics import Taxonomy


@dataclass(frozen=True, slots=True)
class Republished:
    """An edition was opened: its number, and in how many channels."""

    edition: int
    chats: int


def find(db: Database, words: str) -> Stored | None:
    """Return the article an editor means by `last`, an address, a file's path or name, or a short id."""
    words = words.strip().strip("<>\"'")
    if words.casefold() == "last":
        return articles.newest(db)
    identity = address.canonical(words)
    number = articles.by_address(db, [identity]) if identity else None
    if number is None:
        number = files.article_at(db, words)
    if number is None:
        number = from_short_id(words.removeprefix("#"))
    return articles.get(db, articles.successor(db, number)) if number is not None else None


def republish(db: Database, number: int, at: datetime, channels: Sequence[Channel]) -> Republished:
    """Open the next edition in the channels that had the article or whose filters admit it, never to followers.

    An article that waited for an editor or was a copy is simply posted: that is its first edition.
    """
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or stored.withdrawn:
            return Republished(0, 0)
        admitted = delivery.plan(channels, follows.keys_of(db, number), stored.article.quality)
        had = [chat for chat in outbox.chats_of(db, number) if chat in {channel.chat for channel in channels}]
        chats = list(dict.fromkeys([*had, *admitted]))
        if stored.copy_of is not None:
            post_copy(db, number, at, channels)
            return Republished(1, len(admitted))
        if stored.held:
            announce.release(db, number, at)
            outbox.open_(db, number, admitted, lane=Lane.CHANNEL, edition=1, rank=at, at=at)
            return Republished(1, len(admitted))
        if not chats:
            return Republished(stored.edition, 0)
        edition = articles.next_edition(db, number) if outbox.had_edition(db, number) else stored.edition
        opened = outbox.open_(db, number, chats, lane=Lane.CHANNEL, edition=edition, rank=at, at=at)
        return Republished(edition, opened)


def release(db: Database, number: int, at: datetime) -> bool:
    """Let an article that waited for an editor go out; say whether it waited."""
    return announce.release(db, number, at)


def post_copy(db: Database, number: int, at: datetime, channels: Sequence[Channel]) -> bool:
    """Post an article that repeats an earlier one after all; say whether it was a copy until now."""
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or stored.copy_of is None or stored.withdrawn:
            return False
        articles.set_copy_of(db, number, None)
        articles.set_held(db, number, False)
        remarks.settled(db, number, at)
        rules = Rules(taxonomy=Taxonomy(), channels=tuple(channels))
        announce.post(db, number, rules, at, from_now=True)
        return True
