"""Eleven months of the real feed, fed to the whole bot: `python -m tests.history` prints what came of it.

Each day's writes are made in their order, with their times, in a real folder; then the bot runs once, as from a cron
host (`paperboy run --once`), against the sandbox over HTTP, by a clock that stands at that day's end. `--each` lets it
run after every moment at which something was written instead, so that it sees each change.
"""

from __future__ import annotations

import asyncio
import json
import lzma
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from bot.app import App
from bot.rendering.loading import words
from bot.sandbox import Chat, Sandbox
from bot.settings import Settings
from tests.support.paths import REAL_FEED

PAST = REAL_FEED / "history.jsonl.xz"


@dataclass(frozen=True, slots=True)
class Write:
    """A file was written, or removed where there is no text."""

    at: datetime
    path: str
    text: str | None


@dataclass
class Outcome:
    """What came of a history."""

    sandbox: Sandbox
    channel: Chat
    database: Path
    writes: int = 0
    scans: int = 0
    left: int = 0

    def calls(self, method: str, *, ok: bool = True) -> int:
        """How many calls of a method Telegram took, or refused."""
        return sum(call.ok is ok for call in self.sandbox.calls.of(method))

    def report(self) -> dict[str, int]:
        """The figures that a person asks for."""
        edits = (
            "editMessageText",
            "editMessageCaption",
            "editMessageMedia",
            "editMessageReplyMarkup",
        )
        return {
            "writes": self.writes,
            "scans": self.scans,
            "files": _count(self.database, "files"),
            "articles": _count(self.database, "articles", "copy_of IS NULL"),
            "copies": _count(
                self.database,
                "articles",
                "copy_of IS NOT NULL AND id IN (SELECT article FROM aliases)",
            ),
            "merges": _count(
                self.database,
                "articles",
                "copy_of IS NOT NULL AND id NOT IN (SELECT article FROM aliases)",
            ),
            "aliases": _count(self.database, "aliases")
            - _count(self.database, "articles"),
            "posts": self.calls("sendMessage"),
            "edits": sum(self.calls(method) for method in edits),
            "refused": sum(not call.ok for call in self.sandbox.calls),
            "waiting": self.left,
        }


def writes(path: Path = PAST) -> Iterator[Write]:
    """Read a history, in its order."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            yield Write(
                datetime.fromisoformat(told["t"]).astimezone(UTC),
                told["path"],
                told["text"],
            )


def days(past: Iterable[Write]) -> Iterator[tuple[datetime, list[Write]]]:
    """Part a history by days; each comes with the moment of its scan, the day's end."""
    for day, told in groupby(past, key=lambda one: one.at.date()):
        yield (
            datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1),
            list(told),
        )


def moments(past: Iterable[Write]) -> Iterator[tuple[datetime, list[Write]]]:
    """Part a history by the moments something was written; each comes with that of its scan, a second later."""
    for at, told in groupby(past, key=lambda one: one.at):
        yield at + timedelta(seconds=1), list(told)


def put(folder: Path, one: Write) -> None:
    """Write a file as its source did."""
    place = folder / one.path
    if one.text is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(one.text, encoding="utf-8")
    os.utime(place, (one.at.timestamp(), one.at.timestamp()))


async def replay(home: Path, past: Iterable[tuple[datetime, list[Write]]]) -> Outcome:
    """Let the bot live through a history in the folder `home`; return what came of it."""
    at = [datetime(2021, 1, 1, tzinfo=UTC)]
    templates = words(None)
    async with Sandbox(clock=lambda: at[0], journal=500_000) as sandbox:
        channel = sandbox.world.add_channel("Paperboy Daily", username="paperboy_daily")
        settings = _settings(home, sandbox)
        outcome = Outcome(sandbox, channel, settings.store.database)
        settings.feed.folder.mkdir()
        for end, told in past:
            for one in told:
                put(settings.feed.folder, one)
            at[0] = end
            async with App.opened(settings, templates, lambda: at[0]) as app:
                outcome.left = await app.run_once()
            outcome.writes += len(told)
            outcome.scans += 1
        return outcome


def _settings(home: Path, sandbox: Sandbox) -> Settings:
    """Return the settings of a history: every article there is, copies found as shipped, no pace to wait for."""
    told = {
        "telegram": {"token": sandbox.token, "api_base_url": sandbox.base_url},
        "feed": {
            "folder": str(home / "articles"),
            "first_run": "all",
            "settle_seconds": 0,
        },
        "store": {"database": str(home / "paperboy.db")},
        "channels": [{"chat": "@paperboy_daily"}],
        "pace": {
            "messages_per_second": 10_000,
            "per_chat_seconds": 0,
            "per_group_minute": 100_000,
        },
        "delivery": {"edit_seconds": 0},
    }
    return Settings(**told)


def _count(database: Path, table: str, where: str = "1") -> int:
    with closing(sqlite3.connect(database)) as db:
        found: tuple[int] = db.execute(
            f"SELECT count(*) FROM {table} WHERE {where}"
        ).fetchone()
    return found[0]


def main() -> None:
    if not PAST.is_file():
        sys.exit(
            f"{PAST} is not there: REAL_FEED must name the folder of real documents"
        )
    with tempfile.TemporaryDirectory(prefix="paperboy-history-") as home:
        parted = moments if "--each" in sys.argv else days
        outcome = asyncio.run(replay(Path(home), parted(writes())))
        for name, figure in outcome.report().items():
            print(f"{name:10} {figure:6,}")


if __name__ == "__main__":
    main()
