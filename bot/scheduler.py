"""What happens when: named jobs on APScheduler that neither overlap, pile up nor are dropped when the loop was busy.

And what happens no more: work that ends because somebody said stop. Knows no job's content. APScheduler's own defaults
would drop a run that is a second late and cancel running ones at shutdown; here it only says when, a late run is one
late run, and `stop` waits. A nudge does not go through it: its way takes longer than what is nudged. APScheduler goes
by the wall clock; when that is set, `reschedule` tells it anew when each job is due by the monotonic one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import UTC, timedelta
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.delivery import Clock
from bot.errors import Stopped

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

T = TypeVar("T")
#: A job's work; it may return in how many seconds it wants to run next, before its interval.
Work = Callable[[], Awaitable[float | None]]
#: Told how a run ended: the job's name, and the error or None. The job runs again all the same.
Ended = Callable[[str, Exception | None], None]
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


@dataclass(frozen=True, slots=True)
class Failing:
    """A job whose last runs all failed."""

    job: str
    #: Monotonic time of the first failure.
    since: float
    times: int
    error: Exception


@dataclass(slots=True)
class _Job:
    work: Work
    seconds: float
    #: What runs it now.
    task: asyncio.Task[Any] | None = None
    again: bool = False
    #: Monotonic time of when it was last due.
    due: float = 0.0
    #: Monotonic times: of the end of the last run, and of the beginning of the one that is on.
    last: float | None = None
    began: float | None = None
    failing: Failing | None = None


class Scheduler:
    """The jobs of one running bot."""

    def __init__(self, clock: Clock, ended: Ended) -> None:
        self._clock = clock
        self._ended = ended
        self._jobs: dict[str, _Job] = {}
        #: Monotonic time of the start.
        self._began: float | None = None
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

        self._began, at = self._clock.monotonic(), self._clock()
        # A second instance, since the end of the first is told a step of the loop later.
        options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 2}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=options)
        for name, job in self._jobs.items():
            job.due = self._began
            self._scheduler.add_job(self._due, "interval", (name,), id=name, seconds=job.seconds, next_run_time=at)
        self._scheduler.start()

    def reschedule(self) -> None:
        """Let every job be due its interval after it last was: the wall clock was set."""
        at, passed = self._clock(), self._clock.monotonic()
        for name, job in self._jobs.items() if self._scheduler else ():
            if self._scheduler and (planned := self._scheduler.get_job(name)):
                planned.modify(next_run_time=at + timedelta(seconds=max(job.due + job.seconds - passed, 0.0)))

    def nudge(self, name: str) -> None:
        """Run a job at once; if it is running, once more when it is done. Before the start: that runs them all."""
        if self._began is None or self._stopping:
            return
        job = self._jobs[name]
        if job.task:
            job.again = True
        else:
            job.task = asyncio.create_task(self._run(name, job), name=name)

    def last(self, name: str) -> float | None:
        """Return the monotonic time at which a run of a job last ended, well or not, or None."""
        return self._jobs[name].last

    def failing(self, seconds: float) -> list[Failing]:
        """Return the jobs that failed twice in a row, or once and have not succeeded for so many seconds since."""
        at = self._clock.monotonic()
        failed = [job.failing for job in self._jobs.values() if job.failing]
        return [one for one in failed if one.times > 1 or at - one.since > seconds]

    def well(self) -> list[str]:
        """Return the jobs whose last run succeeded."""
        return [name for name, job in self._jobs.items() if job.last is not None and not job.failing]

    def hanging(self, seconds: float) -> list[tuple[str, float]]:
        """Return the jobs whose run has been on for longer than `seconds`, and since when in monotonic time."""
        at = self._clock.monotonic()
        on = [(name, job.began) for name, job in self._jobs.items() if job.task and job.began is not None]
        return [(name, began) for name, began in on if at - began > seconds]

    def late(self, seconds: float, since: float = -inf) -> list[str]:
        """Return the jobs that are neither running nor have run within their interval and `seconds` more.

        `since`: monotonic time of when the machine last woke; the time before it does not count.
        """
        if self._began is None:
            return []
        at, since = self._clock.monotonic(), max(self._began, since)
        resting = [(name, job, since if job.last is None else max(job.last, since)) for name, job in self._jobs.items()]
        return [name for name, job, last in resting if not job.task and at - last > job.seconds + seconds]

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
        self._jobs[name].due = self._clock.monotonic()
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
        seconds: float | None = None
        failure: Exception | None = None
        job.began = self._clock.monotonic()
        try:
            seconds = await job.work()
        except Exception as error:  # the job is the last to know what to do; the app decides
            failure = error
        job.last, job.began = self._clock.monotonic(), None
        job.failing = _failing(name, failure, job.failing, job.last)
        self._ended(name, failure)
        planned = self._scheduler.get_job(name) if self._scheduler and seconds is not None else None
        if planned and planned.next_run_time and seconds is not None and not self._stopping:
            soon = self._clock() + timedelta(seconds=seconds)
            if soon < planned.next_run_time:
                planned.modify(next_run_time=soon)


def _failing(name: str, error: Exception | None, before: Failing | None, at: float) -> Failing | None:
    """Return how long a job has been failing after a run that ended at `at`."""
    if error is None:
        return None
    return Failing(name, before.since if before else at, before.times + 1 if before else 1, error)
