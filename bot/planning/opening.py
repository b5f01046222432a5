"""Opens an article's deliveries, at once or when it no longer waits, or marks them as skipped.

Sends nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain import delivery
from bot.domain.arrival import has_expired, is_too_old
from bot.domain.article import Stored, effective_date
from bot.domain.delivery import Channel, State
from bot.domain.record import facts
from bot.planning import remarks
from bot.planning.rules import GATHER
from bot.store import articles, channel_starts, edits, fanouts, follows, holding, outbox
from bot.store.database import Database, milliseconds, transaction


class Opening(NamedTuple):
    """An article with what decides where its first edition goes."""

    article: int
    #: Keys of its topics, the wider ones included.
    keys: Iterable[str]
    quality: int
    #: What deliveries are ordered by.
    rank: datetime
    #: The state that its deliveries get.
    state: State
    #: Sequence number of its recording: only channels and follows that began before get it.
    #: None: those that began until now.
    recorded: int | None


def first_state(is_held: bool, is_old: bool) -> State:
    """Return the state of a new delivery of an article that waits, or is too old to be posted."""
    if is_held:
        return State.HELD
    return State.SKIPPED if is_old else State.PENDING


def open_first(
    db: Database,
    openings: Sequence[Opening],
    channels: Sequence[Channel],
    at: datetime,
    *,
    followers: bool = True,
) -> None:
    """Open the first edition's deliveries to channels that are missing.

    followers: also plan the followers of those that are pending.
    """
    channels = _with_starts(db, channels)
    by_channel: dict[int, list[tuple[int, datetime, State]]] = defaultdict(list)
    has_followers = followers and follows.any_(db)
    for one in openings:
        start = (one.article, one.rank, one.state)
        for chat in delivery.plan(channels, one.keys, one.quality, one.recorded):
            by_channel[chat].append(start)
        if has_followers and one.state is State.PENDING:
            fanouts.begin(db, one.article, at, one.recorded)
    for chat, starts in by_channel.items():
        outbox.open_channel(db, chat, starts, at)


def _with_starts(db: Database, channels: Sequence[Channel]) -> Sequence[Channel]:
    """Return the channels with their starts as they are now.

    A channel may have begun since the caller read it: what is recorded after that is for it.
    """
    waiting = [channel.chat for channel in channels if channel.begun is None]
    if not waiting:
        return channels
    begun = channel_starts.of(db, waiting)
    return [
        channel
        if channel.begun is not None
        else replace(channel, begun=begun.get(channel.chat))
        for channel in channels
    ]


def release(
    db: Database,
    number: int,
    channels: Sequence[Channel],
    at: datetime,
    *,
    by_source: bool = False,
    max_age: timedelta | None = None,
    gather: timedelta = GATHER,
) -> bool:
    """Let an article that waits go to its channels and followers; return True if it did wait.

    It arrives then: chats that began or followed since it was recorded get it too. If posts of it
    went out before, only the chats that it was opened for at first get it. One that has expired
    waits for ever.

    by_source: no editor decided it, so that an article older than `max_age` is not posted.
    gather: its posts are edited after this time.
    """
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or not stored.held or stored.withdrawn:
            return False
        if has_expired(facts(stored.article), milliseconds(at)):
            return False
        remarks.settled(db, number, at)
        is_first = not holding.went_out(db, number)
        holding.free(
            db, number, arrives=at if is_first else None, decided=not by_source
        )
        date = effective_date(
            stored.article.published, at if is_first else stored.recorded
        )
        is_old = by_source and is_too_old(date, at, max_age)
        outbox.change_state(
            db, number, State.HELD, first_state(is_held=False, is_old=is_old)
        )
        post(
            db,
            number,
            channels,
            at,
            max_age=max_age,
            from_now=is_first and not by_source,
        )
        if not is_first:
            edits.plan(db, number, stored.fingerprint, at + gather)
        return True


def post(
    db: Database,
    number: int,
    channels: Sequence[Channel],
    at: datetime,
    *,
    max_age: timedelta | None = None,
    from_now: bool = False,
    followers: bool = True,
) -> None:
    """Open the first edition's deliveries that are missing and plan the followers.

    Channels and follows that began after the article was recorded are left out, and an article
    older than `max_age` is skipped, unless `from_now`.
    """
    stored = articles.get(db, number)
    if stored is None or stored.withdrawn or stored.copy_of is not None:
        return
    is_old = not from_now and is_too_old(stored.effective_date, at, max_age)
    state = first_state(stored.held, is_old)
    opening = _opening(db, stored, at, state, None if from_now else stored.sequence)
    open_first(db, [opening], channels, at, followers=followers)
    if followers and state is State.SKIPPED:
        fanouts.leave_out(db, number)


def pass_over(
    db: Database, number: int, channels: Sequence[Channel], at: datetime
) -> None:
    """Skip the channels that an article belongs to only as it is read today.

    See `cases.Case.was_read_alike`.
    """
    stored = articles.get(db, number)
    if stored is None or stored.held or stored.withdrawn or stored.copy_of is not None:
        return
    opening = _opening(db, stored, at, State.SKIPPED, stored.sequence)
    open_first(db, [opening], channels, at, followers=False)


def _opening(
    db: Database, stored: Stored, at: datetime, state: State, recorded: int | None
) -> Opening:
    keys = follows.keys_of(db, stored.id)
    return Opening(
        stored.id, keys, stored.article.quality, stored.rank(at), state, recorded
    )
