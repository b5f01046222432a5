"""Rows of deliveries: what waits, what is on its way, what became of it. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.delivery import Delivery, Lane, Payload, State
from bot.domain.settlement import Settlement
from bot.store import attempts, late_changes, pauses, queue, sequence
from bot.store.attempts import Action
from bot.store.availability import ACTIVE
from bot.store.database import (
    json_list,
    milliseconds,
    number,
    row,
    rows,
    transaction,
    write,
)
from bot.store.delivery_rows import (
    Addressed,
    GivenUp,
    addressed,
    fallbacks_written,
    stored,
)
from bot.store.forms import COUNT_SHOWN
from bot.store.payloads import written


def open_(
    db: Database,
    article: int,
    chats: Iterable[int],
    *,
    lane: Lane,
    edition: int,
    rank: datetime,
    at: datetime,
    state: State = State.PENDING,
) -> int:
    """Write deliveries unless (article, chat, edition) exists; return how many are new."""
    values = {
        "article": article,
        "edition": edition,
        "chats": json_list(chats),
        "state": str(state),
    }
    values |= {"rank": milliseconds(rank), "created": milliseconds(at)}
    with transaction(db):
        return queue.enter(db, values, lane)


def open_channel(
    db: Database, chat: int, starts: Iterable[tuple[int, datetime, State]], at: datetime
) -> None:
    """Write the first editions a channel starts with: (article, rank, state) each."""
    now = milliseconds(at)
    with transaction(db):
        db.conn.executemany(
            "INSERT INTO deliveries (article, chat, edition, lane, rank, state, created) "
            "VALUES (?, ?, 1, 0, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            [
                (article, chat, milliseconds(rank), str(state), now)
                for article, rank, state in starts
            ],
        )


def due(
    db: Database, at: datetime, *, busy: Collection[int] = (), most: int = 50
) -> list[Addressed]:
    """Return what may go out now, one for each chat but `busy` ones (see `queue.ready`)."""
    return [addressed(one) for one in queue.ready(db, at, frozenset(busy), most)]


def next_due(
    db: Database, at: datetime, *, busy: Collection[int] = ()
) -> datetime | None:
    """Return when the next call could begin (`at`: now), not counting `busy` chats; None: never.

    Recovery is not counted: see `recovery.next_due`.
    """
    if row(db, "SELECT 1 FROM fanouts LIMIT 1"):
        return at
    return queue.next_ready(db, at, frozenset(busy))


def waiting(db: Database) -> int:
    """Return how many deliveries are not settled and could still go out by themselves."""
    sql = f"""
        SELECT (SELECT count(*) FROM deliveries d JOIN chats c ON c.id = d.chat
                WHERE {ACTIVE} AND (d.state IN ('pending', 'sending')
                  OR d.state = 'doubtful' AND d.not_before IS NOT NULL
                  OR d.state = 'sent' AND d.edit_due IS NOT NULL))
             + (SELECT count(*) FROM fanouts)
    """
    return number(db, sql)


def begin(
    db: Database, payloads: Mapping[int, tuple[Payload, str]], at: datetime
) -> set[int]:
    """Write before the calls what they send: delivery → (payload, the article's fingerprint).

    Return those that may be sent: not those withdrawn or skipped since they were `due`.
    """
    now = milliseconds(at)
    with transaction(db):
        place = sequence.take(db)
        sql = (
            "SELECT id, lane FROM deliveries WHERE id IN (SELECT value FROM json_each(?)) "
            "AND state = 'pending'"
        )
        lanes = {
            found["id"]: found["lane"]
            for found in rows(db, sql, (json_list(payloads),))
        }
        db.conn.executemany(
            "UPDATE deliveries "
            "SET state = 'sending', payload = ?, form = ?, begun = ?, begun_sequence = ?, "
            "attempts = attempts + 1 WHERE id = ?",
            [
                (written(payload, lanes[delivery]), form, now, place, delivery)
                for delivery, (payload, form) in payloads.items()
                if delivery in lanes
            ],
        )
        attempts.begin(db, lanes, Action.SEND, at)
    return set(lanes)


def settle(
    db: Database, settled: Collection[tuple[Delivery, Settlement]], at: datetime
) -> None:
    """Write the outcomes of attempts, with the chats' pauses and the attempts, in one commit."""
    now = milliseconds(at)
    with transaction(db):
        place = sequence.take(db)
        db.conn.executemany(
            _SETTLE,
            [
                _settled(delivery, settlement, now, place)
                for delivery, settlement in settled
            ],
        )
        attempts.end(
            db,
            [(delivery.id, to.state, to.reason) for delivery, to in settled],
            at,
        )
        sent = [(delivery.id,) for delivery, to in settled if to.state is State.SENT]
        db.conn.executemany(COUNT_SHOWN, sent)
        late_changes.apply(db, [delivery.id for delivery, _ in settled], now)
        for delivery, to in settled:
            if to.pause_chat:
                pauses.pause(
                    db,
                    delivery.chat,
                    to.pause_chat,
                    to.reason,
                    only_thread=to.only_thread,
                )


def set_state(
    db: Database,
    delivery: int,
    state: State,
    reason: str = "",
    not_before: datetime | None = None,
    given_up: GivenUp | None = None,
) -> None:
    """Write one delivery's state."""
    until = milliseconds(not_before) if not_before else None
    sql = (
        "UPDATE deliveries SET state = ?, reason = ?, not_before = ?, given_up = ? "
        "WHERE id = ?"
    )
    with transaction(db):
        write(db, sql, (stored(state), reason, until, given_up, delivery))
        late_changes.apply(db, [delivery], 0)


def change_state(db: Database, article: int, old: State, new: State) -> int:
    """Move an article's deliveries from one state to another; return how many."""
    sql = "UPDATE deliveries SET state = ? WHERE article = ? AND state = ?"
    return write(db, sql, (str(new), article, str(old)))


_SETTLE = """
UPDATE deliveries SET state = ?, reason = ?, not_before = ?, settled = ?, settled_sequence = ?,
  fallbacks = ?, message = coalesce(?, message), lost = lost + ?, repeatable = 0,
  given_up = NULL WHERE id = ?
"""


def _settled(
    delivery: Delivery, settlement: Settlement, now: int, place: int
) -> tuple[Any, ...]:
    until = milliseconds(settlement.not_before) if settlement.not_before else None
    fallbacks = (
        delivery.fallbacks if settlement.fallbacks is None else settlement.fallbacks
    )
    lost = settlement.state in (State.DOUBTFUL, State.UNCONFIRMED)
    state = stored(settlement.state)
    return (
        state,
        settlement.reason,
        until,
        now,
        place,
        fallbacks_written(fallbacks),
        settlement.message,
        lost,
        delivery.id,
    )


def refuse(db: Database, refused: Iterable[tuple[int, str]], at: datetime) -> None:
    """Write that deliveries can't be rendered, and why: (delivery, reason). None was sent."""
    now = milliseconds(at)
    with transaction(db):
        for delivery, reason in refused:
            sql = (
                "UPDATE deliveries "
                "SET state = 'refused', reason = ?, not_before = NULL, settled = ? "
                "WHERE id = ? AND state = 'pending'"
            )
            if write(db, sql, (reason, now, delivery)):
                attempts.log(db, delivery, Action.RENDER, State.REFUSED, reason, at)
