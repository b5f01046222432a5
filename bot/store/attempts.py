"""Rows of attempts: when a call about a delivery was made and answered, and its outcome.

Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from bot.domain.delivery import LONGEST_CALL, State
from bot.store.database import milliseconds, moment, rows, transaction, write


class Action(StrEnum):
    """What a call was for. Stored by value."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"
    #: To find a post that may have gone out, or an editor's decision about it.
    SEARCH = "look"
    #: No call was made: the message could not be rendered.
    RENDER = "render"


def begin(
    db: Database, deliveries: Iterable[int], action: Action, at: datetime
) -> None:
    """Write that calls are about to be made."""
    sql = (
        "INSERT INTO attempts (delivery, chat, at, action) SELECT id, chat, ?, ? FROM deliveries "
        "WHERE id = ?"
    )
    now = milliseconds(at)
    with transaction(db):
        db.conn.executemany(sql, [(now, action, delivery) for delivery in deliveries])


def end(db: Database, ended: Iterable[tuple[int, State, str]], at: datetime) -> None:
    """Write the outcome of the last call about each delivery: (delivery, outcome, detail)."""
    sql = (
        "UPDATE attempts SET outcome = ?, detail = ?, answered = ? "
        "WHERE id = (SELECT max(id) FROM attempts WHERE delivery = ?)"
    )
    now = milliseconds(at)
    with transaction(db):
        db.conn.executemany(
            sql,
            [(outcome, detail, now, delivery) for delivery, outcome, detail in ended],
        )


def log(
    db: Database,
    delivery: int,
    action: Action,
    outcome: State,
    detail: str,
    at: datetime,
) -> None:
    """Write a call that was answered at `at`."""
    now = milliseconds(at)
    write(
        db,
        "INSERT INTO attempts (delivery, chat, at, action, outcome, detail, answered) "
        "SELECT id, chat, ?, ?, ?, ?, ? FROM deliveries WHERE id = ?",
        (now, action, outcome, detail, now, delivery),
    )


def recent(db: Database, span: timedelta, at: datetime) -> list[tuple[int, datetime]]:
    """Return (Telegram's number of the chat, when) of calls answered in the `span` before `at`.

    A call without an answer, because the process ended, counts as answered at `at`.
    """
    now, since = milliseconds(at), milliseconds(at - span)
    found = rows(
        db,
        "SELECT c.chat_id, coalesce(a.answered, ?) AS moment FROM attempts a "
        "JOIN chats c ON c.id = a.chat "
        "WHERE a.at > ? AND coalesce(a.answered, ?) > ? AND c.chat_id IS NOT NULL ORDER BY moment",
        (now, since - LONGEST_CALL // timedelta(milliseconds=1), now, since),
    )
    return [(one["chat_id"], moment(one["moment"])) for one in found]
