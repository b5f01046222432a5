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
class Waiting:
    """What there is to do beside sending what is due."""

    #: Followers are still being planned.
    planning: bool
    doubts: bool
    revisions: bool
    #: What the editors are told of an article whose followers can't be planned.
    notices: Sequence[Notice] = ()


def look(db: Database, at: datetime, free: Callable[[], bool]) -> Waiting:
    """Plan some more followers while nothing else needs the store, and return what else is due."""
    told: Sequence[Notice] = ()
    try:
        planning = fanouts.extend_while(db, at, CHUNK, free, CHUNKS)
    except Exception as error:
        if is_outside(error):
            raise
        told = failures.extend(db, at, error)
        planning = fanouts.exist(db)
    return Waiting(planning, recovery.exist(db), edits.exist(db), told)


def due(
    db: Database, at: datetime, busy: Sequence[int], most: int
) -> tuple[list[Material], list[Failed]]:
    """Return what may go out now with all it is made of, and what can't be read."""
    return composing.gather_each(db, outbox.due(db, at, busy=busy, most=most))
