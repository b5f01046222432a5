"""The queue of pending deliveries: which may go out now, and when the next may. Sends nothing.

(docs/architecture.md, The queue.) What it costs does not depend on how many wait: only awake heads
are read, one for each chat and lane. A head whose chat is closed is put to sleep here, and woken in
time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.delivery import Lane
from bot.store.availability import NEVER, OPENS
from bot.store.database import (
    Row,
    milliseconds,
    moment,
    number,
    rows,
    transaction,
    write,
)

#: Batch size that keeps each query short: how many are woken or put to sleep at once.
_BATCH = 500
_AWAKE = "d.state = 'pending' AND d.head = 1 AND d.asleep_until IS NULL"
_ASLEEP = "d.state = 'pending' AND d.asleep_until IS NOT NULL"
_HEADS = f"""
SELECT d.*, c.chat_id, c.thread, c.username, c.kind, {OPENS} AS opens
FROM deliveries d JOIN chats c ON c.id = d.chat
WHERE {_AWAKE} AND d.lane = ? ORDER BY d.turn, d.rank, d.id
"""
#: Both read in order of `due`; what is due goes out at `until`, and not before its chat opens.
_SLEEPING = f"""
SELECT d.asleep_until AS due, d.asleep_until AS until, d.chat, {OPENS} AS opens
FROM deliveries d JOIN chats c ON c.id = d.chat WHERE {_ASLEEP} ORDER BY d.asleep_until
"""
_EDITS = f"""
SELECT d.edit_due AS due, max(d.edit_due, coalesce(d.not_before, 0)) AS until, d.chat,
  {OPENS} AS opens
FROM deliveries d JOIN chats c ON c.id = d.chat
WHERE d.state = 'sent' AND d.edit_due IS NOT NULL ORDER BY d.edit_due
"""
_ENTER = """
INSERT INTO deliveries (article, chat, edition, lane, turn, rank, state, created, head)
SELECT :article, chat, :edition, :lane, {turn}, :rank, :state, :created, {head}
FROM ({chats}) WHERE true
ON CONFLICT DO NOTHING
"""
#: Where nothing else waits, each is the head of its chat.
_ENTER_EMPTY = _ENTER.format(
    turn=":turn", head="1", chats="SELECT value AS chat FROM json_each(:chats)"
)
#: `head_turn`, `put_off_turn` and `behind_turn` are the turns of what waits for a chat already.
#: Where a trigger is to find the head (channels go by rank alone), `head` is NULL.
_ENTER_AMONG = _ENTER.format(
    turn="""iif(:lane = 0, 0, max(:turn, 1 + max(
      coalesce(head_turn, -1), coalesce(put_off_turn, -1), coalesce(behind_turn, -1))))""",
    head="iif(:lane = 0 OR :state <> 'pending', NULL, head_turn IS NULL)",
    chats="""
      SELECT value AS chat, h.turn AS head_turn,
        (SELECT max(turn) FROM deliveries INDEXED BY deliveries_by_chat
         WHERE chat = value AND lane = :lane AND state = 'pending'
           AND head IS NULL) AS put_off_turn,
        iif(h.turn IS NULL, NULL, (SELECT max(turn) FROM deliveries INDEXED BY deliveries_behind
         WHERE lane = :lane AND chat = value AND state = 'pending' AND head = 0)) AS behind_turn
      FROM json_each(:chats) LEFT JOIN deliveries h INDEXED BY deliveries_by_chat
        ON h.chat = value AND h.lane = :lane AND h.state = 'pending' AND h.head = 1""",
)
_SERVED = f"""
SELECT max(
  coalesce((SELECT max(turn) FROM deliveries WHERE state = 'sending' AND lane = :lane), 0),
  coalesce(min(awake, asleep), awake, asleep, 0))
FROM (SELECT
  (SELECT min(turn) FROM deliveries d WHERE {_AWAKE} AND lane = :lane) AS awake,
  (SELECT min(turn) FROM deliveries d WHERE {_ASLEEP} AND lane = :lane) AS asleep)
"""
_WAITS = f"""
SELECT EXISTS (SELECT 1 FROM deliveries d WHERE {_AWAKE} AND lane = :lane)
  OR EXISTS (SELECT 1 FROM deliveries d WHERE {_ASLEEP} AND lane = :lane)
  OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'sending' AND lane = :lane)
  OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'doubtful' AND not_before > 0 AND lane = :lane)
"""


def turn(db: Database, lane: Lane) -> int:
    """Return the turn that is being served: a chat for which nothing waits gets it."""
    return number(db, _SERVED, {"lane": int(lane)})


def is_empty(db: Database, lane: Lane) -> bool:
    """Return True if nothing waits in a lane, or is in flight or doubt and may come back to it."""
    return number(db, _WAITS, {"lane": int(lane)}) == 0


def enter(
    db: Database, values: Mapping[str, Any], lane: Lane, *, empty: bool = False
) -> int:
    """Write deliveries that do not exist yet; return how many are new.

    `values`: article, edition, rank, state, created, and `chats` as a JSON list. Readers take
    turns: a delivery gets a turn after those that wait for its own chat, however many wait for
    others. `empty`: nothing waits in the lane.
    """
    if lane is not Lane.CHANNEL:
        write(
            db,
            "UPDATE fanouts SET alone = 0 WHERE article <> ? AND alone = 1",
            (values["article"],),
        )
    more = {"lane": int(lane), "turn": turn(db, lane)}
    return write(db, _ENTER_EMPTY if empty else _ENTER_AMONG, {**values, **more})


def ready(db: Database, at: datetime, busy: Collection[int], most: int) -> list[Row]:
    """Return what may go out now with its chat: channels first, oldest first, readers in turn.

    One for each chat, none for `busy` ones. Fewer than `most` while there is more: many closed
    chats are being put to sleep.
    """
    now = milliseconds(at)
    _wake(db, now)
    chosen: dict[int, Row] = {}
    closed: list[tuple[int, int]] = []
    for lane in Lane:
        with closing(db.conn.execute(_HEADS, (int(lane),))) as heads:
            for one in heads:
                if len(chosen) >= most or len(closed) >= _BATCH:
                    break
                if one["opens"] > now:
                    closed.append((one["opens"], one["id"]))
                elif one["chat"] not in busy:
                    chosen.setdefault(one["chat"], one)
    _put_to_sleep(db, closed)
    return list(chosen.values())


def next_ready(db: Database, at: datetime, busy: Collection[int]) -> datetime | None:
    """Return when the next may go out, not counting `busy` chats; None when nothing may.

    `at` means now, or that `ready` has to be called to know.
    """
    now = milliseconds(at)
    closed = 0
    moments = [
        first
        for sql in (_SLEEPING, _EDITS)
        if (first := _first(db, sql, busy)) is not None
    ]
    for lane in Lane:
        for one in db.conn.execute(_HEADS, (int(lane),)):
            opens, is_busy = one["opens"], one["chat"] in busy
            if closed >= _BATCH or (opens <= now and not is_busy):
                return at
            if opens < NEVER and not is_busy:
                moments.append(opens)
            closed += opens > now
    return max(at, moment(min(moments))) if moments else None


def _first(db: Database, sql: str, busy: Collection[int]) -> int | None:
    """Return the first moment at which one of these rows may go, not counting busy chats."""
    first = NEVER
    for one in db.conn.execute(sql):
        if one["due"] >= first:
            break
        if one["chat"] not in busy:
            first = min(first, max(one["until"], one["opens"]))
    return first if first < NEVER else None


def _wake(db: Database, now: int) -> None:
    """Wake deliveries whose moment has come; a trigger puts one that was put off into the queue."""
    sql = (
        f"SELECT id FROM deliveries d WHERE {_ASLEEP} AND asleep_until <= ? ORDER BY asleep_until "
        "LIMIT ?"
    )
    over = [(found["id"],) for found in rows(db, sql, (now, _BATCH))]
    if not over:
        return
    with transaction(db):
        db.conn.executemany(
            "UPDATE deliveries SET asleep_until = NULL WHERE id = ? AND head = 1", over
        )
        db.conn.executemany(
            "UPDATE deliveries SET not_before = NULL WHERE id = ? AND head IS NULL",
            over,
        )


def _put_to_sleep(db: Database, closed: list[tuple[int, int]]) -> None:
    if closed:
        sql = (
            "UPDATE deliveries SET asleep_until = ? WHERE id = ? AND state = 'pending'"
        )
        with transaction(db):
            db.conn.executemany(sql, closed)
