"""The jobs of a running bot: what each does when it is due. Plans no times and sends nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import health
from bot.clock import Clock
from bot.domain.notices import Alert, Notice
from bot.domain.rate_limit import RateLimiter
from bot.errors import PaperboyError
from bot.ingest.poller import Poller
from bot.publish.channels import Channels
from bot.scheduler import Scheduler
from bot.session import Connection
from bot.settings import Settings
from bot.store import articles, indexing, pruning
from bot.store.database import Database
from bot.store.thread import Store

#: How long one run of the delivery job waits for messages that the rate limits hold back.
LINGER = timedelta(seconds=2)
#: Seconds between two runs of the delivery job that nothing asked for, and of housekeeping.
DELIVERY = 5.0
HOUSEKEEPING = 600.0
#: Seconds between two batches of an older database's index, in which others can use the store.
INDEXING = 0.2
_log = logging.getLogger(__name__)
#: Seconds between two checks of what waits for its date or for an editor, besides those when due.
RELEASE = 30.0
#: Seconds between two questions to Telegram whether it still calls us.
WEBHOOK = 300.0
#: Batches of each kind that one run of housekeeping deletes at most.
#: BREATH: seconds between two of them, in which others can use the store.
PIECES, BREATH = 100, 0.02


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
    #: There may be something to send.
    wake: Callable[[], None]
    #: Cause → the jobs it stalls, as the editors were told.
    stalled: dict[str, set[str]] = field(default_factory=dict)
    #: Notices of it that could not be written to the database, by their key.
    unwritten: dict[str, Notice] = field(default_factory=dict)
    #: The jobs that have run well: what an earlier process told of them is over.
    well: set[str] = field(default_factory=set)

    def plan(self, *, webhook: bool = False) -> None:
        """Put the jobs on the schedule, which begins them. webhook: Telegram calls us."""
        interval = self.settings.feed.interval_seconds
        self.schedule.every("scan", interval, self._scan)
        self.schedule.every("look", interval, self._look)
        self.schedule.every("release", RELEASE, self._release)
        self.schedule.every("deliver", DELIVERY, self._deliver)
        self.schedule.every("tell editors", DELIVERY, self._tell_editors)
        self.telegram.notifier.nudge = lambda: self.schedule.nudge("tell editors")
        self.schedule.every("keep house", HOUSEKEEPING, self._keep_house)
        self.schedule.every("index", HOUSEKEEPING, self._index)
        if webhook:
            self.schedule.every("webhook", WEBHOOK, self.telegram.registration.check)

    def told(self) -> None:
        """Note that the system reported a change in the folder."""
        self.schedule.nudge("look")
        self.schedule.nudge("scan")

    async def begin_channels(self) -> int:
        """Apply the start of new channels, once a whole scan has recorded their newest articles.

        A scan that found no article does not count: the folder may not be mounted yet.
        """
        if (
            self.poller.scanned is None
            or self.channels.all_begun
            or not await self.store(articles.any_)
        ):
            return 0
        waiting, told = await self.channels.begin(
            self.settings, os.environ, self.clock()
        )
        await self.telegram.tell_editors(*told)
        return waiting

    async def _scan(self) -> float | None:
        found = await self.poller.scan_if_due(lambda done, of: self.wake())
        await self.telegram.tell_editors(*(found.notices if found else ()))
        if await self.begin_channels() or (found and found.news):
            self.wake()
        self.schedule.nudge("look")
        self.schedule.nudge("release")
        return self.poller.next

    async def _look(self) -> None:
        found = await self.poller.scan_reported()
        if found and found.news:
            self.wake()
            self.schedule.nudge("scan")  # a whole scan may be due by now
            self.schedule.nudge("release")

    async def _release(self) -> float | None:
        return self._seconds_until(await self.telegram.releaser.release())

    async def _deliver(self) -> float | None:
        return self._seconds_until(
            await self.telegram.courier.deliver(self.clock() + LINGER)
        )

    async def _tell_editors(self) -> float | None:
        await self._tell_stalled()
        due = [await self.telegram.notifier.send(), await self.telegram.reporter.send()]
        return self._seconds_until(min((one for one in due if one), default=None))

    async def _tell_stalled(self) -> None:
        """Tell the editors once of each cause why jobs stand still, and once when it is over."""
        found = health.stalled_jobs(self.schedule, self.clock)
        for job, one in found.items():
            is_new = one.cause not in self.stalled
            self.stalled.setdefault(one.cause, set()).add(job)
            if is_new:
                _log.error("%s", one.reason)
                await self._alert(_notice(one.cause, one.about, one.reason))
        await self._all_clear({job for job in self.schedule.well() if job not in found})

    async def _alert(self, notice: Notice) -> None:
        try:
            await self.telegram.notifier.ask(notice)
        except (
            PaperboyError
        ):  # where the database is to blame, the notice can't be kept either
            await self.telegram.notifier.say(notice)
            self.unwritten[notice.key] = notice

    async def _all_clear(self, well: set[str]) -> None:
        """Tell the editors that causes are over which stop no job any more.

        That includes causes which an earlier process told them of.
        """
        for jobs in self.stalled.values():
            jobs -= well
        over = {cause for cause, jobs in self.stalled.items() if not jobs}
        new = well - self.well - self.stalled.keys()
        if new and health.DATABASE not in self.stalled:
            new.add(health.DATABASE)
        if not (over or new):
            return
        await self.telegram.notifier.all_clear(
            *(f"standing:{cause}" for cause in sorted(over | new))
        )
        for cause in over:
            del self.stalled[cause]
            if notice := self.unwritten.pop(f"standing:{cause}", None):
                await self.telegram.notifier.say(notice, over=True)
        self.well.update(well)

    def _seconds_until(self, moment: datetime | None) -> float | None:
        return (moment - self.clock()).total_seconds() if moment else None

    async def _keep_house(self) -> None:
        self.pace.forget_idle(self.clock())
        failed: list[Exception] = []
        for forget in pruning.PRUNES:
            try:
                await self._prune(forget)
            except Exception as error:  # it must not keep the others
                failed.append(error)
        if self.telegram.unknown:
            await self.telegram.resolve_channels()
        if failed:
            raise failed[0]

    async def index(self, pieces: int = 1) -> bool:
        """Index up to `pieces` batches of an older database's articles.

        Return True if there may be more.
        """
        for _ in range(pieces):
            if not await self.store(indexing.build):
                return False
        return True

    async def _index(self) -> float | None:
        return INDEXING if await self.index() else None

    async def _prune(self, forget: Callable[[Database, datetime], int]) -> None:
        """Delete old rows, one batch at a time; after `PIECES` batches the rest waits."""
        for _ in range(PIECES):
            if await self.store(forget, self.clock()) < pruning.PIECE:
                return
            await asyncio.sleep(BREATH)


def _notice(cause: str, about: str, reason: str) -> Notice:
    return Notice(
        key=f"standing:{cause}", alert=Alert.STANDING, about=about, reason=reason
    )
