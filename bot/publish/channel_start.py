"""A channel's start: which of the articles already recorded are posted. Sends nothing.

A database that was lost with its disk looks like a first start. On a temporary disk, such a start
posts nothing old: otherwise every restart would post the newest articles again. An operator who
sets `first_run` has decided otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain import delivery
from bot.domain.delivery import Channel, State
from bot.domain.notices import Alert, Notice
from bot.settings import Settings
from bot.store import (
    article_lists,
    articles,
    channel_starts,
    disk,
    facts,
    follows,
    outbox,
    post_places,
)
from bot.store.database import Database, transaction
from bot.store.facts import Fact


@dataclass(frozen=True, slots=True)
class Start:
    """What the channels that begin now are given."""

    #: So many of the newest articles; None: all.
    newest: int | None
    #: Only those from then on; None: however old.
    since: datetime | None = None
    #: What the editors should hear of it.
    notices: tuple[Notice, ...] = ()


def decide(
    db: Database, settings: Settings, at: datetime, environ: Mapping[str, str]
) -> Start:
    """Return the start of the channels that have not begun.

    It depends on the settings and on the disk that holds the database.
    """
    since = at - settings.feed.max_age if settings.feed.max_age else None
    reason = (
        ""
        if settings.feed.chose_start or not settings.channels
        else lost(db, settings.store.database, environ)
    )
    if not reason:
        return Start(settings.feed.newest, since)
    said = (
        f"the database {settings.store.database} is new, and {reason}. "
        "It may replace one that was lost, so nothing old is posted. "
        "Put it on a disk that lasts, or set [feed] first_run, and every start posts that many."
    )
    return Start(
        0,
        since,
        (Notice(key="disk", alert=Alert.DATABASE, about="The database", reason=said),),
    )


def lost(db: Database, database: Path, environ: Mapping[str, str]) -> str:
    """Return why the database may replace one that was lost; empty if it does not."""
    return "" if channel_starts.any_begun(db) else disk.temporary(database, environ)


def begin(db: Database, channels: Sequence[Channel], start: Start, at: datetime) -> int:
    """Start the channels that have not begun: the newest articles become pending, others skipped.

    Return how many are pending.
    """
    waiting = 0
    for channel in (channel for channel in channels if channel.begun is None):
        with transaction(db):
            waiting += _begin(db, channel, start, at)
    return waiting


def _begin(db: Database, channel: Channel, start: Start, at: datetime) -> int:
    there = post_places.articles_in(db, channel.chat)
    carrying = follows.carrying(db, channel.topics) if channel.topics else None
    fitting = [
        one
        for one in article_lists.candidates(db)
        if one.quality >= channel.min_quality
        and one.id not in there
        and (carrying is None or one.id in carrying)
    ]
    skipped, chosen = delivery.first_run(fitting, start.newest)
    posted = [
        one for one in chosen if start.since is None or one.ordered >= start.since
    ]
    skipped = [*skipped, *chosen[: len(chosen) - len(posted)]]
    outbox.open_channel(
        db, channel.chat, [(one.id, one.ordered, State.SKIPPED) for one in skipped], at
    )
    outbox.open_channel(
        db, channel.chat, [(one.id, one.ordered, State.PENDING) for one in posted], at
    )
    channel_starts.begin(db, channel.chat, at)
    facts.put(db, Fact.ARCHIVE, str(articles.last(db)))
    return len(posted)
