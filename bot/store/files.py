"""Rows of the folder's files: what a scan trusts to be unchanged, and why a file was rejected.

Reads no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from bot.store.database import (
    column,
    json_list,
    milliseconds,
    moment,
    number,
    row,
    rows,
    transaction,
    write,
)

#: Path, size, mtime_ns, inode: what a scan trusts to know that a file is unchanged.
Stamp = tuple[str, int, int, int]
#: The story of a file that an earlier version read: it is not known.
UNKNOWN = "?"
_STAMP = "path, iif(missing = 0, size, -1), mtime_ns, inode"
_PUT = (
    "INSERT INTO files (path, size, mtime_ns, inode, article, reason, warning, since) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, "
    "inode = excluded.inode, article = excluded.article, "
    "reason = excluded.reason, warning = excluded.warning, missing = 0, "
    "since = CASE WHEN files.reason IS excluded.reason THEN files.since ELSE excluded.since END"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was last read. `mark` is (size, mtime_ns, inode)."""

    mark: tuple[int, int, int]
    article: int | None
    rejected: bool
    #: Of a file that was taken for another file's article: a digest of the story it had then, or
    #: UNKNOWN.
    story: str = ""


class ReadFile(NamedTuple):
    """A file that was read as an article. `mark` is (size, mtime_ns, inode)."""

    path: str
    mark: tuple[int, int, int]
    article: int | None
    #: What of the file could not be read; or empty.
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that is no article: its path, the reason, and since when."""

    path: str
    reason: str
    since: datetime


def known(db: Database, after: str = "", most: int = -1) -> list[Stamp]:
    """Return the stamps of `most` files seen, by path, from the one after `after` on.

    One that was missing lately has a size that no file has, so that it is read again when it is
    back.
    """
    sql = f"SELECT {_STAMP} FROM files WHERE path > ? ORDER BY path LIMIT ?"
    cursor = db.conn.cursor()
    cursor.row_factory = None  # plain tuples, which compare
    return cursor.execute(sql, (after, most)).fetchall()


def some(db: Database, paths: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return path → (size, mtime_ns, inode) of these paths, as `known` has them."""
    sql = f"SELECT {_STAMP} FROM files WHERE path IN (SELECT value FROM json_each(?))"
    marks = {}
    for found in rows(db, sql, (json_list(paths),)):
        path, *mark = found
        marks[path] = tuple(mark)
    return marks


def seen(db: Database, paths: Iterable[str]) -> set[str]:
    """Return the subset of `paths` at which a file was read."""
    sql = "SELECT path FROM files WHERE path IN (SELECT value FROM json_each(?))"
    return set(column(db, sql, (json_list(paths),)))


def one(db: Database, path: str) -> Known | None:
    """Return what is known of a file, or None."""
    found = row(db, "SELECT * FROM files WHERE path = ?", (path,))
    if found is None:
        return None
    size = -1 if found["missing"] else found["size"]
    mark = (size, found["mtime_ns"], found["inode"])
    return Known(mark, found["article"], found["reason"] is not None, found["story"])


def put(
    db: Database,
    path: str,
    mark: tuple[int, int, int],
    *,
    article: int | None,
    at: datetime,
    warning: str = "",
) -> None:
    """Write that a file was read and is `article`, and what of it could not be read."""
    put_all(db, [ReadFile(path, mark, article, warning)], at)


def set_story(db: Database, path: str, story: str) -> None:
    """Write the digest of a file's story when it became another file's article.

    Empty: it has an article of its own.
    """
    write(db, "UPDATE files SET story = ? WHERE path = ?", (story, path))


def put_all(db: Database, read: Iterable[ReadFile], at: datetime) -> None:
    """Write of many files what `put` writes of one."""
    since = milliseconds(at)
    rows_of_files = [
        (path, *mark, article, None, warning or None, since)
        for path, mark, article, warning in read
    ]
    with transaction(db):
        db.conn.executemany(_PUT, rows_of_files)


def reject(
    db: Database, path: str, mark: tuple[int, int, int], reason: str, at: datetime
) -> bool:
    """Write why a file is not an article; what it was before stays known.

    Return True if that is new.
    """
    before = row(db, "SELECT article, reason FROM files WHERE path = ?", (path,))
    write(
        db,
        _PUT,
        (
            path,
            *mark,
            before["article"] if before else None,
            reason,
            None,
            milliseconds(at),
        ),
    )
    return before is None or before["reason"] != reason


def rejected(db: Database, most: int = 1_000) -> list[Rejected]:
    """Return the rejected files by path."""
    sql = "SELECT path, reason, since FROM files WHERE reason IS NOT NULL ORDER BY path LIMIT ?"
    return [
        Rejected(found["path"], found["reason"], moment(found["since"]))
        for found in rows(db, sql, (most,))
    ]


def warned(db: Database, most: int = 1_000) -> list[Rejected]:
    """Return the files of which something could not be read, by path.

    The reason says what that is.
    """
    sql = "SELECT path, warning, since FROM files WHERE warning IS NOT NULL ORDER BY path LIMIT ?"
    return [
        Rejected(found["path"], found["warning"], moment(found["since"]))
        for found in rows(db, sql, (most,))
    ]


def folders(db: Database) -> list[str]:
    """Return the folders that could not be read, as they were listed: with a `/` at the end."""
    sql = "SELECT path FROM files WHERE reason IS NOT NULL AND path LIKE '%/'"
    return column(db, sql)


def count(db: Database) -> int:
    """Return how many files are known."""
    return number(db, "SELECT count(*) FROM files WHERE path NOT LIKE '%/'")


def count_rejected(db: Database) -> int:
    """Return how many files are rejected."""
    return number(db, "SELECT count(*) FROM files WHERE reason IS NOT NULL")


def reread(db: Database, path: str) -> None:
    """Have the next scan read a file again, changed or not."""
    write(db, "UPDATE files SET size = -1 WHERE path = ?", (path,))


def forget(db: Database, path: str) -> None:
    """Forget a file that is gone."""
    write(db, "DELETE FROM files WHERE path = ?", (path,))
