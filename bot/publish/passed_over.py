"""Finds the articles that an earlier version passed over after its clock was set back.

Posts none by itself: an editor decides, and either answer records deliveries, pending or skipped,
so that the question is asked once. `verify` lists the articles too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.delivery import Channel, Lane, State
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.store import articles, follows, notices, outbox, passed_over, sequence
from bot.store.database import Database, transaction

#: The incident, and what its buttons carry.
KEY = "missed"
#: So many are named to the editors.
_NAMED = 10


@dataclass(slots=True)
class PassedOver:
    """Article → the channels, and the readers' chats, that have no delivery of it."""

    channels: dict[int, list[int]] = field(default_factory=dict)
    followers: dict[int, list[int]] = field(default_factory=dict)

    @property
    def articles(self) -> list[int]:
        """Each article once, as they were recorded."""
        return sorted({*self.channels, *self.followers})


def find(db: Database, channels: Sequence[Channel]) -> PassedOver:
    """Return what was passed over.

    A channel with filters may lack an older article for another reason: its filters were widened
    since. So for such a channel the articles themselves must show that the clock was set back.
    """
    found = PassedOver()
    if not sequence.last_from_clock(db):
        return found
    ahead = passed_over.set_back(db)
    plainly = frozenset(ahead)
    for channel in channels:
        filters = bool(channel.topics or channel.min_quality)
        for one in passed_over.of_channel(db, channel.chat):
            if filters and not (
                one.article in plainly
                and channel.admits(follows.keys_of(db, one.article), one.quality)
            ):
                continue
            found.channels.setdefault(one.article, []).append(channel.chat)
            ahead[one.article] = max(ahead.get(one.article, 0), one.begun)
    for article, instant in ahead.items():
        if chats := passed_over.of_followers(db, article, instant):
            found.followers[article] = chats
    return found


def ask(db: Database, channels: Sequence[Channel]) -> tuple[Notice, ...]:
    """Return what the editors are to be asked."""
    found = find(db, channels)
    numbers = found.articles
    if not numbers:
        sequence.forget_clock(db)  # no article of before can be passed over from now on
        return ()
    chats = tuple(sorted({chat for those in found.channels.values() for chat in those}))
    choices = (
        Choice(Decision.POST_MISSED, KEY, len(numbers)),
        Choice(Decision.LEAVE, KEY),
    )
    notice = Notice(
        key=KEY,
        alert=Alert.MISSED,
        articles=tuple(numbers[-_NAMED:]),
        chats=chats,
        count=len(numbers),
        choices=choices,
    )
    return (notice,)


def decide(
    db: Database, channels: Sequence[Channel], at: datetime, *, post: bool
) -> int:
    """Post what was passed over, or leave it for good; return how many articles that were."""
    state = State.PENDING if post else State.SKIPPED
    with transaction(db):
        found = find(db, channels)
        for lane, those in (
            (Lane.CHANNEL, found.channels),
            (Lane.FOLLOWER, found.followers),
        ):
            for article, chats in those.items():
                stored = articles.get(db, article)
                if stored is not None:
                    rank = stored.rank(at)
                    outbox.open_(
                        db,
                        article,
                        chats,
                        lane=lane,
                        edition=1,
                        rank=rank,
                        at=at,
                        state=state,
                    )
        notices.all_clear(db, [KEY], at)
    return len(found.articles)
