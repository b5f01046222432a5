"""Joins the rooms into one running Paperboy: the only clock, the only token. Decides nothing itself."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from bot import schedule, watchdog
from bot.chat import messenger
from bot.connection import Connection, account
from bot.delivery import Clock
from bot.errors import DatabaseDamaged, DatabaseLost, PaperboyError, Stopped, TokenRevoked, UsageError
from bot.pace import Limits, Pace
from bot.publishing.announce import Rules
from bot.publishing.channels import Channels
from bot.publishing.courier import Courier
from bot.publishing.lookout import Lookout
from bot.publishing.report import report
from bot.publishing.scan import Progress, Scanner, ScanReport
from bot.rendering.report import StatusReport
from bot.rendering.templates import Templates
from bot.rendering.wording import words as words  # the demo and the tests take it from here
from bot.schedule import Schedule
from bot.settings import Settings
from bot.store import doubts, lock, notices, outbox, present, updates, upgrade
from bot.store.desk import Desk
from bot.vitals import Vitals
from bot.web.hook import Hook

#: Seconds the delivery job waits for messages that the pace holds back, before the schedule takes over.
LINGER = timedelta(seconds=2)
#: Seconds that `run --once` waits out the pace.
ONCE = timedelta(seconds=60)
#: Seconds from a signal to the end; a call cut off then stays `sending` (design §3).
FAREWELL = 8.0
#: Seconds between two runs of the delivery job that nothing asked for, and of housekeeping.
DELIVERY = 5.0
HOUSEKEEPING = 600.0
_log = logging.getLogger(__name__)


def now() -> datetime:
    """Return the time. Everything below is told it."""
    return datetime.now(UTC)


class App:
    """One Paperboy. `opened` makes it; then `scan`, or `connect` and `run` or `run_once`."""

    def __init__(self, settings: Settings, templates: Templates, desk: Desk, clock: Clock) -> None:
        self.settings = settings
        self._templates = templates
        self._desk = desk
        self._clock = clock
        self._channels = Channels(desk, settings.channels, templates.taxonomy)
        self._scanner = Scanner(desk, settings.feed, self._rules, clock)
        self._lookout = Lookout(self._scanner, settings.feed, clock)
        self._schedule = Schedule(clock, self._job_failed)
        self._stop = asyncio.Event()
        self._fatal: Exception | None = None
        self._courier: Courier | None = None
        self._pace = Pace(
            Limits(
                messages_per_second=settings.pace.messages_per_second,
                per_chat_seconds=settings.pace.per_chat_seconds,
                per_group_minute=settings.pace.per_group_minute,
            )
        )

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, templates: Templates, clock: Clock = now) -> AsyncIterator[App]:
        """Hold the database and open it while the block runs. Raises DatabaseInUse or StoreError."""
        database = settings.store.database
        with lock.held(database):
            present.before_use(database)
            upgrade.keep_copy(database)
            desk = Desk(database)
            try:
                app = cls(settings, templates, desk, clock)
                await app._channels.load()
                yield app
            finally:
                desk.close()

    def stop(self) -> None:
        """End `run` or `run_once`: begin no more calls, settle those on their way."""
        self._stop.set()
        if self._courier:
            self._courier.stop()

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Record what is new, send nothing. Raises PaperboyError when the folder can't be looked at."""
        found = await self._lookout.scan(progress)
        if self._lookout.problem:
            raise PaperboyError(self._lookout.problem)
        return found

    async def report(self) -> StatusReport:
        """Return how things stand."""
        return await self._desk(report, self._clock(), **self._standing())

    @asynccontextmanager
    async def connected(self, patience: float = inf) -> AsyncIterator[Connection]:
        """Speak to Telegram while the block runs. Raises UsageError without a token, TokenRevoked for a bad one.

        Raises PaperboyError when Telegram can't be reached within about `patience` seconds.
        """
        telegram = self.settings.telegram
        token = telegram.token.get_secret_value()
        if not token:
            raise UsageError(
                "telegram.token: is missing. Take one from @BotFather and set PAPERBOY_TELEGRAM__TOKEN; "
                "`paperboy demo` needs none."
            )
        meter = messenger.Meter(self._pace, self._clock)
        speaking = messenger.build(token, telegram.api_base_url, paid=telegram.paid_broadcast, meter=meter)
        try:
            username = await schedule.unless(self._stop, account(speaking, self._stop, patience))
            yield Connection(
                speaking,
                username,
                settings=self.settings,
                templates=self._templates,
                desk=self._desk,
                channels=self._channels,
                pace=self._pace,
                clock=self._clock,
                wake=self._wake,
                standing=self._standing,
            )
        finally:
            await speaking.close()

    async def run(self, *, webhook: bool = False) -> None:
        """Scan, deliver and answer until `stop`. Raises what a supervisor must act on."""
        with suppress(Stopped):
            await self._run(webhook)
        if self._fatal:
            raise self._fatal

    async def _run(self, webhook: bool) -> None:
        async with self.connected() as telegram, AsyncExitStack() as stack:
            self._courier = telegram.courier
            vitals = Vitals(
                schedule=self._schedule, lookout=self._lookout, telegram=telegram, clock=self._clock, webhook=webhook
            )
            self._plan_jobs(telegram)
            if self.settings.web.listen:
                await self._listen(vitals, telegram.hook() if webhook else None, stack)
            work = [
                telegram.set_webhook() if webhook else telegram.polling.run(self._stop),  # people wait for nothing else
                self._begin(telegram),
                schedule.unless(self._stop, telegram.set_menus()),
                watchdog.watch(vitals.signs, self._clock, self._stop, telegram.tell_stuck, polls=not webhook),
            ]
            tasks = [asyncio.create_task(self._guarded(one)) for one in work]
            await self._stop.wait()
            telegram.courier.stop()
            await asyncio.gather(self._schedule.stop(FAREWELL), schedule.ended(tasks, FAREWELL))

    async def _listen(self, vitals: Vitals, hook: Hook | None, stack: AsyncExitStack) -> None:
        from bot.web.server import Web  # a bot that does not listen loads no web server

        web = Web(self.settings.web.listen, health=vitals.health, report=self.report, hook=hook)
        await web.start()
        stack.push_async_callback(web.stop)

    async def _begin(self, telegram: Connection) -> None:
        """Introduce the bot, then look and deliver until `stop`."""
        await schedule.unless(self._stop, telegram.introduce())
        watching = asyncio.create_task(self._lookout.watch(self._stop, self._told))
        await asyncio.sleep(0)  # the watch stands before the first look: what lands meanwhile is told of
        self._schedule.start()
        await watching

    async def run_once(self) -> int:
        """Scan, answer the updates that wait, deliver what is due; return how much is left waiting."""
        with suppress(Stopped):
            async with self.connected(ONCE.total_seconds()) as telegram:
                self._courier = telegram.courier
                await schedule.unless(self._stop, telegram.introduce())
                await schedule.unless(self._stop, telegram.set_menus())
                found = await schedule.unless(self._stop, self._lookout.scan(), FAREWELL)
                await telegram.tell_editors(*found.notices)
                await self._begin_channels(telegram)
                await schedule.unless(self._stop, self._answer(telegram))
                await schedule.unless(self._stop, self._deliver_once(telegram), FAREWELL)
                await schedule.unless(self._stop, telegram.notifier.send(), FAREWELL)
        return await self._desk(outbox.waiting)

    async def _answer(self, telegram: Connection) -> None:
        """Answer the updates that wait, as far as Telegram gives them within a minute; the rest waits for next time."""
        try:
            await asyncio.wait_for(telegram.polling.drain(), ONCE.total_seconds())
        except TimeoutError:
            _log.warning("the updates could not all be answered within a minute; they wait for the next run")

    async def _deliver_once(self, telegram: Connection) -> None:
        until = self._clock() + ONCE
        while self._clock() < until:
            ready = await telegram.courier.deliver(until)
            if self._stop.is_set() or ready is None or ready > until:
                return

    def _plan_jobs(self, telegram: Connection) -> None:
        async def scan() -> datetime | None:
            found = await self._lookout.turn(lambda done, of: self._wake())
            await telegram.tell_editors(*(found.notices if found else ()))
            if await self._begin_channels(telegram) or (found and found.news):
                self._wake()
            self._schedule.nudge("look")
            return self._lookout.next

        async def look() -> None:
            found = await self._lookout.look()
            if found and found.news:
                self._wake()

        async def deliver() -> datetime | None:
            return await telegram.courier.deliver(self._clock() + LINGER)

        async def keep_house() -> None:
            for prune in (updates.prune, doubts.prune, notices.prune):
                await self._desk(prune, self._clock())
            self._pace.forget_idle(self._clock())
            if telegram.unknown:
                await telegram.resolve_channels()

        self._schedule.every("scan", self.settings.feed.interval_seconds, scan)
        self._schedule.every("look", self.settings.feed.interval_seconds, look)
        self._schedule.every("deliver", DELIVERY, deliver)
        self._schedule.every("tell editors", DELIVERY, telegram.notifier.send)
        telegram.notifier.nudge = lambda: self._schedule.nudge("tell editors")
        self._schedule.every("keep house", HOUSEKEEPING, keep_house)

    def _told(self) -> None:
        """The system told of something in the folder."""
        self._schedule.nudge("look")
        self._schedule.nudge("scan")

    def _wake(self) -> None:
        """There may be something to send: now, not at the next run of the job."""
        if self._courier:
            self._courier.wake()
            self._schedule.nudge("deliver")

    async def _begin_channels(self, telegram: Connection) -> int:
        """Apply the start of new channels, once a whole scan has told what their newest articles are."""
        if self._lookout.scanned is None or self._channels.all_begun:
            return 0
        waiting, told = await self._channels.begin(self.settings, os.environ, self._clock())
        await telegram.tell_editors(*told)
        return waiting

    def _standing(self) -> dict[str, Any]:
        return {
            "folder": str(self.settings.feed.folder),
            "watched": self._lookout.watched,
            "scanned": self._lookout.scanned,
        }

    def _rules(self) -> Rules:
        feed = self.settings.feed
        return Rules(
            taxonomy=self._templates.taxonomy,
            channels=tuple(self._channels.live),
            hold=feed.unpublished == "hold",
            same_title=timedelta(days=feed.same_title_days),
            gather=timedelta(seconds=self.settings.delivery.edit_seconds),
            max_age=feed.max_age,
        )

    def _job_failed(self, name: str, error: Exception) -> None:
        if isinstance(error, TokenRevoked | DatabaseDamaged | DatabaseLost):
            self._fatal = error
            self._stop.set()
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
