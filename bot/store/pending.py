"""Rows of replies to editors that are edited once a post's outcome is known. Edits none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.delivery import State
from bot.store.database import (
    exists,
    json_list,
    maybe,
    milliseconds,
    moment,
    rows,
    transaction,
    write,
)

#: A reply is not edited after this time: its post still waits, and /status shows it.
KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that says what will be posted. `id` is the number of the update that it answers."""

    id: int
    article: int
    edition: int
    #: Telegram's number of the editor's chat.
    chat: int
    message: int
    #: When the post goes out.
    due: datetime
    #: It has an Undo button.
    undo: bool
    #: The reply says already that the post waits.
    told: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """The file that a post follows until it is sent, and its article."""

    file: str
    article: int


@dataclass(frozen=True, slots=True)
class Post:
    """What became of an edition in one channel (row number)."""

    article: int
    chat: int
    state: State
    reason: str
    message: int | None
    not_before: datetime | None


def put(
    db: Database,
    update: int,
    *,
    article: int,
    edition: int,
    chat: int,
    due: datetime,
    undo: bool = False,
) -> None:
    """Write that the reply to an update is to be edited. undo: it has an Undo button.

    The post follows the article's file, if that describes it now.
    """
    file = (
        "SELECT a.file FROM articles a JOIN files f ON f.path = a.file "
        "WHERE a.id = ? AND f.article = a.id AND f.reason IS NULL AND f.missing = 0"
    )
    sql = (
        "INSERT OR REPLACE INTO pending_answers "
        "(id, article, edition, chat, due, undo, file) "
        f"VALUES (?, ?, ?, ?, ?, ?, coalesce(({file}), ''))"
    )
    values = (update, article, edition, chat, milliseconds(due), undo, article)
    write(db, sql, values)


def sent(db: Database, update: int, message: int) -> None:
    """Write which message is the reply to an update, if that is to be edited."""
    write(db, "UPDATE pending_answers SET message = ? WHERE id = ?", (message, update))


def all_(db: Database) -> list[Pending]:
    """Return the replies that are out, in order."""
    found = rows(
        db, "SELECT * FROM pending_answers WHERE message IS NOT NULL ORDER BY id"
    )
    return [
        Pending(
            one["id"],
            one["article"],
            one["edition"],
            one["chat"],
            one["message"],
            moment(one["due"]),
            bool(one["undo"]),
            bool(one["told"]),
        )
        for one in found
    ]


def is_pending(db: Database, update: int) -> bool:
    """Return True if the reply to an update is still to be edited."""
    sql = "SELECT 1 FROM pending_answers WHERE id = ?"
    return exists(db, sql, (update,))


def tell(db: Database, update: int) -> None:
    """Write that a reply says now that the post waits."""
    write(db, "UPDATE pending_answers SET told = 1 WHERE id = ?", (update,))


def forget(db: Database, update: int) -> None:
    """Delete a reply's row: it is not edited any more."""
    write(db, "DELETE FROM pending_answers WHERE id = ?", (update,))


def followed(db: Database, deliveries: Collection[int]) -> dict[int, Followed]:
    """Return which of these deliveries to channels follow a file until they are sent."""
    if not exists(db, "SELECT 1 FROM pending_answers WHERE file <> '' LIMIT 1"):
        return {}
    sql = (
        "SELECT d.id, p.file, p.article FROM deliveries d JOIN pending_answers p "
        "ON p.article = d.article AND p.edition = d.edition AND p.file <> '' "
        "WHERE d.lane = 0 AND d.id IN (SELECT value FROM json_each(?)) ORDER BY p.id"
    )
    found = rows(db, sql, (json_list(deliveries),))
    return {one["id"]: Followed(one["file"], one["article"]) for one in found}


def take_back(db: Database, article: int, edition: int) -> None:
    """Delete the rows of replies about an edition that was taken back."""
    write(
        db,
        "DELETE FROM pending_answers WHERE article = ? AND edition = ?",
        (article, edition),
    )


def prune(db: Database, at: datetime) -> int:
    """Delete old rows; return how many."""
    return write(
        db, "DELETE FROM pending_answers WHERE due < ?", (milliseconds(at - KEPT),)
    )


def posts(db: Database, article: int, edition: int) -> list[Post]:
    """Return what became of an edition of an article, channel by channel."""
    sql = (
        "SELECT * FROM deliveries WHERE article = ? AND edition = ? AND lane = 0 "
        "AND state <> 'skipped' ORDER BY chat"
    )
    with transaction(db):
        found = rows(db, sql, (article, edition))
    return [
        Post(
            one["article"],
            one["chat"],
            State(one["state"]),
            one["reason"] or "",
            one["message"],
            maybe(one["not_before"]),
        )
        for one in found
    ]
