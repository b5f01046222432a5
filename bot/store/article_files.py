"""Which files belong to an article, and which file somebody means by a name. Reads no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from bot.store.database import column, exists, json_list, rows
from bot.store.files import UNKNOWN

_NAMED = "SELECT path, article, coalesce(reason, '') FROM files"


@dataclass(frozen=True, slots=True)
class Named:
    """A file that somebody named, and the article that it was last read as."""

    path: str
    article: int | None
    #: Why it is not an article now; empty: it is one.
    reason: str


def of_article(db: Database, article: int) -> list[str]:
    """Return the paths of this article's living files, by path."""
    sql = (
        "SELECT path FROM files "
        "WHERE article = ? AND reason IS NULL AND missing = 0 ORDER BY path"
    )
    return column(db, sql, (article,))


def known_of(db: Database, article: int) -> list[str]:
    """Return the paths of all known files of this article, also of rejected and missing ones."""
    return column(
        db, "SELECT path FROM files WHERE article = ? ORDER BY path", (article,)
    )


def unknown_repeats(db: Database, addresses: Sequence[str], size: int) -> list[str]:
    """Return the files of this size that repeat an article at one of these addresses.

    Only those that an earlier version of ours read.
    """
    sql = (
        "SELECT path FROM files WHERE story = ? AND size = ? AND article IN "
        "(SELECT article FROM aliases WHERE identity IN (SELECT value FROM json_each(?))) "
        "ORDER BY path"
    )
    return column(db, sql, (UNKNOWN, size, json_list(addresses)))


def any_of(db: Database, article: int) -> bool:
    """Return True if any file of this article is known, also a rejected or missing one."""
    return exists(db, "SELECT 1 FROM files WHERE article = ? LIMIT 1", (article,))


def named(db: Database, name: str, most: int = 1_000) -> list[Named]:
    """Return the file of a path, else those of a name without the folders, by path."""
    found = rows(db, f"{_NAMED} WHERE path = ?", (name,))
    if not found and name and "/" not in name:
        sql = f"{_NAMED} WHERE path LIKE ? ESCAPE '\\' ORDER BY path LIMIT ?"
        found = rows(db, sql, (_in_any_folder(name), most))
    return [Named(*one) for one in found]


def _in_any_folder(name: str) -> str:
    """Return the pattern of the paths that end in a file's name."""
    return "%/" + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
