"""Rows of facts about the database itself. Decides nothing."""

from __future__ import annotations

from enum import StrEnum

from sqlite_utils import Database

from bot.store.database import row, write


class Fact(StrEnum):
    """The name of a fact."""

    #: A random id, made with the database. A backup has the id of the database it was taken from.
    DATABASE = "database"
    #: When the bot that runs, or ran last, began (milliseconds since 1970).
    STARTED = "started"
    #: When a backup took this database's place (milliseconds since 1970); absent: never, or the
    #: scan after it is done.
    RESTORED = "restored"
    #: The last sequence number of the backup that took this database's place; absent: none ever
    #: did.
    RESTORED_AFTER = "restored_after"
    #: When the last whole scan that found articles ended (milliseconds since 1970). Not written
    #: again within ten minutes, so up to ten minutes old.
    SCANNED = "scanned"
    #: The last article that was there at the first whole scan or when a channel began: no arrival.
    ARCHIVE = "archive"
    #: Since when expired articles are hidden (milliseconds since 1970); absent: always. An earlier
    #: version posted it.
    EXPIRING = "expiring"
    #: What was last decided about a bulk arrival without an editor, in words.
    BULK_SKIPPED = "bulk_skipped"
    #: The last delivery whose payload was shortened (`store.pruning`); absent: none.
    PRUNED = "pruned"
    #: The last attempt when the clock was last set, ":", and by how many milliseconds the clock was
    #: set since that attempt (`store.clock_shifts`); absent: never.
    CLOCK_SET = "clock_set"
    #: The last article that `store.indexing` has still to index, from which it goes down; absent:
    #: none.
    UNINDEXED = "unindexed"


def get(db: Database, fact: Fact) -> str | None:
    """Return a fact, or None when it is not known."""
    found = row(db, "SELECT value FROM facts WHERE name = ?", (fact.value,))
    return found["value"] if found else None


def put(db: Database, fact: Fact, value: str) -> None:
    """Write a fact over what was known before."""
    write(
        db,
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (fact.value, value),
    )


def moment(db: Database, fact: Fact) -> int | None:
    """Return a fact that is a moment, or None when it is not known."""
    value = get(db, fact)
    return None if value is None else int(value)


def forget(db: Database, fact: Fact) -> None:
    """Forget a fact."""
    write(db, "DELETE FROM facts WHERE name = ?", (fact.value,))
