"""Periodic jobs on APScheduler that neither overlap nor pile up, and how running work is ended.

Knows nothing of what a job does. APScheduler only says when a job is due: by default it would drop
a run that is a second late and cancel running jobs at shutdown. Here late runs become one run, and
`stop` waits. A nudge does not go through APScheduler, which would take longer than the job itself.
APScheduler uses the wall clock; when that is set, `reschedule` computes each next run from the
monotonic clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clock import Clock
from bot.errors import Stopped

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

T = TypeVar("T")
#: A job's work; may return in how many seconds it should run next, if before its interval.
Work = Callable[[], Awaitable[float | None]]
#: Called when a run ends, with the job's name and the error or None. The job stays scheduled.
Ended = Callable[[str, Exception | None], None]
#: Seconds to wait after the first and after the second cancellation of a task, which may clean up.
_CANCEL_WAITS = (0.5, 0.5)


async def unless(
    stop: asyncio.Event, work: Coroutine[Any, Any, T], seconds: float = 0.0
) -> T:
    """Return the result of `work`, which is cancelled so many `seconds` after `stop` is set.

    Raises Stopped when `stop` was set, whether or not the work was completed.
    """
    task = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            return await task
        await asyncio.wait((task,), timeout=seconds)
        raise Stopped("stopped")
    finally:
        stopped.cancel()
        await _cancel([task])
        await asyncio.gather(stopped, return_exceptions=True)


async def ended(tasks: Collection[asyncio.Task[Any]], seconds: float) -> None:
    """Wait so many seconds for tasks to end, then cancel them; return at most a second later."""
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
        await _cancel(tasks)


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks, twice where needed. The errors with which they end are dropped."""
    for seconds in _CANCEL_WAITS:
        running = [task for task in tasks if not task.done()]
        if not running:
            break
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=seconds)
    done = [task for task in tasks if task.done()]
    await asyncio.gather(*done, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Failing:
    """A job whose last run failed, and how often in a row."""

    job: str
    #: Monotonic time of the first failure of the row.
    since: float
    times: int
    #: The latest error.
    error: Exception


@dataclass(slots=True)
class _Job:
    work: Work
    seconds: float
    #: The task that runs it now.
    task: asyncio.Task[Any] | None = None
    #: Run once more when the present run ends.
    again: bool = False
    #: Monotonic times: last due, start of the present run, end of the last run.
    due: float = 0.0
    started: float | None = None
    ended: float | None = None
    failing: Failing | None = None

    def is_late(self, at: float, counted_from: float, seconds: float) -> bool:
        """Return True if it is not running and is overdue by more than `seconds`."""
        if self.task:
            return False
        rested_since = counted_from
        if self.ended is not None:
            rested_since = max(self.ended, counted_from)
        return at - rested_since > self.seconds + seconds

    def record(self, name: str, error: Exception | None, at: float) -> None:
        """Record the end of a run."""
        self.ended, self.started = at, None
        if error is None:
            self.failing = None
        elif self.failing is None:
            self.failing = Failing(name, at, 1, error)
        else:
            self.failing = replace(
                self.failing, times=self.failing.times + 1, error=error
            )


class Scheduler:
    """The jobs of one running bot."""

    def __init__(self, clock: Clock, ended: Ended) -> None:
        self._clock = clock
        self._ended = ended
        self._jobs: dict[str, _Job] = {}
        #: Monotonic time of the start.
        self._started: float | None = None
        self._stopping = False
        self._apscheduler: AsyncIOScheduler | None = None

    @property
    def started(self) -> bool:
        """Whether the jobs have been started."""
        return self._started is not None

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Run `work` at once when the schedule starts, and then every so many seconds."""
        self._jobs[name] = _Job(work, seconds)

    def start(self) -> None:
        """Start every job; needs a running event loop."""
        # Loading it takes a while, in which people are already answered.
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        # Two instances: APScheduler learns one event loop step late that the first has ended.
        options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 2}
        apscheduler = AsyncIOScheduler(timezone=UTC, job_defaults=options)
        self._apscheduler = apscheduler
        self._started = self._clock.monotonic()
        first_run = self._clock()
        for name, job in self._jobs.items():
            job.due = self._started
            timing = {"seconds": job.seconds, "next_run_time": first_run}
            apscheduler.add_job(self._run_due, "interval", (name,), id=name, **timing)
        apscheduler.start()

    def reschedule(self) -> None:
        """Compute each job's next run anew, after the wall clock was set."""
        at = self._clock()
        monotonic = self._clock.monotonic()
        for name, job in self._jobs.items():
            planned = self._planned(name)
            if planned:
                left = max(job.due + job.seconds - monotonic, 0.0)
                planned.modify(next_run_time=at + timedelta(seconds=left))

    def nudge(self, name: str) -> None:
        """Run a job at once; if it is running, once more when it ends. Nothing before the start."""
        if self._started is None or self._stopping:
            return
        job = self._jobs[name]
        if job.task:
            job.again = True
        else:
            job.task = asyncio.create_task(self._run(name, job), name=name)

    def failing(self, seconds: float) -> list[Failing]:
        """Return the jobs that failed twice in a row, or once and `seconds` ago."""
        before = self._clock.monotonic() - seconds
        failing = []
        for job in self._jobs.values():
            failure = job.failing
            if failure and (failure.times > 1 or failure.since < before):
                failing.append(failure)
        return failing

    def well(self) -> list[str]:
        """Return the jobs whose last run succeeded."""
        jobs = self._jobs.items()
        return [name for name, job in jobs if job.ended is not None and not job.failing]

    def hanging(self, seconds: float) -> list[tuple[str, float]]:
        """Return the jobs that have run for over `seconds`, with their monotonic start."""
        before = self._clock.monotonic() - seconds
        hanging = []
        for name, job in self._jobs.items():
            if job.task and job.started is not None and job.started < before:
                hanging.append((name, job.started))
        return hanging

    def late(self, seconds: float, since: float = -inf) -> list[str]:
        """Return the jobs that are not running and are overdue by more than `seconds`.

        Time before `since` does not count: monotonic time at which the machine last woke.
        """
        if self._started is None:
            return []
        at, counted_from = self._clock.monotonic(), max(self._started, since)
        late = []
        for name, job in self._jobs.items():
            if job.is_late(at, counted_from, seconds):
                late.append(name)
        return late

    async def stop(self, seconds: float) -> None:
        """Start no more runs, wait up to `seconds` for those under way, then cancel them.

        Returns when they have ended, or a second after the cancellation.
        """
        self._stopping = True
        apscheduler, self._apscheduler = self._apscheduler, None
        if apscheduler:
            apscheduler.pause()
            # What APScheduler has just started ends by itself; cancelled, it would log an error.
            await asyncio.sleep(0)
            await ended([job.task for job in self._jobs.values() if job.task], seconds)
            apscheduler.shutdown(wait=False)

    async def _run_due(self, name: str) -> None:
        """Start a run that APScheduler says is due, in a task of our own."""
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
        next_in: float | None = None
        failure: Exception | None = None
        job.started = self._clock.monotonic()
        try:
            next_in = await job.work()
        except Exception as error:  # `ended` decides what to do about it
            failure = error
        job.record(name, failure, self._clock.monotonic())
        self._ended(name, failure)
        if next_in is not None:
            self._bring_forward(name, next_in)

    def _bring_forward(self, name: str, seconds: float) -> None:
        """Let a job run in so many seconds, if it would run later."""
        planned = self._planned(name)
        if planned is None or planned.next_run_time is None or self._stopping:
            return
        soon = self._clock() + timedelta(seconds=seconds)
        if soon < planned.next_run_time:
            planned.modify(next_run_time=soon)

    def _planned(self, name: str) -> Any:
        """Return APScheduler's job of that name, or None if there is none or it was stopped."""
        return self._apscheduler.get_job(name) if self._apscheduler else None
