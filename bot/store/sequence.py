"""Sequence numbers: the order in which things were written down. Says nothing of when.

What came first is decided by these numbers, never by instants: a clock may be wrong, and be set.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.database import number, transaction, write


def take(db: Database, count: int = 1) -> int:
    """Take `count` numbers above all others, for rows of the same commit; return the first."""
    with transaction(db):
        sql = "UPDATE sequence SET last = last + ? RETURNING last - ?"
        return int(db.conn.execute(sql, (count, count - 1)).fetchone()[0])


def last(db: Database) -> int:
    """Return the last number that was taken."""
    return number(db, "SELECT last FROM sequence")


def last_from_clock(db: Database) -> int:
    """Return the last number that an upgrade made from an instant; 0: none."""
    return number(db, "SELECT from_clock FROM sequence")


def forget_clock(db: Database) -> None:
    """Forget which numbers were made from instants, once what they hid was found."""
    if last_from_clock(db):
        write(db, "UPDATE sequence SET from_clock = 0")
