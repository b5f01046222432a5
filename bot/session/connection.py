"""One bot account at work: client, courier, updates, editors. Connects them and decides nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from bot import shipped
from bot.botapi.client import Messenger
from bot.botapi.inbox import Inbox
from bot.botapi.polling import Polling
from bot.botapi.registration import Registration
from bot.botapi.webhook import Hook
from bot.conversation import menus
from bot.conversation.context import Context
from bot.conversation.router import Router
from bot.domain.interpretation import LONG_PAUSE_SECONDS
from bot.domain.notices import Alert, Notice
from bot.publish import delivery_log, passed_over
from bot.publish.composing import Composer
from bot.publish.courier import Courier
from bot.publish.notifier import Notifier
from bot.publish.recovery import Recovery
from bot.publish.release import Releaser
from bot.publish.reporting import Reporter
from bot.publish.restore_search import RestoreSearch
from bot.rendering import dates
from bot.rendering.dates import SystemZone
from bot.session import webhook
from bot.session.channel_lookup import ChannelLookup
from bot.session.parts import Parts
from bot.store import facts
from bot.store.database import milliseconds
from bot.store.facts import Fact

_log = logging.getLogger(__name__)


class Connection:
    """What speaks for one bot while it runs."""

    def __init__(self, messenger: Messenger, username: str, parts: Parts) -> None:
        store, templates, clock = parts.store, parts.templates, parts.clock
        editors = parts.settings.telegram.admins
        self.username = username
        #: Monotonic time of when Telegram answered who the bot is.
        self.connected = clock.monotonic()
        self._parts = parts
        self._messenger = messenger
        self.notifier = Notifier(store, messenger, templates, editors, clock)
        self.reporter = Reporter(store, messenger, templates, clock, SystemZone())
        composer = self._composer()
        self.courier = self._courier(composer)
        self.releaser = self._releaser(composer)
        self.context = self._context()
        handle = Router(self.context).handle
        self.inbox = Inbox(store, handle, messenger.wire, clock)
        self.polling = Polling(messenger, self.inbox, clock.monotonic)
        self.polling.back = self.tell_back
        self.registration = Registration(messenger, webhook.url(parts.settings.web))
        self.channel_lookup = ChannelLookup(parts, messenger, self.notifier)

    def _composer(self) -> Composer:
        return Composer(
            templates=self._parts.templates,
            bot=self.username,
            picture=self._parts.settings.delivery.picture,
            buttons=self._parts.channels.buttons,
        )

    def _courier(self, composer: Composer) -> Courier:
        parts = self._parts
        doubt_seconds = parts.settings.delivery.doubt_seconds
        recovery = Recovery(
            parts.store,
            self._messenger,
            parts.pace,
            parts.clock,
            doubt_seconds=doubt_seconds,
            editors=sorted(parts.settings.telegram.admins),
            ask=self.notifier.ask,
        )
        return Courier(
            parts.store,
            self._messenger,
            composer,
            parts.pace,
            parts.clock,
            doubt_seconds=doubt_seconds,
            recovery=recovery,
            reread=parts.reread,
            tell=self.tell_editors,
        )

    def _releaser(self, composer: Composer) -> Releaser:
        parts = self._parts
        restore_search = RestoreSearch(
            parts.store,
            self._messenger,
            composer,
            parts.clock,
            sorted(parts.settings.telegram.admins),
        )
        return Releaser(
            parts.store,
            parts.settings,
            parts.templates.taxonomy,
            parts.channels,
            self.notifier,
            parts.clock,
            parts.wake,
            restore_search,
        )

    def _context(self) -> Context:
        parts, settings = self._parts, self._parts.settings
        return Context(
            store=parts.store,
            messenger=self._messenger,
            templates=parts.templates,
            taxonomy=parts.templates.taxonomy,
            clock=parts.clock,
            admins=settings.telegram.admins,
            bot_username=self.username,
            wake=parts.wake,
            channels=parts.channels.live,
            commands_per_minute=settings.delivery.commands_per_minute,
            undo=timedelta(seconds=settings.delivery.undo_seconds),
            editor_started=self.notifier.reachable,
            max_follows=settings.readers.max_follows,
            folder_status=parts.folder_status,
            editors_tz=SystemZone(),
        )

    async def introduce(self) -> None:
        """Do what comes before the first job: recover from a crash, resolve the channels.

        Also asks the editors about articles that an earlier version passed over.
        """
        doubtful = await self.courier.recover()
        if doubtful:
            _log.warning(
                "messages that were being sent when the last run ended: %d; each is checked",
                doubtful,
            )
        await self.channel_lookup.resolve()
        channels = tuple(self._parts.channels.live)
        questions = await self._parts.store(passed_over.ask, channels)
        await self.tell_editors(*questions)

    async def log_introduction(self) -> None:
        """Log what this bot is, and write down since when it runs."""
        store, settings = self._parts.store, self._parts.settings
        started = str(milliseconds(self._parts.clock()))
        await store(facts.put, Fact.STARTED, started)
        lines = await store(
            delivery_log.introduction,
            version=shipped.version(),
            seconds=settings.feed.interval_seconds,
            bot=self.username,
            folder=str(settings.feed.folder),
            database=str(settings.store.database),
        )
        for line in lines:
            _log.info("%s", line)

    async def set_menus(self) -> None:
        """Let people see the commands as they type."""
        await menus.set_all(self._messenger, self._parts.settings.telegram.admins)

    async def tell_editors(self, *notices: Notice) -> None:
        """Write notices down for every editor: once for each key while its incident is open."""
        if notices:
            await self.notifier.tell(*notices)

    async def tell_back(self, seconds: float) -> None:
        """Tell the editors that Telegram can be reached again, where it could not for long."""
        if seconds < LONG_PAUSE_SECONDS:
            return
        at = self._parts.clock()
        since = dates.minute(at - timedelta(seconds=seconds), SystemZone())
        hours = round(seconds / 3_600)
        notice = Notice(
            key=f"line:{at:%Y-%m-%dT%H:%M}",
            alert=Alert.LINE,
            about="an hour" if hours == 1 else f"{hours} hours",
            reason=f"no answer since {since}",
        )
        await self.tell_editors(notice)

    async def tell_stuck(self, what: str) -> None:
        """Tell the editors who can be reached at once that the bot will be restarted."""
        key = f"stuck:{self._parts.clock():%Y-%m-%dT%H:%M}"
        await self.notifier.ask(Notice(key=key, alert=Alert.STUCK, reason=what))

    async def serve(self, hook: Hook, stop: asyncio.Event) -> None:
        """Set the webhook and handle what it brings until `stop`.

        Raises PaperboyError and TokenRevoked.
        """
        await self.registration.set(hook, stop)
        await self.inbox.run(stop)
