"""Builds one running Paperboy from the rooms: the only clock, the only token. Decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from math import inf
from typing import Any

from bot import scheduler, single_run, watchdog
from bot.botapi import client
from bot.botapi.meter import Meter
from bot.botapi.webhook import Hook
from bot.clock import Clock, monotonic, now
from bot.domain.rate_limit import Limits, RateLimiter
from bot.errors import (
    DatabaseDamaged,
    DatabaseLost,
    PaperboyError,
    Stopped,
    TokenRevoked,
    UsageError,
)
from bot.health import HealthMonitor
from bot.ingest import reread
from bot.ingest.poller import Poller
from bot.ingest.scan_report import ScanReport
from bot.ingest.scanner import Progress, Scanner
from bot.jobs import Jobs
from bot.planning.rules import Rules
from bot.publish import release
from bot.publish.channels import Channels
from bot.publish.report import report
from bot.rendering.report import StatusReport
from bot.rendering.templates import Templates
from bot.scheduler import Scheduler
from bot.session import Connection, account, webhook
from bot.settings import Settings
from bot.single_run import SingleRun
from bot.store import lock, outbox, present, upgrade, waits
from bot.store.thread import Store

#: Seconds from a signal to the end. A call cut off then stays `sending` (docs/architecture.md,
#: The process).
FAREWELL = 8.0
_log = logging.getLogger(__name__)


class App:
    """One Paperboy. `opened` makes it; then `scan`, or `connect` and `run` or `run_once`."""

    def __init__(
        self, settings: Settings, templates: Templates, store: Store, clock: Clock
    ) -> None:
        self.settings = settings
        self._templates = templates
        self._store = store
        self._clock = clock
        self._channels = Channels(store, settings.channels, templates.taxonomy)
        self._scanner = Scanner(store, settings.feed, self._rules, clock)
        self._poller = Poller(self._scanner, settings.feed, clock)
        self._schedule = Scheduler(clock, self._job_ended)
        self._stop = asyncio.Event()
        self._fatal: Exception | None = None
        self._telegram: Connection | None = None
        #: What was logged of a job's failure.
        self._told: dict[str, str] = {}
        self._pace = RateLimiter(
            Limits(
                messages_per_second=settings.pace.messages_per_second,
                per_chat_seconds=settings.pace.per_chat_seconds,
                per_group_minute=settings.pace.per_group_minute,
            )
        )
        clock.on_jump(self._clock_jumped)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        settings: Settings,
        templates: Templates,
        clock: Callable[[], datetime] | None = None,
    ) -> AsyncIterator[App]:
        """Hold the database and open it while the block runs. Raises DatabaseInUse or StoreError.

        `clock`: a `Clock`, or anything else that tells the wall time; None: the system's.
        """
        database, clock = (
            settings.store.database,
            Clock.of(clock) if clock else Clock(now, monotonic),
        )
        with lock.held(database):
            present.before_use(database)
            upgrade.keep_copy(database)
            store = Store(database)
            try:
                app = cls(settings, templates, store, clock)
                await app._channels.load()
                if back := await store(waits.catch_up, clock()):
                    _log.warning(
                        "the clock is %s behind the last record: pauses are shortened by as much",
                        back,
                    )
                await store(release.resume)
                yield app
            finally:
                store.close()

    def stop(self) -> None:
        """End `run` or `run_once`: begin no more calls, settle those on their way."""
        self._stop.set()
        if self._telegram:
            self._telegram.courier.stop()

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Record what is new, send nothing. Raises PaperboyError for the folder, and on `stop`."""
        try:
            found = await scheduler.unless(self._stop, self._poller.scan(progress))
        except Stopped:
            raise PaperboyError(
                "the scan was stopped before it was done; what it recorded is kept: run it again"
            ) from None
        if self._poller.problem:
            raise PaperboyError(self._poller.problem)
        return found

    async def report(self) -> StatusReport:
        """Return how things stand."""
        return await self._store(report, self._clock(), **self._poller.folder_status())

    @asynccontextmanager
    async def connected(self, patience: float = inf) -> AsyncIterator[Connection]:
        """Connect to Telegram while the block runs.

        Raises UsageError without a token, TokenRevoked for a token that Telegram does not accept.

        Raises PaperboyError when Telegram can't be reached within about `patience` seconds.
        """
        telegram = self.settings.telegram
        token = telegram.token.get_secret_value()
        if not token:
            raise UsageError(
                "telegram.token: is missing. Take one from @BotFather and set "
                "PAPERBOY_TELEGRAM__TOKEN; `paperboy demo` needs none."
            )
        meter = Meter(self._pace, self._clock)
        speaking = client.build(
            token, telegram.api_base_url, paid=telegram.paid_broadcast, meter=meter
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(speaking.close)
            username = await scheduler.unless(
                self._stop, account(speaking, self._stop, patience)
            )
            connection = Connection(
                speaking,
                username,
                settings=self.settings,
                templates=self._templates,
                store=self._store,
                channels=self._channels,
                pace=self._pace,
                clock=self._clock,
                wake=self._wake,
                folder_status=self._poller.folder_status,
            )
            connection.courier.followed.reread = self._reread
            stack.push_async_callback(connection.inbox.close)
            yield connection

    async def run(self, *, webhook: bool = False) -> None:
        """Scan, deliver and answer until `stop`. Raises what a supervisor must act on."""
        with suppress(Stopped):
            await self._run(webhook)
        _log.info("Paperboy stopped; what waits goes out after the next start")
        if self._fatal:
            raise self._fatal

    async def _run(self, webhooks: bool) -> None:
        hook = webhook(self.settings.web, self._brought) if webhooks else None
        monitor = HealthMonitor(
            schedule=self._schedule,
            poller=self._poller,
            clock=self._clock,
            webhook=webhooks,
        )
        async with AsyncExitStack() as stack:
            if self.settings.web.listen:
                await self._listen(monitor, hook, stack)
            telegram = await stack.enter_async_context(self.connected())
            self._telegram = monitor.telegram = telegram
            jobs = self._jobs(telegram)
            jobs.plan(webhook=webhooks)
            work = [
                telegram.serve(hook, self._stop)
                if hook
                else telegram.polling.run(self._stop),
                self._begin(telegram, jobs),
                scheduler.unless(self._stop, telegram.set_menus()),
                watchdog.watch(
                    monitor.signs,
                    self._clock.monotonic,
                    self._stop,
                    telegram.tell_stuck,
                    polls=not hook,
                ),
                self._clock.watch(self._stop),
            ]
            tasks = [asyncio.create_task(self._guarded(one)) for one in work]
            await self._stop.wait()
            telegram.courier.stop()
            await asyncio.gather(
                self._schedule.stop(FAREWELL), scheduler.ended(tasks, FAREWELL)
            )

    async def _brought(self, update: dict[str, Any]) -> None:
        """Take an update from the webhook. Raises PaperboyError; Telegram then posts it again."""
        if self._telegram is None:
            raise PaperboyError("the bot is starting")
        await self._telegram.inbox.take_one(update)

    async def _listen(
        self, monitor: HealthMonitor, hook: Hook | None, stack: AsyncExitStack
    ) -> None:
        from bot.web.server import Web  # a bot that does not listen loads no web server

        web = Web(
            self.settings.web.listen,
            health=monitor.health,
            report=self.report,
            hook=hook,
        )
        await web.start()
        stack.push_async_callback(web.stop)

    async def _begin(self, telegram: Connection, jobs: Jobs) -> None:
        """Introduce the bot, then scan and deliver until `stop`."""
        await scheduler.unless(self._stop, telegram.introduce())
        await telegram.say_what_runs()
        watching = asyncio.create_task(self._poller.watch(self._stop, jobs.told))
        # the watch starts before the first scan, so that changes during it are reported
        await asyncio.sleep(0)
        self._schedule.start()
        await watching

    async def run_once(self) -> int:
        """Scan, answer the updates that wait, deliver what is due; return how much is left waiting.

        Told to stop before all of that was done, return 1 at least: nobody knows what is left.
        """
        done = False
        with suppress(Stopped):
            async with self.connected(single_run.ONCE.total_seconds()) as telegram:
                self._telegram = telegram
                await SingleRun(self._jobs(telegram), self._stop, FAREWELL).work()
                done = True
        return max(await self._store(outbox.waiting), 0 if done else 1)

    @property
    def has_problem(self) -> bool:
        """Whether a channel of the settings is unknown, or the folder away or suddenly empty."""
        unknown = self._telegram.unknown if self._telegram else {}
        return bool(unknown or self._poller.problem or self._poller.emptied)

    def _jobs(self, telegram: Connection) -> Jobs:
        return Jobs(
            settings=self.settings,
            schedule=self._schedule,
            poller=self._poller,
            channels=self._channels,
            telegram=telegram,
            store=self._store,
            pace=self._pace,
            clock=self._clock,
            wake=self._wake,
        )

    def _wake(self) -> None:
        """Deliver now and not at the job's next run: there may be something to send."""
        if self._telegram:
            self._telegram.courier.wake()
            self._schedule.nudge("deliver")

    def _rules(self) -> Rules:
        return Rules.of(self.settings, self._templates.taxonomy, self._channels.live)

    async def _reread(self, articles: Mapping[str, int]) -> Mapping[str, str]:
        folder = self.settings.feed.folder
        return await reread.problems(self._store, self._scanner, folder, articles)

    def _clock_jumped(self, by: timedelta) -> None:
        """Move everything that waits for a moment of the wall clock by as much as it was set."""
        way = "back" if by < timedelta() else "forward"
        _log.warning("the clock was set %s by %d s", way, abs(by).total_seconds())
        self._schedule.reschedule()
        telegram = (
            (self._telegram.courier, self._telegram.notifier) if self._telegram else ()
        )
        for waiting in (self._pace, self._poller, *telegram):
            waiting.shift(by)
        self._store.queue(waits.shift, by)

    def _job_ended(self, name: str, error: Exception | None) -> None:
        if error is None:
            self._told.pop(name, None)
            return
        known, self._told[name] = self._told.get(name), repr(error)
        if isinstance(error, TokenRevoked | DatabaseDamaged | DatabaseLost):
            self._fatal = error
            self._stop.set()
        elif known == repr(error):
            return  # said before
        elif isinstance(error, PaperboyError):
            _log.error("%s: %s", name, error)
        else:
            _log.error("%s failed and will be tried again", name, exc_info=error)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Let an error that a supervisor must act on, or a bug, end the run."""
        try:
            await work
        except Stopped:
            return
        except Exception as error:
            self._fatal = error
            self.stop()
