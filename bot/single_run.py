"""The work of `paperboy run --once`: one scan, waiting updates, due messages. Does not connect."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from bot import scheduler
from bot.jobs import Jobs

#: How long `run --once` waits for the rate limits.
ONCE = timedelta(seconds=60)
#: Batches of an older database's index that a single run adds.
INDEX_BATCHES = 20
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SingleRun:
    """One pass over everything there is to do."""

    jobs: Jobs
    stop: asyncio.Event
    #: From `stop` to the end.
    stop_seconds: float

    async def work(self) -> None:
        """Scan, answer the updates that wait, deliver what is due. Raises Stopped on `stop`."""
        await self._scan()
        await self._unless_stopped(self._answer())
        await self._completed(self._deliver())
        await self._tell_editors()
        await self._unless_stopped(self.jobs.index(INDEX_BATCHES))

    async def _scan(self) -> None:
        telegram = self.jobs.telegram
        await self._unless_stopped(telegram.introduce())
        await self._unless_stopped(telegram.set_menus())
        report = await self._completed(self.jobs.poller.scan())
        await telegram.tell_editors(*report.notices)
        await self.jobs.begin_channels()
        await telegram.releaser.release(hurry=True)

    async def _tell_editors(self) -> None:
        telegram = self.jobs.telegram
        await self._completed(telegram.notifier.send())
        await self._completed(telegram.reporter.send())

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        return await scheduler.until_stopped(self.stop, work)

    async def _completed(self, work: Coroutine[Any, Any, T]) -> T:
        """Do as `_unless_stopped`, but let work under way come to its end for a while."""
        return await scheduler.until_stopped(self.stop, work, self.stop_seconds)

    async def _answer(self) -> None:
        """Answer the updates that arrive within a minute; the rest waits for the next run."""
        answering = self.jobs.telegram.polling.drain()
        try:
            await asyncio.wait_for(answering, ONCE.total_seconds())
        except TimeoutError:
            _log.warning(
                "the updates could not all be answered within a minute; they wait for the next run"
            )

    async def _deliver(self) -> None:
        """Deliver what is due within a minute."""
        jobs = self.jobs
        end = jobs.clock.monotonic() + ONCE.total_seconds()
        left = ONCE.total_seconds()
        while left > 0 and not self.stop.is_set():
            until = jobs.clock() + timedelta(seconds=left)
            ready = await jobs.telegram.courier.deliver(until)
            if ready is None or ready > until:
                return
            left = end - jobs.clock.monotonic()
