"""Rows of notices for editors, one for each incident. Words nothing, sends nothing.

`domain.notices` describes their use. A notice is written once, then once for each editor to whom it
is addressed. It is kept until its incident is over and it no longer counts for how often editors
are told.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.notices import ENDING, Alert, Notice, from_content
from bot.store.database import (
    Row,
    column,
    exists,
    marks,
    milliseconds,
    moment,
    rows,
    transaction,
    write,
)

#: How long a notice is kept for an editor who can't be reached.
KEPT = timedelta(days=30)
#: Stands for no editor: its rows say which incidents last even without editors.
NOBODY = 0
_PUT = "INSERT INTO notices (key, alert, over, content, at, editor) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that one editor is still to be told."""

    id: int
    notice: Notice
    #: It says that the incident is over.
    over: bool


def tell(db: Database, notices: Iterable[Notice], at: datetime) -> list[Notice]:
    """Write notices down for the editors; return those whose incident was not open yet."""
    with transaction(db):
        return [one for one in notices if _tell(db, one, at)]


def _tell(db: Database, notice: Notice, at: datetime) -> bool:
    sql = "INSERT INTO alerts (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING"
    if not write(db, sql, (notice.key, milliseconds(at))):
        return False
    # an unsent all-clear of the last incident of this key is dropped: for that editor it goes on
    sql = "DELETE FROM notices WHERE key = ? AND over = 1 AND heard IS NULL RETURNING editor"
    for found in rows(db, sql, (notice.key,)):
        sql = "SELECT max(id) FROM notices WHERE key = ? AND editor = ? AND over = 0"
        write(
            db,
            f"UPDATE notices SET ended = 0 WHERE id = ({sql})",
            (notice.key, found["editor"]),
        )
    content = json.dumps(notice.content(), ensure_ascii=False)
    write(
        db, _PUT, (notice.key, notice.alert.value, 0, content, milliseconds(at), None)
    )
    return True


def all_clear(db: Database, keys: Iterable[str], at: datetime) -> list[str]:
    """Close incidents, with an all-clear to those who were told; return the keys that were open."""
    with transaction(db):
        return [key for key in keys if _all_clear(db, key, at)]


def _all_clear(db: Database, key: str, at: datetime) -> bool:
    if not write(db, "DELETE FROM alerts WHERE key = ?", (key,)):
        return False
    write(db, "DELETE FROM notices WHERE key = ? AND heard IS NULL", (key,))
    sent = rows(
        db, "SELECT * FROM notices WHERE key = ? AND over = 0 AND ended = 0", (key,)
    )
    write(db, "UPDATE notices SET ended = 1 WHERE key = ?", (key,))
    for one in sent:
        if one["alert"] in ENDING and one["editor"] != NOBODY:
            write(
                db,
                _PUT,
                (key, one["alert"], 1, one["content"], milliseconds(at), one["editor"]),
            )
    return True


def close(db: Database, key: str) -> None:
    """Close an incident without an all-clear."""
    with transaction(db):
        write(db, "DELETE FROM alerts WHERE key = ?", (key,))
        write(db, "UPDATE notices SET ended = 1 WHERE key = ?", (key,))


def lasting(db: Database) -> list[tuple[Notice, datetime]]:
    """Return open incidents that last, each with the time of its beginning, oldest first."""
    sql = (
        f"SELECT * FROM notices WHERE alert IN ({marks(len(ENDING))}) AND over = 0 "
        "AND ended = 0 GROUP BY key ORDER BY id"
    )
    found = rows(db, sql, tuple(ENDING))
    return [(_waiting(one).notice, moment(one["at"])) for one in found]


def is_open(db: Database, key: str) -> bool:
    """Return True if the incident was reported and is not over."""
    return exists(db, "SELECT 1 FROM alerts WHERE key = ?", (key,))


def was_heard(db: Database, key: str) -> bool:
    """Return True if an editor was told of the open incident."""
    sql = (
        "SELECT 1 FROM notices WHERE key = ? AND over = 0 AND ended = 0 AND heard IS NOT NULL "
        "AND editor <> ? LIMIT 1"
    )
    return exists(db, sql, (key, NOBODY))


def address(db: Database, editors: Collection[int]) -> None:
    """Address new notices to each editor who lacks them; delete those to former editors."""
    with transaction(db):
        for found in rows(db, "SELECT * FROM notices WHERE editor IS NULL ORDER BY id"):
            sql = (
                "SELECT editor FROM notices WHERE key = ? AND editor IS NOT NULL AND over = 0 "
                "AND ended = 0"
            )
            addressed = set(column(db, sql, (found["key"],)))
            for editor in sorted({*editors, NOBODY} - addressed):
                write(
                    db,
                    _PUT,
                    (
                        found["key"],
                        found["alert"],
                        found["over"],
                        found["content"],
                        found["at"],
                        editor,
                    ),
                )
        write(db, "DELETE FROM notices WHERE editor IS NULL")
        write(
            db,
            "UPDATE notices SET heard = at WHERE heard IS NULL AND editor = ?",
            (NOBODY,),
        )
        sql = f"DELETE FROM notices WHERE heard IS NULL AND editor NOT IN ({marks(len(editors))})"
        write(db, sql, tuple(editors))


def unaddressed(db: Database) -> bool:
    """Return True if a notice was not addressed to the editors yet."""
    return exists(
        db, "SELECT 1 FROM notices WHERE heard IS NULL AND editor IS NULL LIMIT 1"
    )


def new(db: Database) -> list[Waiting]:
    """Return what is not addressed to the editors yet."""
    return [
        _waiting(found)
        for found in rows(
            db, "SELECT * FROM notices WHERE heard IS NULL AND editor IS NULL"
        )
    ]


def waiting(db: Database, editor: int, most: int = 10_000) -> list[Waiting]:
    """Return what an editor is still to be told, in order."""
    sql = "SELECT * FROM notices WHERE heard IS NULL AND editor = ? ORDER BY id LIMIT ?"
    return [_waiting(found) for found in rows(db, sql, (editor, most))]


def heard(db: Database, numbers: Collection[int], at: datetime) -> None:
    """Write that an editor was told these."""
    sql = f"UPDATE notices SET heard = ? WHERE id IN ({marks(len(numbers))})"
    write(db, sql, (milliseconds(at), *numbers))


def last_heard(
    db: Database, editor: int, since: datetime
) -> dict[tuple[Alert, bool], list[datetime]]:
    """Return (alert, all-clear) → when an editor got such notices since a moment."""
    sql = "SELECT alert, over, heard FROM notices WHERE heard > ? AND editor = ? ORDER BY heard"
    times: dict[tuple[Alert, bool], list[datetime]] = {}
    for one in rows(db, sql, (milliseconds(since), editor)):
        notice = from_content("", one["alert"], {})
        kind = (notice.alert, bool(one["over"]))
        times.setdefault(kind, []).append(moment(one["heard"]))
    return times


def prune(db: Database, at: datetime) -> int:
    """Delete notices of closed incidents, and those unsent for too long; return how many."""
    old = milliseconds(at - KEPT)
    sql = (
        "DELETE FROM notices WHERE at < ? AND (heard IS NULL OR heard < ?) "
        "AND (heard IS NULL OR over = 1 OR ended = 1 OR alert NOT IN ("
        + marks(len(ENDING))
        + "))"
    )
    return write(db, sql, (old, old, *ENDING))


def _waiting(found: Row) -> Waiting:
    notice = from_content(found["key"], found["alert"], json.loads(found["content"]))
    return Waiting(found["id"], notice, bool(found["over"]))
