"""Periodic jobs that neither overlap nor pile up, and how running work is ended.

Knows nothing of what a job does. Triggers of APScheduler say when a job is due; they are pure. The
waiting is done here: a late run is one run, and `stop` waits for what is under way. Intervals are
counted on the monotonic clock, moments of a calendar on the wall clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clock import Clock
from bot.errors import Stopped

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

T = TypeVar("T")
#: A job's work; may return in how many seconds it should run next, if before its interval.
Work = Callable[[], Awaitable[float | None]]
#: Called when a run ends, with the job's name and the error or None. The job stays scheduled.
OnEnd = Callable[[str, Exception | None], None]
#: Seconds to wait after the first and after the second cancellation of a task, which may clean up.
_CANCEL_WAITS = (0.5, 0.5)
#: Monotonic zero as a date, which triggers need.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def until_stopped(
    stop: asyncio.Event, work: Coroutine[Any, Any, T], seconds: float = 0.0
) -> T:
    """Return the result of `work`, which is cancelled `seconds` after `stop` is set.

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


async def end_tasks(tasks: Collection[asyncio.Task[Any]], seconds: float) -> None:
    """Wait up to `seconds` for tasks to end, then cancel them; return at most a second later."""
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
    #: Computes the next run from the last one and the time.
    trigger: BaseTrigger
    #: The clock of the trigger and of `next_run`.
    now: Callable[[], datetime]
    #: None: never again.
    next_run: datetime | None
    #: The interval; infinite for a job that goes by the calendar.
    seconds: float = inf
    #: The task that runs it now.
    task: asyncio.Task[Any] | None = None
    #: Run once more when the present run ends.
    again: bool = False
    #: Monotonic times: start of the present run, end of the last run.
    began: float | None = None
    last_end: float | None = None
    failing: Failing | None = None

    def is_late(self, at: float, counted_from: float, seconds: float) -> bool:
        """Return True if it is not running and is overdue by more than `seconds`."""
        if self.task:
            return False
        rested_since = counted_from
        if self.last_end is not None:
            rested_since = max(self.last_end, counted_from)
        return at - rested_since > self.seconds + seconds

    def record(self, name: str, error: Exception | None, at: float) -> None:
        """Record the end of a run."""
        self.last_end, self.began = at, None
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

    def __init__(self, clock: Clock, on_end: OnEnd) -> None:
        self._clock = clock
        self._on_end = on_end
        self._jobs: dict[str, _Job] = {}
        #: Monotonic time of the start.
        self._started: float | None = None
        self._stopping = False
        #: Calls `_start_due` when the next job is due.
        self._timer: asyncio.TimerHandle | None = None

    @property
    def started(self) -> bool:
        """Whether the jobs have been started."""
        return self._started is not None

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Run `work` at once when the schedule starts, and then every `seconds`."""
        # only a bot that keeps running loads it
        from apscheduler.triggers.interval import IntervalTrigger

        trigger = IntervalTrigger(seconds=seconds, start_date=_EPOCH)
        due = self._elapsed()
        self._jobs[name] = _Job(work, trigger, self._elapsed, due, seconds)

    def at(self, name: str, trigger: BaseTrigger, work: Work) -> None:
        """Run `work` at the moments of a trigger, by the wall clock.

        A moment that the clock is set past is due at once. One that the clock is set back before
        comes again: the job must know for itself what it has done.
        """
        due = trigger.get_next_fire_time(None, self._clock())
        self._jobs[name] = _Job(work, trigger, self._clock, due)

    def start(self) -> None:
        """Start every job; needs a running event loop."""
        self._started = self._clock.monotonic()
        self._set_timer()

    def reschedule(self) -> None:
        """Plan the jobs that go by the wall clock anew, after it was set."""
        for job in self._jobs.values():
            if job.next_run and job.now is self._clock:
                planned = job.trigger.get_next_fire_time(None, job.now())
                job.next_run = min(job.next_run, planned or job.next_run)
        self._set_timer()

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
        return [
            name for name, job in jobs if job.last_end is not None and not job.failing
        ]

    def hanging(self, seconds: float) -> list[tuple[str, float]]:
        """Return the jobs that have run for over `seconds`, with their monotonic start."""
        before = self._clock.monotonic() - seconds
        hanging = []
        for name, job in self._jobs.items():
            if job.task and job.began is not None and job.began < before:
                hanging.append((name, job.began))
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
        self._set_timer()
        await end_tasks([job.task for job in self._jobs.values() if job.task], seconds)

    def _elapsed(self) -> datetime:
        """Return the monotonic time as a date, for the triggers of intervals."""
        return _EPOCH + timedelta(seconds=self._clock.monotonic())

    def _set_timer(self) -> None:
        """Have `_start_due` called when the next job is due."""
        if self._timer:
            self._timer.cancel()
        if self._started is None or self._stopping:
            return
        jobs = self._jobs.values()
        waits = [job.next_run - job.now() for job in jobs if job.next_run]
        if waits:
            seconds = max(min(waits).total_seconds(), 0.0)
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, self._start_due)

    def _start_due(self) -> None:
        """Start the jobs that are due: one run each, however late it is."""
        for name, job in self._jobs.items():
            at = job.now()
            if job.next_run and job.next_run <= at:
                job.next_run = job.trigger.get_next_fire_time(at, at)
                self.nudge(name)
        self._set_timer()

    async def _run(self, name: str, job: _Job) -> None:
        try:
            while not self._stopping:
                job.again = False
                await self._run_once(name, job)
                if not job.again:
                    break
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            job.task = None

    async def _run_once(self, name: str, job: _Job) -> None:
        next_in: float | None = None
        failure: Exception | None = None
        job.began = self._clock.monotonic()
        try:
            next_in = await job.work()
        except Exception as error:  # `on_end` decides what to do about it
            failure = error
        job.record(name, failure, self._clock.monotonic())
        self._on_end(name, failure)
        if next_in is not None:
            self._bring_forward(name, next_in)

    def _bring_forward(self, name: str, seconds: float) -> None:
        """Let a job run in `seconds`, if it would run later."""
        job = self._jobs[name]
        # Dates are rounded: a microsecond early, it would run in vain and ask again.
        soon = job.now() + timedelta(seconds=seconds, microseconds=1)
        if job.next_run and soon < job.next_run:
            job.next_run = soon
            self._set_timer()
