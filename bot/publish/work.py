"""Reads from the store what the courier has to do. Plans deliveries to followers; calls nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.arrival import Waits
from bot.domain.notices import Notice
from bot.publish import composing, failures
from bot.publish.composing import Failed, Material
from bot.publish.editions import has_expired
from bot.store import edits, fanouts, holding, outbox, pending, recovery
from bot.store.database import Database
from bot.store.pending import Followed
from bot.store.thread import is_outside

#: Followers planned in one commit, and the most commits between two checks of the outbox.
CHUNK, CHUNKS = 3_000, 8


@dataclass(frozen=True, slots=True)
class MoreWork:
    """What there is to do beside sending what is due."""

    #: Followers are still being planned.
    planning: bool
    #: Deliveries are in doubt.
    doubts: bool
    #: Posts are to be edited or deleted.
    edits: bool
    #: For the editors: an article whose followers can't be planned.
    notices: Sequence[Notice] = ()


def plan_more(db: Database, at: datetime, is_free: Callable[[], bool]) -> MoreWork:
    """Plan some followers while nothing else needs the store; return what else is to be done."""
    notices: Sequence[Notice] = ()
    try:
        planning = fanouts.extend_while(db, at, CHUNK, is_free, CHUNKS)
    except Exception as error:
        if is_outside(error):
            raise
        notices = failures.extend(db, at, error)
        planning = fanouts.exist(db)
    return MoreWork(
        planning=planning,
        doubts=recovery.exist(db),
        edits=edits.exist(db),
        notices=notices,
    )


@dataclass(frozen=True, slots=True)
class Due:
    """What may go out now."""

    #: The posts with all they are made of.
    materials: list[Material]
    #: The deliveries whose posts can't be read.
    failed: list[Failed]
    #: Of the posts: the files that some follow until they are sent.
    followed: Mapping[int, Followed]


def due(db: Database, at: datetime, busy: Sequence[int], most: int) -> Due:
    """Return what may go out now. What has expired by now is never posted, and waits."""
    addressed = outbox.due(db, at, busy=busy, most=most)
    gathered, failed = composing.gather_each(db, addressed)
    materials: list[Material] = []
    deliveries: list[int] = []
    expired: set[int] = set()
    for one in gathered:
        if has_expired(one.stored, at):
            expired.add(one.stored.id)
        else:
            materials.append(one)
            deliveries.append(one.to.delivery.id)
    if expired:
        holding.hold(db, expired, Waits.EXPIRED)
    followed = pending.followed(db, deliveries)
    return Due(materials, failed, followed)
