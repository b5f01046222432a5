"""Applies to deliveries what changed of their articles while they were in flight. Sends nothing."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from bot.store.article_states import WAITING
from bot.store.database import json_list, row, write
from bot.store.forms import FORMS_SHOWN

_THESE = "id IN (SELECT value FROM json_each(?))"
_WITHDRAW = f"""
UPDATE deliveries SET state = 'withdrawn', reason = 'the article was withdrawn', not_before = NULL
WHERE {_THESE} AND (state = 'pending' OR state = 'doubtful' AND lane <> 0)
  AND EXISTS (SELECT 1 FROM articles a WHERE a.id = article AND a.withdrawn = 1)
"""
_HOLD = f"""
UPDATE deliveries SET state = 'held' WHERE {_THESE} AND state = 'pending'
  AND EXISTS (SELECT 1 FROM articles a WHERE a.id = article AND {WAITING})
"""
_EDIT = f"""
UPDATE deliveries SET edit_due = ? WHERE {_THESE} AND state = 'sent' AND message > 0
  AND EXISTS (SELECT 1 FROM articles a WHERE a.id = article
    AND (a.withdrawn = 1 OR a.held = 0 AND a.fingerprint <> deliveries.form AND NOT EXISTS (
      SELECT 1 FROM forms
      WHERE delivery = deliveries.id AND form = a.fingerprint AND times >= ?)))
"""


def apply(db: Database, deliveries: Collection[int], now: int) -> None:
    """Apply to deliveries what changed of their articles while they were in flight.

    A channel's doubtful post stays doubtful even if its article is withdrawn: recovery searches for
    it, to delete it.
    """
    numbers = json_list(deliveries)
    write(db, _WITHDRAW, (numbers,))
    write(db, _HOLD, (numbers,))
    write(db, _EDIT, (now, numbers, FORMS_SHOWN))
    if row(db, "SELECT 1 FROM retouched LIMIT 1"):
        for delivery in deliveries:
            _restore_keyboard(db, delivery, now)


def _restore_keyboard(db: Database, delivery: int, now: int) -> None:
    """Have a post edited, its number being known, if a probe may have changed its keyboard."""
    key = (
        "SELECT c.chat_id, d.message FROM deliveries d JOIN chats c ON c.id = d.chat "
        "WHERE d.id = ? AND d.message > 0"
    )
    if write(
        db, f"DELETE FROM retouched WHERE (chat_id, message) IN ({key})", (delivery,)
    ):
        write(
            db,
            "UPDATE deliveries SET edit_due = ? WHERE id = ? AND state = 'sent'",
            (now, delivery),
        )
