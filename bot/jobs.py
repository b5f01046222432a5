"""The jobs of a running bot: what each does when it is due. Plans no times and sends nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import health
from bot.clock import Clock
from bot.domain.rate_limit import RateLimiter
from bot.ingest.poller import Poller
from bot.publish.channels import Channels
from bot.scheduler import Scheduler
from bot.settings import Settings
from bot.stalled import StalledJobs
from bot.store import articles, indexing, pruning
from bot.store.database import Database
from bot.store.thread import Store

if TYPE_CHECKING:
    from bot.session.connection import Connection

#: How long one run of the delivery job waits for messages that the rate limits hold back.
LINGER = timedelta(seconds=2)
#: Seconds between two runs of the delivery job that nothing asked for, and of tidying.
DELIVERY = 5.0
TIDYING = 600.0
#: Seconds between two batches of an older database's index, in which others can use the store.
INDEXING = 0.2
#: Seconds between two checks of what waits for its date or for an editor, besides those when due.
RELEASE = 30.0
#: Seconds between two questions to Telegram whether it still calls us.
WEBHOOK = 300.0
#: Batches of each kind that one run of tidying deletes at most.
BATCHES = 100
#: Seconds between two batches, in which others can use the store.
BATCH_PAUSE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """What the jobs work with."""

    settings: Settings
    schedule: Scheduler
    poller: Poller
    channels: Channels
    telegram: Connection
    store: Store
    pace: RateLimiter
    clock: Clock
    #: Called when there may be something to send.
    wake: Callable[[], None]
    stalled: StalledJobs = field(default_factory=StalledJobs)

    def plan(self, *, webhook: bool = False) -> None:
        """Put the jobs on the schedule, which begins them. webhook: Telegram calls us."""
        interval = self.settings.feed.interval_seconds
        every = self.schedule.every
        every("scan", interval, self._scan)
        every("scan changes", interval, self._scan_changes)
        every("release", RELEASE, self._release)
        every("deliver", DELIVERY, self._deliver)
        every("tell editors", DELIVERY, self._tell_editors)
        every("tidy", TIDYING, self._tidy)
        every("index", TIDYING, self._index)
        if webhook:
            every("webhook", WEBHOOK, self.telegram.registration.check)
        self.telegram.notifier.nudge = self._nudge_editors

    def folder_changed(self) -> None:
        """Scan what the system reported."""
        self.schedule.nudge("scan changes")
        self.schedule.nudge("scan")

    async def begin_channels(self) -> int:
        """Apply the start of new channels, once a whole scan has recorded their newest articles.

        A scan that found no article does not count: the folder may not be mounted yet.
        """
        if self.poller.scanned is None or self.channels.all_begun:
            return 0
        if not await self.store(articles.any_):
            return 0
        waiting, notices = await self.channels.begin(
            self.settings, os.environ, self.clock()
        )
        await self.telegram.tell_editors(*notices)
        return waiting

    async def _scan(self) -> float | None:
        report = await self.poller.scan_if_due(lambda done, of: self.wake())
        if report:
            await self.telegram.tell_editors(*report.notices)
            self._nudge_editors()
            self.schedule.nudge("scan changes")
        begun = await self.begin_channels()
        if begun or (report and report.news):
            self.wake()
        if begun or report:
            self.schedule.nudge("release")
        return self.poller.next

    async def _scan_changes(self) -> None:
        report = await self.poller.scan_reported()
        if report is None:
            return
        if report.news:
            self.wake()
            self.schedule.nudge("scan")  # a whole scan may be due by now
            self.schedule.nudge("release")
        self._nudge_editors()

    def _nudge_editors(self) -> None:
        self.schedule.nudge("tell editors")

    async def _release(self) -> float | None:
        return self._seconds_until(await self.telegram.releaser.release())

    async def _deliver(self) -> float | None:
        until = self.clock() + LINGER
        return self._seconds_until(await self.telegram.courier.deliver(until))

    async def _tell_editors(self) -> float | None:
        await self._tell_stalled()
        notices_due = await self.telegram.notifier.send()
        reports_due = await self.telegram.reporter.send()
        due = [moment for moment in (notices_due, reports_due) if moment]
        return self._seconds_until(min(due, default=None))

    async def _tell_stalled(self) -> None:
        stalled = health.stalled_jobs(self.schedule, self.clock)
        well = self.schedule.well()
        await self.stalled.report(self.telegram.notifier, stalled, well=well)

    def _seconds_until(self, moment: datetime | None) -> float | None:
        return (moment - self.clock()).total_seconds() if moment else None

    async def _tidy(self) -> None:
        self.pace.forget_idle(self.clock())
        failed: list[Exception] = []
        for prune in pruning.PRUNES:
            try:
                await self._prune(prune)
            except Exception as error:  # it must not keep the others
                failed.append(error)
        if self.telegram.channel_lookup.unknown:
            await self.telegram.channel_lookup.resolve()
        if failed:
            raise failed[0]

    async def index(self, batches: int = 1) -> bool:
        """Index up to `batches` batches of an older database's articles.

        Return True if there may be more.
        """
        for _ in range(batches):
            if not await self.store(indexing.build):
                return False
        return True

    async def _index(self) -> float | None:
        return INDEXING if await self.index() else None

    async def _prune(self, prune: Callable[[Database, datetime], int]) -> None:
        """Delete old rows, one batch at a time; after `BATCHES` the rest waits."""
        for _ in range(BATCHES):
            if await self.store(prune, self.clock()) < pruning.PIECE:
                return
            await asyncio.sleep(BATCH_PAUSE)
