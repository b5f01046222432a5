"""Merges two rows of one article, or of one chat. Decides neither which nor when.

What went out, or may have, under either of them counts for the one that is kept, so that nothing is
posted again.
"""

from __future__ import annotations

from typing import Literal

from sqlite_utils import Database

from bot.store.database import column, row, transaction, write


def articles(db: Database, kept: int, other: int) -> None:
    """Merge article `other` into `kept`: addresses, files, copies and deliveries.

    `other` stays as a copy without an address; what waits of it and has no place under `kept` is
    skipped.
    """
    with transaction(db):
        write(
            db,
            "UPDATE OR IGNORE aliases SET article = ? WHERE article = ?",
            (kept, other),
        )
        write(db, "DELETE FROM aliases WHERE article = ?", (other,))
        write(db, "UPDATE files SET article = ? WHERE article = ?", (kept, other))
        first = _first(db, kept, other)
        write(
            db,
            "UPDATE articles SET copy_of = ?, "
            "edition = max(edition, (SELECT o.edition FROM articles o WHERE o.id = ?)) "
            "WHERE id = ?",
            (first, other, kept),
        )
        write(
            db,
            "UPDATE articles SET copy_of = ? WHERE copy_of = ? AND id <> ?",
            (kept if first is None else first, other, kept),
        )
        write(
            db,
            "UPDATE articles SET copy_of = ?, file = NULL WHERE id = ?",
            (kept, other),
        )
        _deliveries(db, "article", kept, other)
        sql = (
            "UPDATE deliveries SET state = 'skipped' WHERE article = ? "
            "AND state IN ('pending', 'held')"
        )
        write(db, sql, (other,))
        write(
            db,
            "UPDATE OR IGNORE fanouts SET article = ? WHERE article = ?",
            (kept, other),
        )
        write(db, "DELETE FROM fanouts WHERE article = ?", (other,))


def joined(db: Database, kept: int) -> list[int]:
    """Return the articles merged into this one; their second posts in a chat are still theirs."""
    sql = (
        "SELECT id FROM articles a WHERE copy_of = ? AND NOT EXISTS (SELECT 1 FROM aliases "
        "WHERE article = a.id)"
    )
    return column(db, sql, (kept,))


def chats(db: Database, kept: int, other: int) -> None:
    """Merge chat `other` into `kept`, whose own rows win, and delete `other`."""
    with transaction(db):
        _deliveries(db, "chat", kept, other)
        write(db, "UPDATE OR IGNORE follows SET chat = ? WHERE chat = ?", (kept, other))
        write(db, "UPDATE attempts SET chat = ? WHERE chat = ?", (kept, other))
        write(db, "DELETE FROM deliveries WHERE chat = ?", (other,))
        write(db, "DELETE FROM follows WHERE chat = ?", (other,))
        write(db, "DELETE FROM chats WHERE id = ?", (other,))


def _first(db: Database, kept: int, other: int) -> int | None:
    """Return what `kept` is a copy of afterwards: nothing, unless both were copies."""
    sql = (
        "SELECT k.copy_of FROM articles k JOIN articles o ON o.id = ? "
        "WHERE k.id = ? AND k.copy_of <> o.id AND o.copy_of <> k.id"
    )
    found = row(db, sql, (other, kept))
    return int(found["copy_of"]) if found else None


def _deliveries(
    db: Database, column: Literal["article", "chat"], kept: int, other: int
) -> None:
    """Move deliveries of `other` to `kept`; of two with one key, the one that went out stays."""
    key = "chat" if column == "article" else "article"
    out = "('sending', 'doubtful', 'sent')"
    write(
        db,
        f"DELETE FROM deliveries WHERE {column} = ? AND state NOT IN {out} AND EXISTS (SELECT 1 "
        "FROM deliveries o "
        f"WHERE o.{column} = ? AND o.{key} = deliveries.{key} AND o.edition = deliveries.edition "
        f"AND o.state IN {out})",
        (kept, other),
    )
    write(
        db,
        f"UPDATE OR IGNORE deliveries SET {column} = ? WHERE {column} = ?",
        (kept, other),
    )
