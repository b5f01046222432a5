"""What happens when: named jobs on APScheduler that neither overlap, pile up nor are dropped when the loop was busy.

And what happens no more: work that ends because somebody said stop. Knows no job's content. APScheduler's own defaults
would drop a run that is a second late and cancel running ones at shutdown; here it only says when, a late run is one
late run, and `stop` waits. A nudge does not go through it: its way takes longer than what is nudged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.delivery import Clock
from bot.errors import Stopped

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

T = TypeVar("T")
#: A job's work; it may return when it wants to run next, before its interval.
Work = Callable[[], Awaitable[datetime | None]]
#: Told of an error that ended a run: the job's name and the error. The job runs again all the same.
Failed = Callable[[str, Exception], None]
#: Seconds a cancelled task has to end, each of the times it is told to: it may tidy up, which may take waiting too.
_PATIENCE = (0.5, 0.5)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T], farewell: float = 0.0) -> T:
    """Return what `work` comes to. Once `stop` is set it has `farewell` seconds to end, then it is cancelled.

    Raises Stopped when `stop` was set, whether the work came to its end or not.
    """
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            return await task
        await asyncio.wait((task,), timeout=farewell)
        raise Stopped("stopped")
    finally:
        stopped.cancel()
        await _cancel([task])
        await asyncio.gather(stopped, return_exceptions=True)


async def ended(tasks: Collection[asyncio.Task[Any]], seconds: float) -> None:
    """Wait so many seconds for tasks that were told to stop, then cancel them; returns at the latest a second later."""
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
        await _cancel(tasks)


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks, more than once where need be, until they have ended; errors they end with are nobody's."""
    for patience in _PATIENCE:
        if running := [task for task in tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=patience)
    await asyncio.gather(*(task for task in tasks if task.done()), return_exceptions=True)


@dataclass(slots=True)
class _Job:
    work: Work
    seconds: float
    #: What runs it now.
    task: asyncio.Task[Any] | None = None
    again: bool = False
    last: datetime | None = None


class Schedule:
    """The jobs of one running bot."""

    def __init__(self, clock: Clock, failed: Failed) -> None:
        self._clock = clock
        self._failed = failed
        self._jobs: dict[str, _Job] = {}
        self._began: datetime | None = None
        self._stopping = False
        self._scheduler: AsyncIOScheduler | None = None

    @property
    def begun(self) -> bool:
        """Whether the jobs have been started."""
        return self._began is not None

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Run `work` at once when the schedule starts, and then every so many seconds."""
        self._jobs[name] = _Job(work, seconds)

    def start(self) -> None:
        """Begin; needs a running event loop."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # people are answered while it loads

        self._began = self._clock()
        # A second instance, since the end of the first is told a step of the loop later.
        options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 2}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=options)
        for name, job in self._jobs.items():
            self._scheduler.add_job(
                self._due, "interval", (name,), id=name, seconds=job.seconds, next_run_time=self._began
            )
        self._scheduler.start()

    def nudge(self, name: str) -> None:
        """Run a job at once; if it is running, once more when it is done. Before the start: that runs them all."""
        if not self._began or self._stopping:
            return
        job = self._jobs[name]
        if job.task:
            job.again = True
        else:
            job.task = asyncio.create_task(self._run(name, job), name=name)

    def last(self, name: str) -> datetime | None:
        """Return when a job last came to its end, aware UTC, or None."""
        return self._jobs[name].last

    def late(self, at: datetime, seconds: float) -> list[str]:
        """Return the jobs that are neither running nor have run within their interval and `seconds` more."""
        resting = [(name, job, job.last or self._began) for name, job in self._jobs.items() if not job.task]
        return [name for name, job, since in resting if since and (at - since).total_seconds() > job.seconds + seconds]

    async def stop(self, seconds: float) -> None:
        """Begin no more runs, wait up to so many seconds for those that are on, then cancel them.

        Returns when they have ended, at the latest a second after those.
        """
        self._stopping = True
        scheduler, self._scheduler = self._scheduler, None
        if scheduler:
            scheduler.pause()
            # What it has just begun comes to nothing; cancelled, it would be an error in the log.
            await asyncio.sleep(0)
            await ended([job.task for job in self._jobs.values() if job.task], seconds)
            scheduler.shutdown(wait=False)

    async def _due(self, name: str) -> None:
        """Begin a run that APScheduler says is due; it is ours from there on."""
        self.nudge(name)

    async def _run(self, name: str, job: _Job) -> None:
        try:
            job.again = True
            while job.again and not self._stopping:
                job.again = False
                await self._run_once(name, job)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            job.task = None

    async def _run_once(self, name: str, job: _Job) -> None:
        soon: datetime | None = None
        try:
            soon = await job.work()
        except Exception as error:  # the job is the last to know what to do; the app decides
            self._failed(name, error)
        job.last = self._clock()
        planned = self._scheduler.get_job(name) if self._scheduler and soon else None
        if soon and planned and planned.next_run_time and soon < planned.next_run_time and not self._stopping:
            planned.modify(next_run_time=soon)
