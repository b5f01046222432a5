"""The work of `paperboy run --once`: one scan, waiting updates, due messages. Does not connect."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot import scheduler
from bot.jobs import Jobs

#: How long `run --once` waits for the rate limits.
ONCE = timedelta(seconds=60)
#: Batches of an older database's index that a single run adds.
INDEX_BATCHES = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SingleRun:
    """One pass over everything there is to do. farewell: seconds from `stop` to the end."""

    jobs: Jobs
    stop: asyncio.Event
    farewell: float

    async def work(self) -> None:
        """Scan, answer the updates that wait, deliver what is due. Raises Stopped on `stop`."""
        telegram, stop, farewell = self.jobs.telegram, self.stop, self.farewell
        await scheduler.unless(stop, telegram.introduce())
        await scheduler.unless(stop, telegram.set_menus())
        found = await scheduler.unless(stop, self.jobs.poller.scan(), farewell)
        await telegram.tell_editors(*found.notices)
        await self.jobs.begin_channels()
        await telegram.releaser.release(hurry=True)
        await scheduler.unless(stop, self._answer())
        await scheduler.unless(stop, self._deliver(), farewell)
        await scheduler.unless(stop, telegram.notifier.send(), farewell)
        await scheduler.unless(stop, telegram.reporter.send(), farewell)
        await scheduler.unless(stop, self.jobs.index(INDEX_BATCHES))

    async def _answer(self) -> None:
        """Answer the updates that arrive within a minute; the rest waits for the next run."""
        try:
            await asyncio.wait_for(
                self.jobs.telegram.polling.drain(), ONCE.total_seconds()
            )
        except TimeoutError:
            _log.warning(
                "the updates could not all be answered within a minute; they wait for the next run"
            )

    async def _deliver(self) -> None:
        end = self.jobs.clock.monotonic() + ONCE.total_seconds()
        while (left := end - self.jobs.clock.monotonic()) > 0:
            until = self.jobs.clock() + timedelta(seconds=left)
            ready = await self.jobs.telegram.courier.deliver(until)
            if self.stop.is_set() or ready is None or ready > until:
                return
