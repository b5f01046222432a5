"""A channel's start: which of the articles already recorded are posted. Sends nothing.

A database that was lost with its disk looks like a first start. On a temporary disk, such a start
posts nothing old: otherwise every restart would post the newest articles again. An operator who
sets `first_run` has decided otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from bot.store.article_lists import Candidate
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
    feed, database = settings.feed, settings.store.database
    since = at - feed.max_age if feed.max_age else None
    reason = None
    if settings.channels and not feed.chose_start:
        reason = lost(db, database, environ)
    if not reason:
        return Start(feed.newest, since)
    notice = Notice(
        key="disk",
        alert=Alert.DATABASE,
        about="The database",
        reason=f"the database {database} is new, and {reason}. "
        "It may replace one that was lost, so nothing old is posted. "
        "Put it on a disk that lasts, or set [feed] first_run, and every start posts that many.",
    )
    return Start(0, since, (notice,))


def lost(db: Database, database: Path, environ: Mapping[str, str]) -> str | None:
    """Return why the database may replace one that was lost; None if it does not."""
    if channel_starts.any_begun(db):
        return None
    return disk.temporary(database, environ)


def begin(db: Database, channels: Sequence[Channel], start: Start, at: datetime) -> int:
    """Start the channels that have not begun: the newest articles become pending, others skipped.

    Return how many are pending.
    """
    waiting = 0
    for channel in channels:
        if channel.begun is not None:
            continue
        with transaction(db):
            waiting += _begin(db, channel, start, at)
    return waiting


def _begin(db: Database, channel: Channel, start: Start, at: datetime) -> int:
    older, newest = delivery.first_run(_fitting(db, channel), start.newest)
    skipped = list(older)
    posted: list[Candidate] = []
    for one in newest:
        is_old = start.since is not None and one.ordered < start.since
        if is_old:
            skipped.append(one)
        else:
            posted.append(one)
    _open(db, channel, skipped, State.SKIPPED, at)
    _open(db, channel, posted, State.PENDING, at)
    channel_starts.begin(db, channel.chat, at)
    facts.put(db, Fact.ARCHIVE, str(articles.last(db)))
    return len(posted)


def _fitting(db: Database, channel: Channel) -> list[Candidate]:
    """Return the articles that the channel's filters admit and that it has no delivery of."""
    there = post_places.articles_in(db, channel.chat)
    carrying: Collection[int] | None = None
    if channel.topics:
        carrying = follows.carrying(db, channel.topics)
    fitting = []
    for one in article_lists.candidates(db):
        if one.quality < channel.min_quality or one.id in there:
            continue
        if carrying is None or one.id in carrying:
            fitting.append(one)
    return fitting


def _open(
    db: Database,
    channel: Channel,
    chosen: Sequence[Candidate],
    state: State,
    at: datetime,
) -> None:
    rows = [(one.id, one.ordered, state) for one in chosen]
    outbox.open_channel(db, channel.chat, rows, at)
