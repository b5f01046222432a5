"""Rows of readers' doubtful deliveries: which may be repeated, which wait for an editor.

A delivery is repeated once at most (`delivery.REPEATS`), and only after another message has gone
out since: while the connection swallows everything, a repeat would be lost too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.delivery import State
from bot.domain.notices import Alert
from bot.store import attempts, notices, outbox
from bot.store.attempts import Action
from bot.store.database import (
    column,
    milliseconds,
    moment_of,
    row,
    rows,
    transaction,
    write,
)
from bot.store.delivery_rows import UNCONFIRMED

_IN_DOUBT = "state = 'doubtful' AND lane <> 0 AND not_before > 0"
_UNPROVEN = f"{_IN_DOUBT} AND repeatable = 0"
_UNCONFIRMED = f"deliveries d WHERE {UNCONFIRMED} AND d.lane <> 0"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in doubt after all that may be repeated was put in the queue."""

    #: When the next may be repeated, should another message have gone out by then; None: nothing is
    #: in doubt.
    next: datetime | None
    #: Some could be repeated now, but nothing has gone out since they were lost.
    unproven: bool


def connection_works(db: Database) -> None:
    """Write that a message has gone out: whatever was lost before that may be repeated."""
    if row(
        db,
        f"SELECT 1 FROM deliveries INDEXED BY deliveries_lost WHERE {_UNPROVEN} LIMIT 1",
    ):
        write(
            db,
            f"UPDATE deliveries INDEXED BY deliveries_lost SET repeatable = 1 WHERE {_UNPROVEN}",
        )


def try_one(db: Database, at: datetime) -> bool:
    """Let the first lost delivery be repeated, to find out if messages go out again."""
    which = (
        f"deliveries INDEXED BY deliveries_lost WHERE {_UNPROVEN} AND not_before <= ?"
    )
    found = row(
        db, f"SELECT id FROM {which} ORDER BY not_before LIMIT 1", (milliseconds(at),)
    )
    return (
        found is not None
        and write(
            db, "UPDATE deliveries SET repeatable = 1 WHERE id = ?", (found["id"],)
        )
        == 1
    )


def begin(db: Database, at: datetime) -> Waiting:
    """Queue whatever may be repeated now; return what is left."""
    now = milliseconds(at)
    sql = f"SELECT id, reason FROM deliveries INDEXED BY deliveries_in_doubt WHERE {_IN_DOUBT}"
    ready = f"{sql} AND repeatable = 1 AND not_before <= ?"
    if row(
        db, f"{ready} LIMIT 1", (now,)
    ):  # mostly not, and then nothing is to be locked
        with transaction(db):
            for one in rows(db, ready, (now,)):
                outbox.set_state(db, one["id"], State.PENDING, one["reason"])
    first = "SELECT min(not_before) FROM deliveries INDEXED BY {index} WHERE {which}"
    lost = moment_of(db, first.format(index="deliveries_lost", which=_UNPROVEN))
    left = moment_of(
        db,
        first.format(
            index="deliveries_in_doubt", which=f"{_IN_DOUBT} AND not_before > {now}"
        ),
    )
    return Waiting(next=left, unproven=lost is not None and lost <= at)


def unconfirmed(db: Database, article: int) -> list[int]:
    """Return an article's deliveries that wait for an editor."""
    sql = f"SELECT id FROM {_UNCONFIRMED} AND article = ? ORDER BY id"
    return column(db, sql, (article,))


def counts(db: Database, most: int = -1) -> dict[int, int]:
    """Return article → how many of its deliveries wait for an editor, the newest article first."""
    sql = (
        f"SELECT article, count(*) FROM {_UNCONFIRMED} GROUP BY article "
        "ORDER BY article DESC LIMIT ?"
    )
    return {found[0]: found[1] for found in rows(db, sql, (most,))}


def alert_key(article: int) -> str:
    """Return the key of what editors are told of an article's unconfirmed deliveries."""
    return f"readers:{Alert.UNCONFIRMED}:{article}"


def send_again(db: Database, article: int, at: datetime) -> int:
    """Queue an article's unconfirmed deliveries once more, as an editor asks; return how many."""
    with transaction(db):
        notices.all_clear(db, [alert_key(article)], at)
        found = unconfirmed(db, article)
        for one in found:
            attempts.log(db, one, Action.SEARCH, State.PENDING, "an editor decided", at)
            outbox.set_state(db, one, State.PENDING, "an editor asked for it again")
        write(
            db, "UPDATE fanouts SET alone = 0 WHERE alone = 1"
        )  # something may wait for a follower again
    return len(found)
