"""Reads what the courier has to do, in one visit to the store. Plans followers; makes no call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.notices import Notice
from bot.publish import composing, failures
from bot.publish.composing import Failed, Material
from bot.store import edits, fanouts, outbox, recovery
from bot.store.database import Database
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
    doubts = recovery.exist(db)
    return MoreWork(planning, doubts, edits.exist(db), notices)


def due(
    db: Database, at: datetime, busy: Sequence[int], most: int
) -> tuple[list[Material], list[Failed]]:
    """Return what may go out now with all it is made of, and what can't be read."""
    addressed = outbox.due(db, at, busy=busy, most=most)
    return composing.gather_each(db, addressed)
