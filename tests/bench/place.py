"""Where a run of the benchmarks works: the library of articles and the databases over it, made once and used again."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.topics import Taxonomy
from bot.ingest.scanner import Scanner
from bot.planning.rules import Rules
from bot.settings import Feed
from bot.store import follows
from bot.store.database import milliseconds, open_database, transaction
from bot.store.thread import Store
from tests.bench import documents

#: Follows and readers began then.
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
#: Telegram's number of the first reader.
FIRST_READER = 100_000_001


@dataclass(slots=True)
class Place:
    """A working directory. `small`: a smoke run; every count is a fraction, and nothing is waited for."""

    root: Path
    small: bool = False
    times: int = 5
    _made: dict[str, Path] = field(default_factory=dict)

    def size(self, full: int, small: int) -> int:
        """Return a count of this run."""
        return small if self.small else full

    def articles(self, count: int) -> Path:
        """Return the folder of a library of so many articles."""
        folder = self.root / f"articles-{count}"
        if folder.name not in self._made:
            documents.write(folder, count)
            self._made[folder.name] = folder
        return folder

    def scanned(self, count: int) -> Path:
        """Return a database that knows the library of so many articles. Not to be written to; see `copy`."""
        database = self.root / f"scanned-{count}.db"
        if database.name not in self._made:
            with closing(Store(database)) as store:
                scan = scanner(store, self.articles(count)).scan()
                assert asyncio.run(scan).files == count
            self._made[database.name] = database
        return database

    def copy(self, database: Path) -> Path:
        """Return a copy of a closed database to work on, on the disk and without a log of the last one's."""
        for file in self.root.glob("copy.db*"):
            file.unlink()
        copied = Path(shutil.copy(database, self.root / "copy.db"))
        os.sync()
        return copied

    @contextmanager
    def empty(self) -> Iterator[Path]:
        """Give an empty folder for the time of the block."""
        folder = self.root / "fresh"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
            for file in self.root.glob("fresh.db*"):
                file.unlink()


def scanner(store: Store, folder: Path) -> Scanner:
    """Return what looks at a folder, without channels."""
    return Scanner(
        store,
        Feed(folder=folder),
        lambda: Rules(taxonomy=Taxonomy(())),
        lambda: datetime.now(UTC),
    )


def settings(folder: Path, database: Path, **more: str) -> dict[str, str]:
    """Return the variables of a bot over a folder and a database."""
    return {
        "PAPERBOY_FEED__FOLDER": str(folder),
        "PAPERBOY_STORE__DATABASE": str(database),
        "PAPERBOY_FEED__FIRST_RUN": "0",
        "PAPERBOY_FEED__BULK_ABOVE": "1000000",  # what lands is dated long ago, or to come
        "PAPERBOY_FEED__FUTURE": "post",
        **more,
    }


def fill(database: Path, readers: int, names: tuple[str, ...], each: int = 1) -> None:
    """Let so many readers follow `each` of the topics, beginning at the reader's own place in the list."""
    with closing(open_database(database)) as db, transaction(db):
        topics = [follows.topic(db, name).id for name in names]
        begun = milliseconds(LONG_AGO)
        db.conn.executemany(
            "INSERT INTO chats (chat_id, kind, title, begun) VALUES (?, 'private', ?, ?)",
            ((FIRST_READER + one, f"R{one}", begun) for one in range(readers)),
        )
        first = db.conn.execute(
            "SELECT id FROM chats WHERE chat_id = ?", (FIRST_READER,)
        ).fetchone()[0]
        db.conn.executemany(
            "INSERT INTO follows (topic, chat, since) VALUES (?, ?, ?)",
            (
                (topics[(one + step) % len(topics)], first + one, begun)
                for one in range(readers)
                for step in range(each)
            ),
        )


def count(database: Path, sql: str) -> int:
    """Return the one number a query answers with."""
    with closing(open_database(database)) as db:
        return int(db.conn.execute(sql).fetchone()[0])
