"""Rows of posts to be edited or deleted, and how often each form was shown. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.article import short_id
from bot.domain.delivery import LONGEST_CALL, REPEATS, Lane, Payload, State
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.domain.outcome import Fallback
from bot.store import attempts, late_changes, notices
from bot.store.availability import OPENS
from bot.store.database import (
    marks,
    milliseconds,
    moment,
    number,
    row,
    rows,
    transaction,
    write,
)
from bot.store.late_changes import FORMS_SHOWN
from bot.store.outbox import Addressed, addressed, fallbacks_written
from bot.store.payloads import written


@dataclass(frozen=True, slots=True)
class DueEdit:
    """A post that no longer shows its article as it is."""

    to: Addressed
    #: The fingerprint the post shows.
    form: str
    #: When it was posted, aware UTC.
    sent: datetime


def plan(db: Database, article: int, form: str, due: datetime) -> int:
    """Mark an article's posts in another form than `form` to be edited at `due`; return how many.

    A post that has shown `form` FORMS_SHOWN times stays as it is; one that is marked keeps its
    time.
    """
    times = "coalesce((SELECT times FROM forms WHERE delivery = deliveries.id AND form = ?), 0)"
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET edit_due = NULL WHERE article = ? AND state = 'sent' "
            "AND edit_due IS NOT NULL "
            f"AND (form = ? OR {times} >= ?)",
            (article, form, form, FORMS_SHOWN),
        )
        planned = write(
            db,
            "UPDATE deliveries SET edit_due = coalesce(edit_due, ?) WHERE article = ? "
            "AND state = 'sent' "
            f"AND message > 0 AND form <> ? AND {times} < ?",
            (milliseconds(due), article, form, form, FORMS_SHOWN),
        )
        if planned:
            notices.all_clear(db, [_behind_key(article)], due)
        _tell_behind(db, article, due)
    return planned


def set_right(db: Database, article: int, at: datetime) -> int:
    """Have posts that FORMS_SHOWN left behind edited, as an editor asks; return how many."""
    with transaction(db):
        notices.all_clear(db, [_behind_key(article)], at)
        sql = f"UPDATE deliveries SET edit_due = ? WHERE id IN (SELECT d.id {_BEHIND})"
        return write(db, sql, (milliseconds(at), article, FORMS_SHOWN))


def _tell_behind(db: Database, article: int, at: datetime) -> None:
    """Have the editors told of posts that FORMS_SHOWN keeps from showing the article as it is."""
    found = rows(
        db,
        f"SELECT d.chat, d.lane {_BEHIND} ORDER BY d.lane, d.chat",
        (article, FORMS_SHOWN),
    )
    if not found:
        return
    channels = [one["chat"] for one in found if one["lane"] == Lane.CHANNEL]
    readers = [
        one["chat"] for one in found if one["lane"] != Lane.CHANNEL
    ]  # one stands for all
    notice = Notice(
        key=_behind_key(article),
        alert=Alert.BEHIND,
        articles=(article,),
        chats=(*dict.fromkeys(channels), *readers[:1]),
        count=len(found),
        choices=(Choice(Decision.CATCH_UP, short_id(article)),),
    )
    notices.tell(db, [notice], at)


def _behind_key(article: int) -> str:
    return f"behind:{article}"


#: Posts of an article that differ from it and are not to be edited because of FORMS_SHOWN.
_BEHIND = """
FROM deliveries d JOIN articles a ON a.id = d.article
  JOIN forms f ON f.delivery = d.id AND f.form = a.fingerprint
WHERE d.article = ? AND d.state = 'sent' AND d.message > 0 AND d.edit_due IS NULL
  AND d.form <> a.fingerprint AND a.withdrawn = 0 AND f.times >= ?
"""


def adopt(db: Database, article: int, old: str, new: str) -> None:
    """Replace fingerprint `old` of a form by `new`: the same words, by another version."""
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET form = ? WHERE article = ? AND form = ?",
            (new, article, old),
        )
        sql = (
            "UPDATE OR REPLACE forms SET form = ? "
            "WHERE form = ? AND delivery IN (SELECT id FROM deliveries WHERE article = ?)"
        )
        write(db, sql, (new, old, article))


def plan_withdrawal(db: Database, article: int, due: datetime) -> int:
    """Mark an article's posts to be deleted and cancel what waits; return how many posts there are.

    Recovery searches for a channel's doubtful post first.
    """
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET state = 'withdrawn', reason = 'the article was withdrawn' "
            "WHERE article = ? AND (state IN ('pending', 'held') OR state = 'doubtful' "
            "AND lane <> 0)",
            (article,),
        )
        sql = (
            "UPDATE deliveries SET edit_due = ? WHERE article = ? AND state = 'sent' "
            "AND message > 0"
        )
        return write(db, sql, (milliseconds(due), article))


def exist(db: Database) -> bool:
    """Return True if any post is to be edited or deleted."""
    return (
        row(db, "SELECT 1 FROM deliveries WHERE edit_due IS NOT NULL LIMIT 1")
        is not None
    )


def due(
    db: Database, at: datetime, *, busy: Collection[int] = (), most: int = 50
) -> list[DueEdit]:
    """Return the posts whose edit is due: one a chat, none in `busy` chats, longest due first."""
    now = milliseconds(at)
    found = rows(
        db,
        "SELECT d.*, c.chat_id, c.thread, c.username, c.kind FROM deliveries d "
        "JOIN chats c ON c.id = d.chat "
        "WHERE d.edit_due <= ? AND d.state = 'sent' "
        "AND (d.not_before IS NULL OR d.not_before <= ?) "
        f"AND {OPENS} <= ? AND d.chat NOT IN ({marks(len(busy))}) ORDER BY d.edit_due, d.id "
        "LIMIT ?",
        (now, now, now, *busy, most * 4),
    )
    chats: dict[int, DueEdit] = {}
    for one in found:
        chats.setdefault(
            one["chat"],
            DueEdit(
                addressed(one), one["form"], moment(one["settled"] or one["created"])
            ),
        )
    return list(chats.values())[:most]


def edited(
    db: Database, delivery: int, form: str, payload: Payload, at: datetime
) -> None:
    """Write that a post shows `form`; if its article changed meanwhile, it is due again."""
    with transaction(db):
        sql = (
            "UPDATE deliveries SET form = ?, payload = ?, edit_due = NULL, not_before = NULL "
            "WHERE id = ?"
        )
        lane = number(db, "SELECT lane FROM deliveries WHERE id = ?", (delivery,))
        write(db, sql, (form, written(payload, lane), delivery))
        write(
            db,
            "INSERT INTO forms VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            (delivery, form),
        )
        attempts.log(db, delivery, "edit", "sent", "", at)
        late_changes.apply(db, [delivery], milliseconds(at))
        article = number(db, "SELECT article FROM deliveries WHERE id = ?", (delivery,))
        if row(
            db, f"SELECT 1 {_BEHIND} AND d.id = ?", (article, FORMS_SHOWN, delivery)
        ):
            _tell_behind(db, article, at)


def unchanged(db: Database, delivery: int, form: str, at: datetime) -> None:
    """Write that a post shows `form` without an edit; it does not count as shown again."""
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET form = ?, edit_due = NULL, not_before = NULL WHERE id = ?",
            (form, delivery),
        )
        late_changes.apply(db, [delivery], milliseconds(at))


def gone(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post was deleted by somebody else."""
    _end(db, delivery, State.GONE, "edit", reason, at)


def withdrawn(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post was deleted because its article was withdrawn."""
    _end(db, delivery, State.WITHDRAWN, "delete", reason, at)


def _end(
    db: Database, delivery: int, state: State, action: str, reason: str, at: datetime
) -> None:
    """Write that there is no post any more, and log the attempt that found or did it."""
    with transaction(db):
        sql = (
            "UPDATE deliveries SET state = ?, reason = ?, edit_due = NULL, not_before = NULL "
            "WHERE id = ?"
        )
        write(db, sql, (str(state), reason, delivery))
        attempts.log(db, delivery, action, str(state), reason, at)


def given_up(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post stays as it is, and why."""
    with transaction(db):
        sql = "UPDATE deliveries SET edit_due = NULL, not_before = NULL, reason = ? WHERE id = ?"
        write(db, sql, (reason, delivery))
        attempts.log(db, delivery, "edit", "refused", reason, at)


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
        attempts.log(db, delivery, "edit", "pending", reason, at)


def cancel_withdrawal(db: Database, article: int) -> None:
    """Undo a withdrawal: cancelled deliveries wait again, posts are not deleted."""
    with transaction(db):
        write(
            db,
            "UPDATE deliveries "
            "SET reason = 'the article was away while it was in doubt', state = 'doubtful', "
            "repeatable = 0, not_before = iif(lost > ?, NULL, begun + ?) "
            "WHERE article = ? AND state = 'withdrawn' AND message IS NULL AND lost > 0 "
            "AND lane <> 0",
            (REPEATS, LONGEST_CALL // timedelta(milliseconds=1), article),
        )
        write(
            db,
            "UPDATE deliveries SET reason = '', "
            "state = iif((SELECT held FROM articles WHERE id = article), 'held', 'pending') "
            "WHERE article = ? AND state = 'withdrawn' AND message IS NULL",
            (article,),
        )
        leave(db, article)


def leave(db: Database, article: int) -> None:
    """Neither edit nor delete an article's posts."""
    write(
        db,
        "UPDATE deliveries SET edit_due = NULL WHERE article = ? AND state = 'sent'",
        (article,),
    )
