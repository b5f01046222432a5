"""The line in which deliveries wait: who may go now, and when the next may. Sends nothing, settles nothing.

What it costs does not depend on how many wait: only the first of each chat and lane stands in front, and those who may
not go yet sleep elsewhere (`front` in the schema). Who is found closed is put to sleep here, and woken here in time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.delivery import Lane
from bot.store.database import Row, milliseconds, moment, number, row, rows, transaction, write

#: Who is woken or put to sleep at once, so that no question takes long.
_AT_ONCE = 500
#: Sleeps until somebody changes the chat, which wakes it.
_FOR_EVER = 2**62
_FRONT = """
SELECT d.*, c.chat_id, c.thread, c.username, c.kind, c.state AS standing, c.not_before AS closed
FROM deliveries d JOIN chats c ON c.id = d.chat WHERE d.state = 'pending' AND d.front = 0 AND d.lane = ?
ORDER BY d.turn, d.rank, d.id
"""
_ASLEEP = """
SELECT d.front AS sorted, d.front AS until, d.chat, c.chat_id, c.state AS standing, c.not_before AS closed
FROM deliveries d JOIN chats c ON c.id = d.chat WHERE d.state = 'pending' AND d.front > 0 ORDER BY d.front
"""
_REVISED = """
SELECT d.revise AS sorted, max(d.revise, coalesce(d.not_before, 0)) AS until, d.chat,
  c.chat_id, c.state AS standing, c.not_before AS closed
FROM deliveries d JOIN chats c ON c.id = d.chat WHERE d.state = 'sent' AND d.revise IS NOT NULL ORDER BY d.revise
"""
_ENTER = """
INSERT INTO deliveries (article, chat, edition, lane, turn, rank, state, created, front)
SELECT :article, chat, :edition, :lane, {turn}, :rank, :state, :created, {front} FROM ({chats}) WHERE true
ON CONFLICT DO NOTHING
"""
#: Where nobody waits, all are in front at once.
_ENTER_EMPTY = _ENTER.format(turn=":turn", front="0", chats="SELECT value AS chat FROM json_each(:chats)")
#: `head`, `asleep` and `behind` are the turns that a chat waits for. In the channels' lane a trigger sees who is first.
_ENTER_AMONG = _ENTER.format(
    turn="iif(:lane = 0, 0, max(:turn, 1 + max(coalesce(head, -1), coalesce(asleep, -1), coalesce(behind, -1))))",
    front="iif(:lane = 0 OR :state <> 'pending', NULL, iif(head IS NULL, 0, -1))",
    chats="""
      SELECT value AS chat, h.turn AS head,
        (SELECT max(turn) FROM deliveries INDEXED BY deliveries_by_chat
         WHERE chat = value AND lane = :lane AND state = 'pending' AND front > 0) AS asleep,
        iif(h.turn IS NULL, NULL, (SELECT max(turn) FROM deliveries INDEXED BY deliveries_behind
         WHERE lane = :lane AND chat = value AND state = 'pending' AND front = -1)) AS behind
      FROM json_each(:chats) LEFT JOIN deliveries h INDEXED BY deliveries_by_chat
        ON h.chat = value AND h.lane = :lane AND h.state = 'pending' AND h.front >= 0 AND h.not_before IS NULL""",
)
_SERVED = """
SELECT coalesce((SELECT max(turn) FROM deliveries WHERE state = 'sending' AND lane = :lane), 0),
  (SELECT min(turn) FROM deliveries WHERE state = 'pending' AND front = 0 AND lane = :lane),
  (SELECT min(turn) FROM deliveries WHERE state = 'pending' AND front > 0 AND lane = :lane)
"""
_OPEN = """
SELECT EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending' AND front = 0 AND lane = :lane)
  OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending' AND front > 0 AND lane = :lane)
  OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'sending' AND lane = :lane)
  OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'doubtful' AND not_before > 0 AND lane = :lane)
"""


def turn(db: Database, lane: Lane) -> int:
    """Return the turn that is being served: who comes now and waits for nothing gets it."""
    sending, *waiting = row(db, _SERVED, {"lane": int(lane)}) or (0,)
    return max(sending, min((one for one in waiting if one is not None), default=0))


def is_empty(db: Database, lane: Lane) -> bool:
    """Say whether nothing waits in a lane, and nothing may come to wait there again."""
    return number(db, _OPEN, {"lane": int(lane)}) == 0


def enter(db: Database, values: Mapping[str, Any], lane: Lane, *, empty: bool = False) -> int:
    """Write deliveries that are not there yet; return how many are new.

    `values`: article, edition, rank, state, created, and `chats` as a JSON list. Followers take turns: each stands
    behind its own deliveries that wait, and nobody behind another's queue. `empty`: nothing else waits in the lane.
    """
    if lane is not Lane.CHANNEL:
        write(db, "UPDATE fanouts SET alone = 0 WHERE article <> ? AND alone = 1", (values["article"],))
    more = {"lane": int(lane), "turn": turn(db, lane)}
    return write(db, _ENTER_EMPTY if empty else _ENTER_AMONG, {**values, **more})


def ready(db: Database, at: datetime, busy: Collection[int], most: int) -> list[Row]:
    """Return what may go now, joined with its chat: channels first, oldest first, readers in turn.

    One a chat, none to `busy` ones. Fewer than `most` while there is more: many closed chats are being put to sleep.
    """
    now = milliseconds(at)
    _wake(db, now)
    found: dict[int, Row] = {}
    closed: list[tuple[int, int]] = []
    for lane in Lane:
        with closing(db.conn.execute(_FRONT, (int(lane),))) as front:
            for one in front:
                if len(found) >= most or len(closed) >= _AT_ONCE:
                    break
                if (until := _closed(one)) > now:
                    closed.append((until, one["id"]))
                elif one["chat"] not in busy:
                    found.setdefault(one["chat"], one)
    _sleep(db, closed)
    return list(found.values())


def next_ready(db: Database, at: datetime, busy: Collection[int]) -> datetime | None:
    """Return when the next may go (`at`: now, or a look will tell), not counting `busy` chats; None when nobody may."""
    now = milliseconds(at)
    passed = 0
    moments = [least for least in (_least(db, sql, busy) for sql in (_ASLEEP, _REVISED)) if least is not None]
    for lane in Lane:
        for one in db.conn.execute(_FRONT, (int(lane),)):
            if passed >= _AT_ONCE or (one["chat"] not in busy and _closed(one) <= now):
                return at
            if (until := _closed(one)) < _FOR_EVER and one["chat"] not in busy:
                moments.append(until)
            passed += until > now
    return max(at, moment(min(moments))) if moments else None


def _least(db: Database, sql: str, busy: Collection[int]) -> int | None:
    """Return the first moment at which one of these rows may go, of those whose chats are not busy."""
    least = _FOR_EVER
    for one in db.conn.execute(sql):
        if one["sorted"] >= least:
            break
        if one["chat"] not in busy:
            least = min(least, max(one["until"], _closed(one)))
    return least if least < _FOR_EVER else None


def _closed(one: Row) -> int:
    """Return until when a row's chat takes nothing."""
    if one["standing"] != "active" or one["chat_id"] is None:
        return _FOR_EVER
    return one["closed"] or 0


def _wake(db: Database, now: int) -> None:
    """Let those stand in line again whose time to sleep is over."""
    sql = "SELECT id FROM deliveries WHERE state = 'pending' AND front > 0 AND front <= ? ORDER BY front LIMIT ?"
    over = [(found["id"],) for found in rows(db, sql, (now, _AT_ONCE))]
    if not over:
        return
    with transaction(db):
        db.conn.executemany("UPDATE deliveries SET front = 0 WHERE id = ? AND not_before IS NULL", over)
        db.conn.executemany("UPDATE deliveries SET not_before = NULL WHERE id = ? AND not_before IS NOT NULL", over)


def _sleep(db: Database, closed: list[tuple[int, int]]) -> None:
    if closed:
        with transaction(db):
            db.conn.executemany("UPDATE deliveries SET front = ? WHERE id = ? AND state = 'pending'", closed)
