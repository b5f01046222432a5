"""What became of edits and deletions of posts. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.domain.delivery import Payload, State
from bot.domain.outcome import Fallback
from bot.store import attempts, late_changes, posts_behind
from bot.store.attempts import Action
from bot.store.database import milliseconds, number, transaction, write
from bot.store.delivery_rows import GivenUp, fallbacks_written
from bot.store.forms import COUNT_SHOWN
from bot.store.payloads import written


def edited(
    db: Database, delivery: int, form: str, payload: Payload, at: datetime
) -> None:
    """Write that a post shows `form`; if its article changed meanwhile, it is due again."""
    with transaction(db):
        lane = number(db, "SELECT lane FROM deliveries WHERE id = ?", (delivery,))
        sql = (
            "UPDATE deliveries SET form = ?, payload = ?, edit_due = NULL, not_before = NULL, "
            "given_up = NULL WHERE id = ?"
        )
        write(db, sql, (form, written(payload, lane), delivery))
        write(db, COUNT_SHOWN, (delivery,))
        attempts.log(db, delivery, Action.EDIT, State.SENT, "", at)
        late_changes.apply(db, [delivery], milliseconds(at))
        posts_behind.tell_if_behind(db, delivery, at)


def unchanged(db: Database, delivery: int, form: str, at: datetime) -> None:
    """Write that a post shows `form` without an edit; it does not count as shown again."""
    with transaction(db):
        sql = (
            "UPDATE deliveries SET form = ?, edit_due = NULL, not_before = NULL, "
            "given_up = NULL WHERE id = ?"
        )
        write(db, sql, (form, delivery))
        late_changes.apply(db, [delivery], milliseconds(at))


def gone(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post was deleted by somebody else."""
    _end(db, delivery, State.GONE, Action.EDIT, reason, at)


def withdrawn(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post was deleted because its article was withdrawn."""
    _end(db, delivery, State.WITHDRAWN, Action.DELETE, reason, at)


def _end(
    db: Database, delivery: int, state: State, action: Action, reason: str, at: datetime
) -> None:
    """Write that there is no post any more, and log the attempt that found or did it."""
    with transaction(db):
        sql = (
            "UPDATE deliveries SET state = ?, reason = ?, edit_due = NULL, not_before = NULL "
            "WHERE id = ?"
        )
        write(db, sql, (str(state), reason, delivery))
        attempts.log(db, delivery, action, state, reason, at)


def given_up(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post stays as it is, and why."""
    with transaction(db):
        sql = (
            "UPDATE deliveries SET edit_due = NULL, not_before = NULL, reason = ?, "
            "given_up = ? WHERE id = ?"
        )
        write(db, sql, (reason, GivenUp.EDIT, delivery))
        attempts.log(db, delivery, Action.EDIT, State.REFUSED, reason, at)


def later(
    db: Database,
    delivery: int,
    until: datetime,
    reason: str,
    at: datetime,
    *,
    fallbacks: Collection[Fallback] | None = None,
) -> None:
    """Write that an edit waits until a moment, and its fallbacks (None: as before)."""
    with transaction(db):
        if fallbacks is not None:
            write(
                db,
                "UPDATE deliveries SET fallbacks = ? WHERE id = ?",
                (fallbacks_written(fallbacks), delivery),
            )
        write(
            db,
            "UPDATE deliveries SET not_before = ?, reason = ? WHERE id = ?",
            (milliseconds(until), reason, delivery),
        )
        attempts.log(db, delivery, Action.EDIT, State.PENDING, reason, at)
