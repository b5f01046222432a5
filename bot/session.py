"""One bot account at work: client, courier, updates, editors. Connects them and decides nothing."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from math import inf
from typing import Any
from urllib.parse import unquote, urlsplit

from bot import shipped
from bot.botapi.client import Messenger
from bot.botapi.inbox import Inbox
from bot.botapi.polling import Polling
from bot.botapi.registration import Registration
from bot.botapi.webhook import Hook
from bot.clock import Clock
from bot.conversation import menus
from bot.conversation.context import Context
from bot.conversation.router import Router
from bot.domain.interpretation import LONG_PAUSE_SECONDS
from bot.domain.notices import Alert, Notice
from bot.domain.outcome import Revoked, reason_of
from bot.domain.rate_limit import RateLimiter
from bot.errors import PaperboyError, TokenRevoked, UsageError
from bot.planning import naming
from bot.publish import delivery_log, passed_over
from bot.publish.channels import Channels
from bot.publish.composing import Composer
from bot.publish.courier import Courier
from bot.publish.notifier import Notifier
from bot.publish.recovery import Recovery
from bot.publish.release import Releaser
from bot.publish.reporting import Reporter
from bot.publish.restore_search import RestoreSearch
from bot.rendering import dates
from bot.rendering.dates import SystemZone
from bot.rendering.templates import Templates
from bot.settings import Settings, Web
from bot.store import facts
from bot.store.database import milliseconds
from bot.store.facts import Fact
from bot.store.thread import Store

#: Where Telegram posts updates, below the path of `web.public_url`.
TELEGRAM = "/telegram"
#: Seconds between two tries to reach Telegram at the start; doubled each time up to the second.
FIRST_TRY, LAST_TRY = 1.0, 30.0
_log = logging.getLogger(__name__)


class Connection:
    """What speaks for one bot while it runs."""

    def __init__(
        self,
        messenger: Messenger,
        username: str,
        *,
        settings: Settings,
        templates: Templates,
        store: Store,
        channels: Channels,
        pace: RateLimiter,
        clock: Clock,
        wake: Callable[[], None],
        folder_status: Callable[[], Mapping[str, Any]],
    ) -> None:
        self.username = username
        #: Monotonic time of when Telegram told who the bot is.
        self.connected = clock.monotonic()
        self._messenger = messenger
        self._settings = settings
        self._templates = templates
        self._store = store
        self._channels = channels
        self._clock = clock
        self.notifier = Notifier(
            store, messenger, templates, settings.telegram.admins, clock
        )
        self.reporter = Reporter(store, messenger, templates, clock, SystemZone())
        composer = self._composer()
        self.courier = self._courier(composer, pace)
        self.context = self._context(wake, folder_status)
        restore_search = RestoreSearch(
            store, messenger, composer, clock, sorted(settings.telegram.admins)
        )
        self.releaser = Releaser(
            store,
            settings,
            templates.taxonomy,
            channels,
            self.notifier,
            clock,
            wake,
            restore_search,
        )
        self.inbox = Inbox(store, Router(self.context).handle, messenger.wire, clock)
        self.polling = Polling(messenger, self.inbox, clock.monotonic)
        self.polling.back = self.tell_back
        self.registration = Registration(
            messenger, f"{settings.web.public_url}{TELEGRAM}"
        )
        #: Channels of the settings that Telegram tells nothing of, and why.
        self.unknown: dict[str, str] = {}

    def _composer(self) -> Composer:
        return Composer(
            templates=self._templates,
            bot=self.username,
            picture=self._settings.delivery.picture,
            buttons=self._channels.buttons,
        )

    def _courier(self, composer: Composer, pace: RateLimiter) -> Courier:
        doubt_seconds = self._settings.delivery.doubt_seconds
        recovery = Recovery(
            self._store,
            self._messenger,
            pace,
            self._clock,
            doubt_seconds=doubt_seconds,
            editors=sorted(self._settings.telegram.admins),
            ask=self.notifier.ask,
        )
        return Courier(
            self._store,
            self._messenger,
            composer,
            pace,
            self._clock,
            doubt_seconds=doubt_seconds,
            recovery=recovery,
            tell=self.tell_editors,
        )

    def _context(
        self, wake: Callable[[], None], folder_status: Callable[[], Mapping[str, Any]]
    ) -> Context:
        return Context(
            store=self._store,
            messenger=self._messenger,
            templates=self._templates,
            taxonomy=self._templates.taxonomy,
            clock=self._clock,
            admins=self._settings.telegram.admins,
            bot_username=self.username,
            wake=wake,
            channels=self._channels.live,
            commands_per_minute=self._settings.delivery.commands_per_minute,
            undo=timedelta(seconds=self._settings.delivery.undo_seconds),
            editor_started=self.notifier.reachable,
            max_follows=self._settings.readers.max_follows,
            folder_status=folder_status,
            editors_tz=SystemZone(),
        )

    async def introduce(self) -> None:
        """Do what comes before the first job: recover from a crash, resolve the channels.

        Also asks the editors about articles that an earlier version passed over.
        """
        if doubtful := await self.courier.recover():
            _log.warning(
                "messages that were being sent when the last run ended: %d; each is checked",
                doubtful,
            )
        await self.resolve_channels()
        await self.tell_editors(
            *await self._store(passed_over.ask, tuple(self._channels.live))
        )

    async def say_what_runs(self) -> None:
        """Log what this bot is, and write down since when it runs."""
        await self._store(facts.put, Fact.STARTED, str(milliseconds(self._clock())))
        about = {
            "bot": self.username,
            "folder": str(self._settings.feed.folder),
            "database": str(self._settings.store.database),
        }
        seconds = self._settings.feed.interval_seconds
        for line in await self._store(
            delivery_log.introduction,
            version=shipped.version(),
            seconds=seconds,
            **about,
        ):
            _log.info("%s", line)

    async def set_menus(self) -> None:
        """Let people see the commands as they type."""
        await menus.set_all(self._messenger, self._settings.telegram.admins)

    async def resolve_channels(self) -> None:
        """Look up the settings' channels; tell editors once of each that Telegram does not know."""
        self.unknown = await self._channels.resolve(self._messenger)
        known = [
            one.chat for one in self._settings.channels if one.chat not in self.unknown
        ]
        await self.notifier.all_clear(*(f"unknown:{setting}" for setting in known))
        rows = {
            one.chat: channel.chat
            for one, channel in zip(
                self._settings.channels, self._channels.live, strict=True
            )
        }
        for setting, reason in self.unknown.items():
            chat = rows[setting]
            name = await self._store(naming.chat, chat)
            _log.error(
                "channels: %s: %s. Make the bot an administrator there; its posts wait.",
                name,
                reason,
            )
            await self.tell_editors(
                Notice(
                    key=f"unknown:{setting}",
                    alert=Alert.UNKNOWN,
                    chats=(chat,),
                    reason=reason,
                )
            )

    async def tell_editors(self, *told: Notice) -> None:
        """Have every editor told, once for each key while its incident is open."""
        await self.notifier.tell(*told)

    async def tell_back(self, seconds: float) -> None:
        """Tell the editors that Telegram can be reached again, where it could not for long."""
        if seconds >= LONG_PAUSE_SECONDS:
            at, key = self._clock(), f"line:{self._clock():%Y-%m-%dT%H:%M}"
            since = dates.minute(at - timedelta(seconds=seconds), SystemZone())
            hours = round(seconds / 3_600)
            about = "an hour" if hours == 1 else f"{hours} hours"
            await self.tell_editors(
                Notice(
                    key=key,
                    alert=Alert.LINE,
                    about=about,
                    reason=f"no answer since {since}",
                )
            )

    async def tell_stuck(self, what: str) -> None:
        """Tell the editors who can be reached at once that the bot will be restarted."""
        notice = Notice(
            key=f"stuck:{self._clock():%Y-%m-%dT%H:%M}", alert=Alert.STUCK, reason=what
        )
        await self.notifier.ask(notice)

    async def serve(self, hook: Hook, stop: asyncio.Event) -> None:
        """Set the webhook and handle what it brings until `stop`.

        Raises PaperboyError and TokenRevoked.
        """
        await self.registration.set(hook, stop)
        await self.inbox.run(stop)


def webhook(web: Web, handle: Callable[[dict[str, Any]], Awaitable[None]]) -> Hook:
    """Return the webhook. Raises UsageError when the settings lack an address for it."""
    problems = []
    if not web.listen:
        problems.append(
            "web.listen: is empty; `run --webhook` listens there. "
            'Set it to an address and port, like "127.0.0.1:8080"'
        )
    if not web.public_url:
        problems.append(
            "web.public_url: is empty; `run --webhook` needs the https address "
            'by which Telegram reaches web.listen, like "https://bot.example.org"'
        )
    if problems:
        raise UsageError(*problems)
    path = unquote(urlsplit(web.public_url).path).rstrip("/")
    return Hook(
        path + TELEGRAM,
        web.secret.get_secret_value() or secrets.token_urlsafe(32),
        handle,
    )


async def account(
    messenger: Messenger, stop: asyncio.Event, patience: float = inf
) -> str:
    """Return the bot's username, asking until Telegram answers or `stop` is set.

    Raises TokenRevoked, and PaperboyError after more than `patience` seconds of waiting.
    """
    wait, waited, told = FIRST_TRY, 0.0, ""
    while True:
        me = await messenger.get_me()
        if isinstance(me, dict):
            return str(me["username"])
        if isinstance(me, Revoked):
            raise TokenRevoked
        reason = reason_of(me)
        waited += wait
        if waited > patience:
            raise PaperboyError(
                f"nothing was done, as Telegram does not let the bot in: {reason}"
            )
        if reason != told:
            _log.warning(
                "Telegram does not let the bot in yet, trying again: %s", reason
            )
            told = reason
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(wait * 2, LAST_TRY)
        else:
            raise PaperboyError("stopped before Telegram could be reached")
