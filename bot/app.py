"""Builds one running Paperboy from the rooms and its host: the only token. Decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

from bot import single_run, watchdog
from bot.domain.rate_limit import Limits, RateLimiter
from bot.ending import Ending
from bot.errors import PaperboyError, Stopped
from bot.health import HealthMonitor
from bot.host import Host
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
from bot.scheduler import Scheduler, end_tasks, until_stopped
from bot.session import webhook as webhook_settings
from bot.session.parts import Parts
from bot.settings import Settings
from bot.single_run import SingleRun
from bot.store import clock_shifts, outbox, present, upgrade
from bot.store.early_check import EarlyCheck
from bot.store.thread import Store

if TYPE_CHECKING:
    from bot.botapi.webhook import Hook
    from bot.session.connection import Connection

#: Seconds from a signal to the end. A call cut off then stays `sending` (docs/architecture.md,
#: The process).
STOP_SECONDS = 8.0
_log = logging.getLogger(__name__)


class App:
    """One Paperboy. `opened` makes it; then `scan`, or `connect` and `run` or `run_once`."""

    def __init__(
        self, settings: Settings, templates: Templates, store: Store, host: Host
    ) -> None:
        clock = host.clock
        channels = Channels(store, settings.channels, templates.taxonomy)
        self._scanner = Scanner(store, settings.feed, self._rules, clock, host.readers)
        self._poller = Poller(self._scanner, settings.feed, clock, host.changes)
        self._parts = Parts(
            settings=settings,
            templates=templates,
            store=store,
            channels=channels,
            pace=_rate_limiter(settings),
            clock=clock,
            wake=self._wake,
            reread=self._reread,
            folder_status=self._poller.folder_status,
            transport=host.transport,
        )
        self._ending = Ending()
        self._stop = self._ending.stop
        self._schedule = Scheduler(clock, self._ending.note_job)
        self._telegram: Connection | None = None
        clock.on_jump(self._clock_jumped)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        settings: Settings,
        templates: Templates,
        clock: Callable[[], datetime] | None = None,
        early_check: EarlyCheck | None = None,
        host: Host | None = None,
    ) -> AsyncIterator[App]:
        """Hold the database and open it while the block runs. Raises DatabaseInUse or StoreError.

        `clock`: a `Clock`, or anything else that tells the wall time; None: the system's.
        early_check: a check of the database that was begun before. host: instead of `clock`.
        """
        database = settings.store.database
        host = host or Host.of(clock)
        with host.hold(database):
            if early_check is None or not early_check.holds():
                present.before_use(database)
            upgrade.keep_copy(database)
            store = Store(database, host.store_thread())
            try:
                app = cls(settings, templates, store, host)
                await app._take_over()
                yield app
            finally:
                store.close()

    async def _take_over(self) -> None:
        """Prepare the database that an earlier process, or another clock, has left."""
        store, at = self._parts.store, self._parts.clock()
        await self._parts.channels.load()
        behind = await store(clock_shifts.catch_up, at)
        if behind:
            words = "the clock is %s behind the last record: pauses are shortened by it"
            _log.warning(words, behind)
        await store(release.resume)

    def stop(self) -> None:
        """End `run` or `run_once`: begin no more calls, settle those on their way."""
        self._stop.set()
        if self._telegram:
            self._telegram.courier.stop()

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Record what is new, send nothing. Raises PaperboyError for the folder, and on `stop`."""
        try:
            found = await until_stopped(self._stop, self._poller.scan(progress))
        except Stopped:
            raise PaperboyError(
                "the scan was stopped before it was done; what it recorded is kept: run it again"
            ) from None
        if self._poller.problem:
            raise PaperboyError(self._poller.problem)
        return found

    async def report(self) -> StatusReport:
        """Return how things stand."""
        parts = self._parts
        return await parts.store(report, parts.clock(), **parts.folder_status())

    async def run(self, *, webhook: bool = False) -> None:
        """Scan, deliver and answer until `stop`. Raises what a supervisor must act on."""
        with suppress(Stopped):
            await self._run(webhook)
        _log.info("Paperboy stopped; what waits goes out after the next start")
        self._ending.raise_error()

    async def _run(self, webhook: bool) -> None:
        web = self._parts.settings.web
        hook = webhook_settings.hook(web, self._take_update) if webhook else None
        monitor = HealthMonitor(
            schedule=self._schedule,
            poller=self._poller,
            clock=self._parts.clock,
            webhook=webhook,
        )
        async with AsyncExitStack() as stack:
            if web.listen:
                await self._listen(monitor, hook, stack)
            telegram = await stack.enter_async_context(self._connected())
            monitor.telegram = telegram
            jobs = self._jobs(telegram)
            jobs.plan(webhook=webhook)
            work = [
                self._take_updates(telegram, hook),
                self._begin(telegram, jobs),
                until_stopped(self._stop, telegram.set_menus()),
                self._watch(monitor, telegram),
                self._parts.clock.watch(self._stop),
            ]
            tasks = [asyncio.create_task(self._ending.guarded(one)) for one in work]
            await self._stop.wait()
            await self._end(telegram, tasks)

    async def _end(self, telegram: Connection, tasks: list[asyncio.Task[None]]) -> None:
        """First begin no new calls; then jobs and tasks have STOP_SECONDS, together."""
        telegram.courier.stop()
        await asyncio.gather(
            self._schedule.stop(STOP_SECONDS), end_tasks(tasks, STOP_SECONDS)
        )

    @asynccontextmanager
    async def _connected(self, seconds: float = inf) -> AsyncIterator[Connection]:
        # only a bot that connects loads Telegram's library
        from bot.session.connecting import connected

        async with connected(self._parts, self._stop, seconds) as telegram:
            self._telegram = telegram
            yield telegram

    async def _take_updates(self, telegram: Connection, hook: Hook | None) -> None:
        if hook:
            await telegram.serve(hook, self._stop)
        else:
            await telegram.polling.run(self._stop)

    async def _take_update(self, update: dict[str, Any]) -> None:
        """Take an update from the webhook. Raises PaperboyError; Telegram then posts it again."""
        if self._telegram is None:
            raise PaperboyError("the bot is starting")
        await self._telegram.inbox.take_one(update)

    async def _listen(
        self, monitor: HealthMonitor, hook: Hook | None, stack: AsyncExitStack
    ) -> None:
        from bot.web.server import Web  # a bot that does not listen loads no web server

        address = self._parts.settings.web.listen
        web = Web(address, health=monitor.health, report=self.report, hook=hook)
        await web.start()
        stack.push_async_callback(web.stop)

    async def _watch(self, monitor: HealthMonitor, telegram: Connection) -> None:
        await watchdog.watch(
            monitor.activity,
            self._parts.clock.monotonic,
            self._stop,
            telegram.tell_stuck,
            polls=not monitor.webhook,
        )

    async def _begin(self, telegram: Connection, jobs: Jobs) -> None:
        """Introduce the bot, then scan and deliver until `stop`."""
        await until_stopped(self._stop, telegram.introduce())
        await telegram.log_introduction()
        watch = self._poller.watch(self._stop, jobs.folder_changed)
        watching = asyncio.create_task(watch)
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
            async with self._connected(single_run.ONCE.total_seconds()) as telegram:
                single = SingleRun(self._jobs(telegram), self._stop, STOP_SECONDS)
                await single.work()
                done = True
        left = await self._parts.store(outbox.waiting)
        return left if done else max(left, 1)

    @property
    def has_problem(self) -> bool:
        """Whether a channel of the settings is unknown, or the folder away or suddenly empty."""
        if self._telegram and self._telegram.channel_lookup.unknown:
            return True
        return bool(self._poller.problem or self._poller.emptied)

    def _jobs(self, telegram: Connection) -> Jobs:
        return Jobs(
            settings=self._parts.settings,
            schedule=self._schedule,
            poller=self._poller,
            channels=self._parts.channels,
            telegram=telegram,
            store=self._parts.store,
            pace=self._parts.pace,
            clock=self._parts.clock,
            wake=self._wake,
        )

    def _wake(self) -> None:
        """Deliver now and not at the job's next run: there may be something to send."""
        if self._telegram:
            self._telegram.courier.wake()
            self._schedule.nudge("deliver")

    def _rules(self) -> Rules:
        parts = self._parts
        return Rules.of(parts.settings, parts.templates.taxonomy, parts.channels.live)

    async def _reread(self, articles: Mapping[str, int]) -> Mapping[str, str]:
        store, folder = self._parts.store, self._parts.settings.feed.folder
        return await reread.problems(store, self._scanner, folder, articles)

    def _clock_jumped(self, by: timedelta) -> None:
        """Move everything that waits for a moment of the wall clock by as much as it was set."""
        way = "back" if by < timedelta() else "forward"
        _log.warning("the clock was set %s by %d s", way, abs(by).total_seconds())
        self._schedule.reschedule()
        self._parts.pace.shift(by)
        self._poller.shift(by)
        if self._telegram:
            self._telegram.courier.shift(by)
            self._telegram.notifier.shift(by)
        self._parts.store.queue(clock_shifts.shift, by)


def _rate_limiter(settings: Settings) -> RateLimiter:
    pace = settings.pace
    limits = Limits(
        messages_per_second=pace.messages_per_second,
        per_chat_seconds=pace.per_chat_seconds,
        per_group_minute=pace.per_group_minute,
    )
    return RateLimiter(limits)
