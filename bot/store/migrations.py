"""The schema's migrations: one function per step, in order, never edited after it shipped.

The SQL of a step is `steps/NNNN_name.sql`; a function does what SQL alone can't. Step 0001
(`schema.sql`) is frozen: it is the schema of the first databases in use. Named so that
`sqlite-utils migrate data/paperboy.db` finds it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.store.steps import queue as queue_steps
from bot.store.steps import shared_addresses as address_steps

paperboy = Migrations("paperboy")
#: New articles enter the index in `recording`; rows of articles are never deleted.
SEARCHED_ANEW = """
CREATE TRIGGER articles_searched_anew AFTER UPDATE OF title, excerpt, provider ON articles
WHEN old.title <> new.title OR old.excerpt <> new.excerpt OR old.provider <> new.provider
BEGIN
  INSERT INTO articles_fts (articles_fts, rowid, title, excerpt, provider)
  VALUES ('delete', old.id, old.title, old.excerpt, old.provider);
  INSERT INTO articles_fts (rowid, title, excerpt, provider)
  VALUES (new.id, new.title, new.excerpt, new.provider);
END
"""


@paperboy(name="0001_foundation")
def foundation(db: Database) -> None:
    """Create every table, and the full-text index of `/search`."""
    _run(db, "schema.sql")
    db.table("articles").enable_fts(
        ["title", "excerpt", "provider"], tokenize="unicode61 remove_diacritics 2"
    )
    db.execute(SEARCHED_ANEW)


@paperboy(name="0002_facts")
def facts(db: Database) -> None:
    """Give every database an id of its own, which its backups share."""
    _run(db, "steps/0002_facts.sql")


@paperboy(name="0003_order")
def order(db: Database) -> None:
    """Number what happens in its order; rows of before are numbered by their instants."""
    _run(db, "steps/0003_order.sql")


@paperboy(name="0004_losses")
def losses(db: Database) -> None:
    """Count how often a delivery may have gone out without an answer."""
    _run(db, "steps/0004_losses.sql")


@paperboy(name="0005_notices")
def notices(db: Database) -> None:
    """Keep notices until each editor got them."""
    _run(db, "steps/0005_notices.sql")


@paperboy(name="0006_shared_addresses")
def shared_addresses(db: Database) -> None:
    """Let several articles share an address, and normalise the old ones."""
    _run(db, "steps/0006_shared_addresses.sql")
    address_steps.normalise(db)


@paperboy(name="0007_waits")
def waits(db: Database) -> None:
    """Say what an article waits for; one that was held waits for an editor."""
    _run(db, "steps/0007_waits.sql")


@paperboy(name="0008_inbox")
def inbox(db: Database) -> None:
    """Keep updates until they are handled."""
    _run(db, "steps/0008_inbox.sql")


@paperboy(name="0009_warnings")
def warnings(db: Database) -> None:
    """Keep what of a file's fields could not be read."""
    _run(db, "steps/0009_warnings.sql")


@paperboy(name="0010_day")
def day(db: Database) -> None:
    """Keep the day by an article's source, which need not be the day in UTC."""
    _run(db, "steps/0010_day.sql")


@paperboy(name="0011_readers")
def readers(db: Database) -> None:
    """Remember since when a reader is away; index the topics that articles carry."""
    _run(db, "steps/0011_readers.sql")


@paperboy(name="0012_search")
def search(db: Database) -> None:
    """Add an index for scripts without spaces, and keep searches whose pages can be turned."""
    _run(db, "steps/0012_search.sql")


@paperboy(name="0013_pending_answers")
def pending_answers(db: Database) -> None:
    """Keep the answers to editors that are edited when it is known what became of a post."""
    _run(db, "steps/0013_pending_answers.sql")


@paperboy(name="0014_queue")
def queue(db: Database) -> None:
    """Name the head of each queue, and until when a delivery sleeps, in columns of their own."""
    _run(db, "steps/0014_queue.sql")
    for trigger in queue_steps.triggers():
        db.execute(trigger)


@paperboy(name="0015_decided")
def decided(db: Database) -> None:
    """Keep what editors decided by buttons, and which file a post follows until it is sent."""
    _run(db, "steps/0015_decided.sql")


@paperboy(name="0016_given_up")
def given_up(db: Database) -> None:
    """Say what of a post was given up; before, only that there was a reason for something."""
    _run(db, "steps/0016_given_up.sql")


@paperboy(name="0017_one_index")
def one_index(db: Database) -> None:
    """Drop the index of before step 0012, unless the other is still to be built (`indexing`)."""
    if not db.execute("SELECT 1 FROM facts WHERE name = 'unindexed'").fetchone():
        _run(db, "steps/0017_one_index.sql")


def _run(db: Database, file: str) -> None:
    """Execute the statements of an SQL file in this folder."""
    for statement in _statements(
        Path(__file__).parent.joinpath(file).read_text(encoding="utf-8")
    ):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of `script`, a trigger as one; executescript would commit."""
    statement = ""
    for line in script.splitlines():
        statement += line.partition("--")[0].rstrip() + "\n"
        if sqlite3.complete_statement(statement):
            yield statement.strip().removesuffix(";")
            statement = ""
