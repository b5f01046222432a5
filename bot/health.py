"""Health of a running bot, for `/health`, the editors and the watchdog. Repairs nothing.

A bot is unhealthy if a job is late, fails or hangs, if the folder has a problem, or if Telegram
does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import watchdog
from bot.clock import Clock
from bot.domain.plain_text import counted
from bot.errors import PaperboyError, StoreError
from bot.ingest.poller import Poller
from bot.scheduler import Failing, Scheduler
from bot.watchdog import Activity
from bot.web.health import Health

if TYPE_CHECKING:
    from bot.session.connection import Connection

#: Seconds a job or the polling may be late, or a job may keep failing, before that is reported.
LATE = 60.0
#: Seconds after which a run of a job counts as hanging.
HANGS = 900.0
#: The cause of every job that a full or locked disk stops.
DATABASE = "database"
#: What each job does, for people.
_DOES = {
    "scan": "reading the folder",
    "scan changes": "reading changed files",
    "release": "releasing articles that waited",
    "deliver": "sending posts",
    "tell editors": "telling the editors",
    "tidy": "tidying the database",
    "index": "indexing the articles of an older database",
    "webhook": "getting updates by the webhook",
}


@dataclass(slots=True, kw_only=True)
class HealthMonitor:
    """Reports whether the bot does its work."""

    schedule: Scheduler
    poller: Poller
    clock: Clock
    #: None until Telegram has answered who the bot is.
    telegram: Connection | None = None
    #: Telegram posts updates; nobody polls.
    webhook: bool = False

    def health(self) -> Health:
        """Return whether all is well, and what is not."""
        stalled = stalled_jobs(self.schedule, self.clock)
        reasons = [job.reason for job in stalled.values()]
        reasons += [f"{does(name)} is late" for name in self.schedule.late(LATE)]
        if self.poller.problem:
            reasons.append(self.poller.problem)
        if self.poller.emptied:
            reasons.append(f"the folder is empty: {self.poller.emptied}")
        starting = self._starting()
        if starting:
            reasons.append(f"starting: {starting}")
        elif self.poller.scanned is None and not reasons:
            reasons.append("starting: the folder is being read for the first time")
        if self._telegram_is_silent():
            reasons.append("Telegram has not answered for a minute")
        return Health(not reasons, tuple(reasons))

    def _starting(self) -> str:
        """Return what the bot asks Telegram at its start; empty once it has the answers."""
        if self.telegram is None:
            return "Telegram is being asked who the bot is"
        if not self.schedule.started:
            return "Telegram is being asked about the channels"
        return ""

    def _telegram_is_silent(self) -> bool:
        if self.telegram is None or self.webhook:
            return False
        answered = self.telegram.polling.last_success or 0.0
        latest = max(answered, self.telegram.connected)
        return self.clock.monotonic() - latest > LATE

    async def activity(self, since: float) -> Activity:
        """Return what the watchdog checks; `since`: when it started, or the machine last woke."""
        telegram, at = self.telegram, self.clock.monotonic()
        if telegram is None:
            return Activity(at=at, since=at)
        polled = (telegram.polling.moved, telegram.inbox.moved)
        return Activity(
            at=at,
            since=since,
            polled=max(filter(None, polled), default=None),
            late=self.schedule.late(watchdog.PATIENCE, since),
            delivering_since=telegram.courier.delivering_since,
            last_progress=telegram.courier.last_progress,
        )


@dataclass(frozen=True, slots=True)
class StalledJob:
    """A job that does not do its work."""

    #: Reported once, however many jobs it stops: DATABASE, or the job's own name.
    cause: str
    #: The cause, for people.
    about: str
    #: What does not work, since when, and why.
    reason: str


def stalled_jobs(schedule: Scheduler, clock: Clock) -> dict[str, StalledJob]:
    """Return the jobs that fail or hang, by name."""
    stalled: dict[str, StalledJob] = {}
    for failure in schedule.failing(LATE):
        since = _wall_time(clock, failure.since)
        stalled[failure.job] = _failing(failure, since)
    for name, started in schedule.hanging(HANGS):
        if name not in stalled:
            since = _wall_time(clock, started)
            stalled[name] = _hanging(name, since)
    return stalled


def _hanging(name: str, since: datetime) -> StalledJob:
    what = does(name)
    reason = f"{what} has not come to an end since {_shown(since)}"
    return StalledJob(name, what.capitalize(), reason)


def _failing(job: Failing, since: datetime) -> StalledJob:
    what = does(job.job)
    times = counted(job.times, "time")
    why = _explained(job.error)
    reason = f"{what} has failed {times} since {_shown(since)}: {why}"
    if isinstance(job.error, StoreError):
        return StalledJob(DATABASE, "The database", reason)
    return StalledJob(job.job, what.capitalize(), reason)


def _explained(error: Exception) -> str:
    if isinstance(error, PaperboyError | OSError):
        return str(error)
    return f"an internal error ({type(error).__name__}), which the log describes"


def _shown(moment: datetime) -> str:
    return f"{moment:%d %B %H:%M} UTC"


def _wall_time(clock: Clock, monotonic: float) -> datetime:
    seconds_ago = clock.monotonic() - monotonic
    return clock() - timedelta(seconds=seconds_ago)


def does(name: str) -> str:
    """Return what a job does, for people."""
    return _DOES.get(name, name)
