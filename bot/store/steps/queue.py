"""The triggers that keep the queue (docs/architecture.md, The queue), each rule once.

Part of step 0014. What `head` and `asleep_until` mean is said in 0014_queue.sql.
"""

from __future__ import annotations

from collections.abc import Iterator

#: A delivery comes into the queue: if it is the first, the head until now stands behind it. One
#: that is put off stays outside until its moment.
_COMES = """
  UPDATE deliveries SET head = 0, asleep_until = NULL
  WHERE chat = new.chat AND state = 'pending' AND head = 1 AND lane = new.lane AND id <> new.id
    AND new.not_before IS NULL AND (turn, rank, id) > (new.turn, new.rank, new.id);
  UPDATE deliveries SET asleep_until = new.not_before,
    head = iif(new.not_before IS NULL, NOT EXISTS (
      SELECT 1 FROM deliveries WHERE chat = new.chat AND state = 'pending' AND head = 1
        AND lane = new.lane AND id <> new.id), NULL)
  WHERE id = new.id;
"""
#: A head leaves the queue: the first behind it becomes the head.
_LEAVES = """
  UPDATE deliveries SET head = 1 WHERE id = (
    SELECT id FROM deliveries
    WHERE lane = old.lane AND chat = old.chat AND state = 'pending' AND head = 0 AND id <> old.id
    ORDER BY turn, rank, id LIMIT 1);
"""
#: A chat is closed or opened: its sleeping heads are examined again.
_WAKES = """
  UPDATE deliveries SET asleep_until = NULL
  WHERE chat = new.id AND state = 'pending' AND head = 1 AND asleep_until IS NOT NULL;
"""
_MOVES = """(new.state <> old.state OR new.not_before IS NOT old.not_before
  OR new.chat <> old.chat OR new.lane <> old.lane)"""
_CHANGES = """new.state <> old.state OR new.not_before IS NOT old.not_before
  OR new.chat_id IS NOT old.chat_id"""
_WAS_HEAD = "old.state = 'pending' AND old.head = 1"
_PLACED = "UPDATE OF state, not_before, chat, lane ON deliveries"
#: Name, event, condition, rule. A delivery that `queue.enter` has placed already is left as it is.
_TRIGGERS = (
    (
        "deliveries_inserted",
        "INSERT ON deliveries",
        "new.state = 'pending' AND new.head IS NULL",
        _COMES,
    ),
    ("deliveries_come", _PLACED, f"new.state = 'pending' AND {_MOVES}", _COMES),
    ("deliveries_leave", _PLACED, f"{_WAS_HEAD} AND {_MOVES}", _LEAVES),
    ("deliveries_deleted", "DELETE ON deliveries", _WAS_HEAD, _LEAVES),
    (
        "chats_changed",
        "UPDATE OF state, not_before, chat_id ON chats",
        _CHANGES,
        _WAKES,
    ),
)


def triggers() -> Iterator[str]:
    """Yield the statements that create the queue's triggers."""
    for name, event, condition, rule in _TRIGGERS:
        yield f"CREATE TRIGGER {name} AFTER {event}\nWHEN {condition}\nBEGIN{rule}END"
