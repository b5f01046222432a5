"""Files that whole scans did not find. Reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from bot.store.database import json_list, number, row, transaction, write


def count_moved(db: Database, missing: Sequence[str]) -> int:
    """Return how many of some missing files have an article that a file elsewhere has now."""
    sql = (
        "WITH missing AS (SELECT value AS path FROM json_each(?)) "
        "SELECT count(*) FROM missing JOIN files f USING (path) "
        "WHERE EXISTS (SELECT 1 FROM files o WHERE o.article = f.article "
        "AND o.reason IS NULL AND o.missing = 0 "
        "AND o.path NOT IN missing)"
    )
    return number(db, sql, (json_list(missing),))


def count_missed(db: Database, missing: Sequence[str]) -> int:
    """Return how many of some missing files were missing in the whole scan before, too."""
    sql = (
        "SELECT count(*) FROM files "
        "WHERE missing > 0 AND path IN (SELECT value FROM json_each(?))"
    )
    return number(db, sql, (json_list(missing),))


def miss(db: Database, paths: Iterable[str]) -> list[tuple[str, int | None]]:
    """Count one more whole scan without these files.

    Return (path, article) of those missing for the second time.
    """
    with transaction(db):
        gone = []
        for path in paths:
            write(db, "UPDATE files SET missing = missing + 1 WHERE path = ?", (path,))
            found = row(
                db, "SELECT article FROM files WHERE path = ? AND missing >= 2", (path,)
            )
            if found:
                gone.append((path, found["article"]))
    return gone
