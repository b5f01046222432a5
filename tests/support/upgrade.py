"""Databases as earlier versions of Paperboy left them, made by running their own code. Not a test by itself.

`lived` runs `tests/before/life.py` with the code of d2f2f24, once for a whole run of the tests; `upgraded` is today's
bot on a copy of what it left, with the same chats in the sandbox. A change of the schema, of how files are read, of how
stories are told apart is tried on it: an upgrade sends, edits and deletes nothing.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from bot.app import App
from bot.rendering.loading import words
from bot.sandbox import Chat, Person, Sandbox
from bot.settings import Settings
from bot.store import migrations
from bot.store.database import Database, open_database, rows
from tests.support import history
from tests.support.paths import ROOT, TESTS

#: The commit whose databases must go on: the first that was in use.
COMMIT = "d2f2f24aaf671b141d45c9f67ca9086271c82c46"
LIFE = TESTS / "before" / "life.py"
#: When the life of before ends; the clock of the upgraded bot goes on from here.
AFTER = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = "7000000001:AA" + "b" * 33
#: Eddie.
EDITOR = 5_000_001_007
#: What goes out to a chat, or changes what is there.
_SENDS = ("send", "editMessage", "deleteMessage", "copy", "forward", "pin")


def lived(base: Path, past: Path | None = None) -> Path:
    """Return a folder with `articles`, `quiet.db` and, without `past`, `busy.db`; made under `base` where missing."""
    home = base / ("life" if past is None else "past")
    with FileLock(base / f"{home.name}.lock"):
        if not (home / "done").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            _run(_code(base / f"code-{home.name}"), home, past)
            (home / "done").touch()
    return home


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What a life with articles of our own left behind: see `lived`. Not to be changed; take a `copy`."""
    base = tmp_path_factory.getbasetemp()
    return lived(base if worker_id == "master" else base.parent)


def copy(before: Path, home: Path, name: str = "quiet") -> Path:
    """Copy the folder and the database `name` into `home`; return the database's path."""
    shutil.copytree(before / "articles", home / "articles")
    return Path(shutil.copy(before / f"{name}.db", home / "paperboy.db"))


def opened(before: Path, home: Path, name: str = "quiet") -> Database:
    """Return a copy of the database `name`, brought up to date."""
    return open_database(copy(before, home, name))


def asked(database: Path) -> Database:
    """Return an open database that nothing can be written to."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return Database(connection)


def deliveries(database: Path) -> Counter[tuple[Any, ...]]:
    """Return every delivery as far as an upgrade must not change it."""
    with closing(asked(database)) as db:
        columns = f"article, chat, edition, state, {edit_column(db)}"
        return Counter(
            tuple(one) for one in rows(db, f"SELECT {columns} FROM deliveries")
        )


def edit_column(db: Database) -> str:
    """Return the column that tells when a post is to be edited: `revise` before step 0014."""
    return "edit_due" if "edit_due" in db.table("deliveries").columns_dict else "revise"


def at_step(name: str) -> Database:
    """Return an empty database in memory as it is before a step of the migrations."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    db = Database(connection)
    migrations.paperboy.apply(db, stop_before=name)
    return db


def bring_up_to_date(db: Database) -> None:
    """Apply the steps that a database lacks."""
    migrations.paperboy.apply(db)


@dataclass
class Upgraded:
    """Today's bot on what was left behind; its chats are those of before."""

    sandbox: Sandbox
    settings: Settings
    at: datetime = AFTER

    @property
    def folder(self) -> Path:
        return self.settings.feed.folder

    @property
    def database(self) -> Path:
        return self.settings.store.database

    def touch(self) -> None:
        """Let every file look as if it had just been written."""
        for path in filter(Path.is_file, self.folder.rglob("*")):
            os.utime(path, (self.at.timestamp(), self.at.timestamp()))

    async def run(self) -> int:
        """Run once, a minute later; return how much is left waiting."""
        self.at += timedelta(minutes=1)
        async with App.opened(self.settings, words(None), lambda: self.at) as app:
            return await app.run_once()

    def went_out(self, *, to_editor: bool = True) -> list[tuple[str, str]]:
        """Return the method and the text of each call that sent, edited or deleted something."""
        calls = [call for call in self.sandbox.calls if call.method.startswith(_SENDS)]
        calls = [
            call
            for call in calls
            if to_editor or str(call.params.get("chat_id")) != str(EDITOR)
        ]
        return [
            (call.method, str(call.params.get("text", call.params))) for call in calls
        ]


@asynccontextmanager
async def upgraded(
    before: Path, home: Path, name: str = "quiet", **sections: Any
) -> AsyncIterator[Upgraded]:
    """Open today's bot on a copy of what was left behind; it has not run yet."""
    copy(before, home, name)
    bot: list[Upgraded] = []
    async with Sandbox(
        clock=lambda: bot[0].at if bot else AFTER, token=TOKEN
    ) as sandbox:
        inhabit(sandbox)
        sandbox.world.go_on_after(1_000)
        sandbox.updates._next_id += 1_000
        bot.append(Upgraded(sandbox, _settings(home, sandbox, sections)))
        yield bot[0]


def inhabit(sandbox: Sandbox) -> tuple[Chat, list[Person]]:
    """Put the chats of `life.py` into a sandbox, under the same numbers."""
    world = sandbox.world
    daily = world.add_channel("Paperboy Daily", username="paperboy_daily")
    world.add_channel("Space", username="paperboy_space")
    people = [world.add_person(name) for name in ("Ann", "Bob", "Cid", "Dot", "Eddie")]
    for person in people:
        world.open_private(person)
    world.add_group("Readers", members=people[:2], admins=people[:1])
    return daily, people


def _settings(home: Path, sandbox: Sandbox, sections: dict[str, Any]) -> Settings:
    told: dict[str, Any] = {
        "telegram": {
            "token": sandbox.token,
            "api_base_url": sandbox.base_url,
            "admins": [EDITOR],
        },
        "feed": {
            "folder": str(home / "articles"),
            "first_run": 3,
            "settle_seconds": 0,
            "unpublished": "hold",
        },
        "store": {"database": str(home / "paperboy.db")},
        "channels": [
            {"chat": "@paperboy_daily"},
            {"chat": "@paperboy_space", "topics": ["Space"]},
        ],
        "pace": {
            "messages_per_second": 10_000,
            "per_chat_seconds": 0,
            "per_group_minute": 100_000,
        },
        "delivery": {"edit_seconds": 0},
    }
    for name, values in sections.items():
        told[name] = (
            {**told.get(name, {}), **values} if isinstance(values, dict) else values
        )
    return Settings(**told)


def _code(place: Path) -> Path:
    """Unpack the code of COMMIT, and the tests' files that `life.py` takes from it; skip where git does not have it."""
    wanted = ("bot", "config", "data", "tests/history.py", "tests/story/documents.py")
    done = subprocess.run(
        ["git", "archive", COMMIT, *wanted], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(
            f"the history of this clone does not hold {COMMIT[:7]}, whose code makes the database"
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(place, filter="data")
    return place


def _run(code: Path, home: Path, past: Path | None) -> None:
    environ = {**os.environ, "PYTHONPATH": str(code), "PYTHONWARNINGS": "ignore"}
    told = [sys.executable, "-P", str(LIFE), str(home), *([str(past)] if past else [])]
    done = subprocess.run(
        told, cwd=code, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def eleven_months(base: Path) -> Path:
    """Return what the real feed's eleven months left behind; skip where they are not here."""
    return lived(base, history.PAST)
