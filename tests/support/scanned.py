"""A folder of articles that tests have scanned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import settings
from bot.clock import Clock
from bot.domain.delivery import Channel
from bot.domain.topics import Taxonomy
from bot.ingest.poller import Poller
from bot.ingest.scanner import Scanner
from bot.planning.rules import Rules
from bot.store import counts, files
from bot.store.thread import Store

INTERVAL = 30.0


class ScannedFolder:
    """A folder with its scanner and poller, a store, and a clock that is set by hand."""

    def __init__(self, folder: Path, store: Store, **chosen: object) -> None:
        self.folder = folder
        self.store = store
        self.at = datetime.now(UTC) + timedelta(hours=1)
        feed = settings.Feed.model_validate(
            {"folder": folder, "settle_seconds": 0, "interval_seconds": INTERVAL}
            | chosen
        )
        rules = Rules(taxonomy=Taxonomy(()), channels=(Channel(chat=1),))
        self.scanner = Scanner(store, feed, lambda: rules, lambda: self.at)
        clock = Clock.of(lambda: self.at)
        self.poller = Poller(self.scanner, feed, clock)

    def write(self, name: str, title: str = "", **fields: str) -> Path:
        rows = {
            "title": title or f"The story of {name}",
            "webUrl": f"https://host.example/{name}",
            **fields,
        }
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(
            "---\n"
            + "".join(f"{key}: {value}\n" for key, value in rows.items())
            + "---\n"
        )
        return place

    async def rejected(self) -> dict[str, str]:
        return {one.path: one.reason for one in await self.store(files.rejected)}

    async def known(self) -> set[str]:
        return {path for path, *_ in await self.store(files.known)}

    async def articles(self) -> int:
        return await self.store(counts.articles)

    async def later(self, seconds: float) -> int:
        """Let time pass; return the number of files the next turn scanned, or -1 for none at all."""
        self.at += timedelta(seconds=seconds)
        report = await self.poller.scan_if_due()
        return -1 if report is None else report.files
