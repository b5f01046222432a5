"""Rows of posts to be edited or taken back, and how often each form of a post was shown. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.article import short_id
from bot.domain.delivery import LONGEST_CALL, REPEATS, Lane, Payload, State
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.domain.outcome import Fallback
from bot.store import attempts, notices
from bot.store.availability import OPENS
from bot.store.database import marks, milliseconds, moment, number, row, rows, transaction, write
from bot.store.outbox import FORMS_SHOWN, Addressed, addressed, catch_up, fallbacks_written
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
    """Mark an article's posts that show another form than `form` to be edited at `due`; return how many.

    A post that has shown `form` often enough stays as it is; one already marked keeps its earlier time.
    """
    times = "coalesce((SELECT times FROM forms WHERE delivery = deliveries.id AND form = ?), 0)"
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET edit_due = NULL WHERE article = ? AND state = 'sent' AND edit_due IS NOT NULL "
            f"AND (form = ? OR {times} >= ?)",
            (article, form, form, FORMS_SHOWN),
        )
        planned = write(
            db,
            "UPDATE deliveries SET edit_due = coalesce(edit_due, ?) WHERE article = ? AND state = 'sent' "
            f"AND message > 0 AND form <> ? AND {times} < ?",
            (milliseconds(due), article, form, form, FORMS_SHOWN),
        )
        if planned:
            notices.all_clear(db, [_behind_key(article)], due)
        _tell_behind(db, article, due)
    return planned


def set_right(db: Database, article: int, at: datetime) -> int:
    """Have an article's posts that the limit left behind edited once more, as an editor asks; return how many."""
    with transaction(db):
        notices.all_clear(db, [_behind_key(article)], at)
        sql = f"UPDATE deliveries SET edit_due = ? WHERE id IN (SELECT d.id {_BEHIND})"
        return write(db, sql, (milliseconds(at), article, FORMS_SHOWN))


def _tell_behind(db: Database, article: int, at: datetime) -> None:
    """Have the editors told of posts that have shown the article as it is now too often to show it again."""
    found = rows(db, f"SELECT d.chat, d.lane {_BEHIND} ORDER BY d.lane, d.chat", (article, FORMS_SHOWN))
    if not found:
        return
    channels = [one["chat"] for one in found if one["lane"] == Lane.CHANNEL]
    readers = [one["chat"] for one in found if one["lane"] != Lane.CHANNEL]  # one stands for all
    told = Notice(
        key=_behind_key(article),
        alert=Alert.BEHIND,
        articles=(article,),
        chats=(*dict.fromkeys(channels), *readers[:1]),
        count=len(found),
        choices=(Choice(Decision.CATCH_UP, short_id(article)),),
    )
    notices.tell(db, [told], at)


def _behind_key(article: int) -> str:
    return f"behind:{article}"


#: Posts of an article that differ from it and are not to be edited, as they showed it so often enough.
_BEHIND = """
FROM deliveries d JOIN articles a ON a.id = d.article JOIN forms f ON f.delivery = d.id AND f.form = a.fingerprint
WHERE d.article = ? AND d.state = 'sent' AND d.message > 0 AND d.edit_due IS NULL AND d.form <> a.fingerprint
  AND a.withdrawn = 0 AND f.times >= ?
"""


def adopt(db: Database, article: int, old: str, new: str) -> None:
    """Let `new` stand wherever a post of an article shows `old`: the same words, by another version's fingerprint."""
    with transaction(db):
        write(db, "UPDATE deliveries SET form = ? WHERE article = ? AND form = ?", (new, article, old))
        sql = (
            "UPDATE OR REPLACE forms SET form = ? "
            "WHERE form = ? AND delivery IN (SELECT id FROM deliveries WHERE article = ?)"
        )
        write(db, sql, (new, old, article))


def plan_withdrawal(db: Database, article: int, due: datetime) -> int:
    """Mark an article's posts to be taken back and cancel what waits; return how many posts there are.

    A channel's post in doubt is looked for first.
    """
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET state = 'withdrawn', reason = 'the article was withdrawn' "
            "WHERE article = ? AND (state IN ('pending', 'held') OR state = 'doubtful' AND lane <> 0)",
            (article,),
        )
        sql = "UPDATE deliveries SET edit_due = ? WHERE article = ? AND state = 'sent' AND message > 0"
        return write(db, sql, (milliseconds(due), article))


def exist(db: Database) -> bool:
    """Say whether any post is to be edited or taken back."""
    return row(db, "SELECT 1 FROM deliveries WHERE edit_due IS NOT NULL LIMIT 1") is not None


def due(db: Database, at: datetime, *, busy: Collection[int] = (), most: int = 50) -> list[DueEdit]:
    """Return the posts whose revision is due, one a chat, none to `busy` chats, the longest waiting first."""
    now = milliseconds(at)
    found = rows(
        db,
        "SELECT d.*, c.chat_id, c.thread, c.username, c.kind FROM deliveries d JOIN chats c ON c.id = d.chat "
        "WHERE d.edit_due <= ? AND d.state = 'sent' AND (d.not_before IS NULL OR d.not_before <= ?) "
        f"AND {OPENS} <= ? AND d.chat NOT IN ({marks(len(busy))}) ORDER BY d.edit_due, d.id LIMIT ?",
        (now, now, now, *busy, most * 4),
    )
    chats: dict[int, DueEdit] = {}
    for one in found:
        chats.setdefault(one["chat"], DueEdit(addressed(one), one["form"], moment(one["settled"] or one["created"])))
    return list(chats.values())[:most]


def edited(db: Database, delivery: int, form: str, payload: Payload, at: datetime) -> None:
    """Write that a post now shows `form`; where its article went on meanwhile, it is due again."""
    with transaction(db):
        sql = "UPDATE deliveries SET form = ?, payload = ?, edit_due = NULL, not_before = NULL WHERE id = ?"
        lane = number(db, "SELECT lane FROM deliveries WHERE id = ?", (delivery,))
        write(db, sql, (form, written(payload, lane), delivery))
        write(
            db,
            "INSERT INTO forms VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            (delivery, form),
        )
        attempts.log(db, delivery, "edit", "sent", "", at)
        catch_up(db, [delivery], milliseconds(at))
        article = number(db, "SELECT article FROM deliveries WHERE id = ?", (delivery,))
        if row(db, f"SELECT 1 {_BEHIND} AND d.id = ?", (article, FORMS_SHOWN, delivery)):
            _tell_behind(db, article, at)


def unchanged(db: Database, delivery: int, form: str, at: datetime) -> None:
    """Write that a post shows `form` already, since that looks like the one before; it counts as no showing."""
    with transaction(db):
        write(db, "UPDATE deliveries SET form = ?, edit_due = NULL, not_before = NULL WHERE id = ?", (form, delivery))
        catch_up(db, [delivery], milliseconds(at))


def gone(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post is not there any more, though nobody took its article back."""
    with transaction(db):
        sql = "UPDATE deliveries SET state = ?, reason = ?, edit_due = NULL, not_before = NULL WHERE id = ?"
        write(db, sql, (str(State.GONE), reason, delivery))
        attempts.log(db, delivery, "edit", "gone", reason, at)


def withdrawn(db: Database, delivery: int, reason: str, at: datetime) -> None:
    """Write that a post was taken back."""
    with transaction(db):
        sql = "UPDATE deliveries SET state = ?, reason = ?, edit_due = NULL, not_before = NULL WHERE id = ?"
        write(db, sql, (str(State.WITHDRAWN), reason, delivery))
        attempts.log(db, delivery, "delete", "withdrawn", reason, at)


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
    """Write that an edit waits until a moment, and what it does differently then (None: nothing new)."""
    with transaction(db):
        if fallbacks is not None:
            write(db, "UPDATE deliveries SET fallbacks = ? WHERE id = ?", (fallbacks_written(fallbacks), delivery))
        write(
            db, "UPDATE deliveries SET not_before = ?, reason = ? WHERE id = ?", (milliseconds(until), reason, delivery)
        )
        attempts.log(db, delivery, "edit", "pending", reason, at)


def cancel_withdrawal(db: Database, article: int) -> None:
    """The article is back: what was cancelled before it went out waits again, what was to be deleted stays."""
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET reason = 'the article was away while it was in doubt', state = 'doubtful', "
            "repeatable = 0, not_before = iif(lost > ?, NULL, begun + ?) "
            "WHERE article = ? AND state = 'withdrawn' AND message IS NULL AND lost > 0 AND lane <> 0",
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
    """Leave an article's posts where they are and as they are."""
    write(db, "UPDATE deliveries SET edit_due = NULL WHERE article = ? AND state = 'sent'", (article,))
