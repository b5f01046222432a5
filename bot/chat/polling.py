"""The loop that fetches updates: an update is confirmed only after it was handled. Knows no command.

python-telegram-bot's Updater confirms updates before they are handled, and when the token is revoked it dies without a
word; this loop raises. Updates of one chat are handled in order, those of different chats at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.error import Conflict, TelegramError

from bot.chat.messenger import Messenger
from bot.chat.outcomes import outcome
from bot.chat.secrets import redact
from bot.clock import Monotonic
from bot.delivery import Outcome, Refused, Revoked, Unknown, Wait
from bot.errors import SecondPoller, TokenRevoked

#: What the bot wants to hear of. Telegram remembers the last list, so it is named each time.
ALLOWED = ("message", "callback_query", "my_chat_member", "channel_post")
#: Seconds a poll waits for the first update; the answer may take a little longer.
POLL_SECONDS = 25
_GRACE_SECONDS = 10.0
#: Handled at once, each of another chat.
_AT_ONCE = 16
_LIMIT = 100
_LONGEST_PAUSE = 30.0
_CONFLICT_LASTS = 60.0
_log = logging.getLogger(__name__)

Handler = Callable[[Update], Awaitable[None]]
Pause = Callable[[asyncio.Event, float], Awaitable[None]]


async def wait_or_stop(stop: asyncio.Event, seconds: float) -> None:
    """Wait so many seconds, or less when `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


class Polling:
    """Fetches updates for one bot and has each handled."""

    def __init__(
        self,
        messenger: Messenger,
        handler: Handler,
        monotonic: Monotonic,
        *,
        poll_seconds: int = POLL_SECONDS,
        pause: Pause = wait_or_stop,
    ) -> None:
        self._messenger = messenger
        self._handler = handler
        self._monotonic = monotonic
        self._poll_seconds = poll_seconds
        self._pause = pause
        self._offset = 0
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._failures = 0
        self._conflict_began: float | None = None
        self._conflict_seen: float | None = None
        self._webhook_deleted = False
        self._last_success: float | None = None
        #: Monotonic time of when a poll last came to its end, well or not; None before the first time.
        self.last_end: float | None = None

    @property
    def last_success(self) -> float | None:
        """Monotonic time of when Telegram last answered a poll; None before the first time."""
        return self._last_success

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set, then finish what has come. Raises TokenRevoked, SecondPoller."""
        await self._delete_webhook()
        while not stop.is_set():
            updates = await self._poll_or_stop(stop)
            await self._handle_all(updates)
        await self._confirm()

    async def drain(self) -> int:
        """Handle the updates that wait and return how many. Raises TokenRevoked, SecondPoller."""
        await self._delete_webhook()
        never = asyncio.Event()
        count = 0
        while updates := await self._poll_patiently(never, 0):
            await self._handle_all(updates)
            count += len(updates)
        return count

    async def handle(self, update: Update | dict[str, Any]) -> None:
        """Handle one update, after those of its chat that came before. Raises TokenRevoked only.

        A webhook brings the update as JSON.
        """
        known = self._read(update) if isinstance(update, dict) else update
        if known is None:
            return
        async with self._lock(known), self._places:
            try:
                await self._handler(known)
            except TokenRevoked:
                raise
            except Exception:  # the handler has its own net; this one keeps the loop
                _log.exception("update %s was dropped", known.update_id)

    async def _handle_all(self, updates: list[dict[str, Any]]) -> None:
        """Handle a batch; the next poll confirms it."""
        if not updates:
            return
        results = await asyncio.gather(*map(self.handle, updates), return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure
        self._offset = max(update["update_id"] for update in updates) + 1

    async def _poll_or_stop(self, stop: asyncio.Event) -> list[dict[str, Any]]:
        """Poll; when `stop` is set meanwhile, leave the poll: what it would have brought stays unconfirmed."""
        poll = asyncio.ensure_future(self._poll_patiently(stop, self._poll_seconds))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((poll, stopped), return_when=asyncio.FIRST_COMPLETED)
            return poll.result() if poll.done() else []
        finally:
            for task in (poll, stopped):
                task.cancel()
            await asyncio.gather(poll, stopped, return_exceptions=True)

    async def _poll_patiently(self, stop: asyncio.Event, seconds: int) -> list[dict[str, Any]]:
        """Poll until it works; empty when `stop` is set. Raises TokenRevoked, SecondPoller."""
        while True:
            try:
                updates = await self._poll_once(seconds)
            except Conflict as error:
                await self._contend(str(error))
            except (TelegramError, LookupError, TypeError, ValueError) as error:
                await self._recover(stop, outcome(error))
            else:
                self._failures = 0
                self._last_success = self._monotonic()
                return updates
            if stop.is_set():
                return []
            await self._pause(stop, self._delay())

    async def _poll_once(self, seconds: int) -> list[dict[str, Any]]:
        """Poll, and take note that the poll ended, however it did."""
        try:
            return await self._poll(seconds)
        finally:
            self.last_end = self._monotonic()

    async def _poll(self, seconds: int, limit: int = _LIMIT) -> list[dict[str, Any]]:
        asked = {"offset": self._offset, "timeout": seconds, "limit": limit, "allowed_updates": list(ALLOWED)}
        found: list[dict[str, Any]] = await self._messenger.wire.ask("getUpdates", asked, seconds + _GRACE_SECONDS)
        return found

    async def _contend(self, text: str) -> None:
        """Take note that somebody else reads our updates. Raises SecondPoller after a minute of it."""
        self._failures += 1
        if "webhook is active" in text.lower() and not self._webhook_deleted:
            self._webhook_deleted = True
            await self._delete_webhook()
            return
        at = self._monotonic()
        if self._conflict_seen is None or at - self._conflict_seen > _CONFLICT_LASTS:
            self._conflict_began = at
            _log.warning("another program reads this bot's updates: %s", redact(text))
        self._conflict_seen = at
        if self._conflict_began is not None and at - self._conflict_began >= _CONFLICT_LASTS:
            raise SecondPoller

    async def _recover(self, stop: asyncio.Event, came: Outcome) -> None:
        """Take note of a failed poll; wait where Telegram asks for it. Raises TokenRevoked."""
        if isinstance(came, Revoked):
            raise TokenRevoked
        self._failures += 1
        if self._failures == 1 and isinstance(came, Wait | Unknown | Refused):
            _log.warning("updates can't be fetched, trying again: %s", came.reason)
        if isinstance(came, Wait) and came.flood:
            await self._pause(stop, came.seconds)

    def _delay(self) -> float:
        return min(2.0 ** min(self._failures - 1, 10), _LONGEST_PAUSE)

    async def _delete_webhook(self) -> None:
        """Make polling possible; an error shows at the poll. Raises TokenRevoked."""
        came, _ = await self._messenger.ask("deleteWebhook", {"drop_pending_updates": False})
        if isinstance(came, Revoked):
            raise TokenRevoked

    async def _confirm(self) -> None:
        """Confirm what was handled, so that a restart does not answer it again; lost, it does no harm."""
        if self._offset:
            with suppress(TelegramError, LookupError, TypeError, ValueError, TimeoutError):
                await asyncio.wait_for(self._poll(0, limit=1), 3.0)

    def _read(self, body: dict[str, Any]) -> Update | None:
        """Return an update as an object; None, and a line in the log, for one the library can't read."""
        try:
            return Update.de_json(body, self._messenger.wire)
        except Exception:  # a kind of update newer than the library
            _log.exception("update %s can't be read and is left out", body.get("update_id"))
            return None

    def _lock(self, update: Update) -> asyncio.Lock:
        chat, user = update.effective_chat, update.effective_user
        return self._locks.setdefault(chat.id if chat else user.id if user else 0, asyncio.Lock())
