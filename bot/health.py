"""The signs of life of a running bot, gathered for `/health` and for the watchdog. Judges lateness and failure only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import watchdog
from bot.clock import Clock
from bot.domain.plain_text import counted
from bot.errors import PaperboyError, StoreError
from bot.ingest.poller import Poller
from bot.scheduler import Failing, Scheduler
from bot.session import Connection
from bot.watchdog import Signs
from bot.web.health import Health

#: Seconds a job or the polling may be late, or a job may go on failing, before health says so.
LATE = 60.0
#: Seconds after which a run of a job is said to hang.
HANGS = 900.0
#: The cause of what a full or locked disk stops.
DATABASE = "database"
#: What each job does, as people are told.
_DOES = {
    "scan": "reading the folder",
    "look": "reading changed files",
    "release": "releasing articles that waited",
    "deliver": "sending posts",
    "tell editors": "telling the editors",
    "keep house": "tidying the database",
    "webhook": "getting updates by the webhook",
}


@dataclass(slots=True, kw_only=True)
class HealthMonitor:
    """Where the signs come from."""

    schedule: Scheduler
    poller: Poller
    clock: Clock
    #: None until Telegram has told who the bot is.
    telegram: Connection | None = None
    #: Telegram calls us; nobody polls.
    webhook: bool = False

    def health(self) -> Health:
        """Return whether all goes well, and what does not."""
        reasons = [one.reason for one in standing(self.schedule, self.clock).values()]
        reasons += [f"{does(name)} is late" for name in self.schedule.late(LATE)]
        if self.poller.problem:
            reasons.append(self.poller.problem)
        if self.poller.emptied:
            reasons.append(f"the folder is empty: {self.poller.emptied}")
        if self.telegram is None:
            reasons.append("starting: Telegram is being asked who the bot is")
        elif not self.schedule.begun:
            reasons.append("starting: Telegram is being asked about the channels")
        elif self.poller.scanned is None and not reasons:
            reasons.append("starting: the folder is being read for the first time")
        if self.telegram and not self.webhook and self._silent(self.telegram):
            reasons.append("Telegram has not answered for a minute")
        return Health(not reasons, tuple(reasons))

    def _silent(self, telegram: Connection) -> bool:
        heard = max(telegram.polling.last_success or telegram.connected, telegram.connected)
        return self.clock.monotonic() - heard > LATE

    async def signs(self, since: float) -> Signs:
        """Return what the watchdog looks at; `since`: when it began to look, or the machine last woke."""
        telegram = self.telegram
        if telegram is None:
            return Signs(at=self.clock.monotonic(), since=self.clock.monotonic())
        return Signs(
            at=self.clock.monotonic(),
            since=since,
            polled=max(filter(None, (telegram.polling.last_end, telegram.inbox.moved)), default=None),
            late=self.schedule.late(watchdog.PATIENCE, since),
            due=telegram.courier.busy_since,
            landed=telegram.courier.moved,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """A job that stands still."""

    #: What is told once, however many jobs it stops: DATABASE, or the job's own name.
    cause: str
    #: What that is called.
    about: str
    #: What does not work, since when, and why.
    reason: str


def standing(schedule: Scheduler, clock: Clock) -> dict[str, Standing]:
    """Return the jobs that stand still by their names."""
    found = {one.job: _failing(one, _moment(clock, one.since)) for one in schedule.failing(LATE)}
    for name, since in schedule.hanging(HANGS):
        since_then = _moment(clock, since)
        reason = f"{does(name)} has not come to an end since {since_then:%d %B %H:%M} UTC"
        found.setdefault(name, Standing(name, does(name).capitalize(), reason))
    return found


def _failing(one: Failing, since: datetime) -> Standing:
    known = isinstance(one.error, PaperboyError | OSError)
    why = str(one.error) if known else f"an internal error ({type(one.error).__name__}), which the log describes"
    reason = f"{does(one.job)} has failed {counted(one.times, 'time')} since {since:%d %B %H:%M} UTC: {why}"
    if isinstance(one.error, StoreError):
        return Standing(DATABASE, "The database", reason)
    return Standing(one.job, does(one.job).capitalize(), reason)


def _moment(clock: Clock, monotonic: float) -> datetime:
    return clock() - timedelta(seconds=clock.monotonic() - monotonic)


def does(name: str) -> str:
    """Return what a job does, as people are told."""
    return _DOES.get(name, name)
