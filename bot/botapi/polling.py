"""The loop that fetches updates and confirms to Telegram those that are stored.

Handles none; see `inbox`. python-telegram-bot's Updater confirms updates before they are stored,
and ends silently when the token is revoked; this loop raises. An answer that is not a list of
updates is logged once, and the poll is repeated.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar, assert_never

from bot.botapi import error_mapping
from bot.botapi.client import Messenger
from bot.botapi.inbox import Full, Inbox
from bot.botapi.shapes import valid
from bot.clock import Monotonic
from bot.domain.outcome import (
    Delay,
    Gone,
    Migrated,
    Outcome,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
)
from bot.errors import SecondPoller, StoreError, TokenRevoked

#: The kinds of update that the bot gets. Telegram remembers the last list, so each poll names it.
ALLOWED = ("message", "callback_query", "my_chat_member", "channel_post")
#: Seconds that Telegram holds a poll until there is an update; the answer may take a little longer.
POLL_SECONDS = 25
_GRACE_SECONDS = 10.0
_LIMIT = 100
#: Seconds to the next poll after one that returned only updates that were stored before.
REPEATED = 1.0
_LONGEST_PAUSE = 30.0
_CONFLICT_LASTS = 60.0
_TRYING_AGAIN = "updates can't be fetched, trying again: %s"
_log = logging.getLogger(__name__)

T = TypeVar("T")
Pause = Callable[[asyncio.Event, float], Awaitable[None]]


async def wait_or_stop(stop: asyncio.Event, seconds: float) -> None:
    """Wait until `stop` is set, but not longer than `seconds`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _nothing(_: float) -> None:
    """Do nothing."""


class Polling:
    """Fetches updates for one bot."""

    def __init__(
        self,
        messenger: Messenger,
        inbox: Inbox,
        monotonic: Monotonic,
        *,
        poll_seconds: int = POLL_SECONDS,
        pause: Pause = wait_or_stop,
        repeated: float = REPEATED,
    ) -> None:
        self._messenger = messenger
        self.inbox = inbox
        self._monotonic = monotonic
        self._poll_seconds = poll_seconds
        self._pause = pause
        self._repeated = repeated
        self._offset = 0
        self._failures = self._store_failures = 0
        self._conflict_began = 0.0
        self._last_conflict: float | None = None
        self._webhook_deleted = False
        self._last_success: float | None = None
        #: Monotonic time at which a poll last began or ended; None before the first.
        self.moved: float | None = None
        #: Called when polls succeed again, with the seconds since the last successful one.
        self.back: Callable[[float], Awaitable[None]] = _nothing

    @property
    def last_success(self) -> float | None:
        """Monotonic time of the last successful poll; None before the first."""
        return self._last_success

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set, then finish what was fetched.

        Raises TokenRevoked, SecondPoller.
        """
        await self._delete_webhook()
        inbox_run = asyncio.create_task(self.inbox.run(stop))
        try:
            while not stop.is_set() and not inbox_run.done():
                await self._unless_ended(stop, inbox_run, self.inbox.room(_LIMIT))
                poll = self._poll_patiently(stop, self._poll_seconds)
                await self._take(await self._unless_ended(stop, inbox_run, poll))
            await self._confirm()
            await inbox_run
        finally:
            inbox_run.cancel()
            await asyncio.gather(inbox_run, return_exceptions=True)

    async def drain(self) -> int:
        """Handle the updates that wait at Telegram and return how many.

        Raises TokenRevoked, SecondPoller.
        """
        await self._delete_webhook()
        await self.inbox.resume()
        never = asyncio.Event()
        count = 0
        while updates := await self._poll_patiently(never, 0):
            await self.inbox.room(len(updates))
            if self.inbox.closed:
                break  # they stay unconfirmed, for the next run
            count += await self._take(updates)
            await self.inbox.idle()
        await self.inbox.idle()
        return count

    async def _take(self, updates: list[dict[str, Any]] | None) -> int:
        """Store a batch; the next poll confirms it.

        A batch that can't be stored is fetched again.
        """
        if not updates:
            return 0
        try:
            new = await self.inbox.take(updates)
        except Full:
            # The bot is stopping, or too many updates wait. They are not confirmed, so Telegram
            # sends them again.
            return 0
        except StoreError as error:
            if not self._store_failures:
                _log.error("updates can't be stored, trying again: %s", error)
            self._store_failures += 1
            await asyncio.sleep(_delay(self._store_failures))
            return 0
        self._store_failures = 0
        self._offset = updates[-1]["update_id"] + 1
        if not new:  # a proxy that returns the same answer again and again
            await asyncio.sleep(self._repeated)
        return len(updates)

    async def _unless_ended(
        self,
        stop: asyncio.Event,
        inbox_run: asyncio.Task[None],
        waited: Coroutine[Any, Any, T],
    ) -> T | None:
        """Return the result of `waited`, or None when `stop` is set or the inbox ends first.

        The updates of an abandoned poll stay unconfirmed.
        """
        work = asyncio.ensure_future(waited)
        stopped = asyncio.ensure_future(stop.wait())
        waits_for = (work, stopped, inbox_run)
        try:
            await asyncio.wait(waits_for, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            for task in (work, stopped):
                task.cancel()
            await asyncio.gather(work, stopped, return_exceptions=True)

    async def _poll_patiently(
        self, stop: asyncio.Event, seconds: int
    ) -> list[dict[str, Any]]:
        """Poll until it works; empty when `stop` is set. Raises TokenRevoked, SecondPoller."""
        while True:
            try:
                updates = await self._poll_once(seconds)
            except Exception as error:  # JSON of another shape can raise anything
                await self._recover(stop, error_mapping.outcome(error))
            else:
                await self._succeed()
                return updates
            if stop.is_set():
                return []
            await self._pause(stop, _delay(self._failures))

    async def _succeed(self) -> None:
        """Record a successful poll; report it if polls had failed."""
        if self._failures:
            _log.warning("updates are fetched again")
            if self._last_success is not None:
                await self.back(self._monotonic() - self._last_success)
        self._failures = 0
        self._last_success = self._monotonic()

    async def _poll_once(self, seconds: int) -> list[dict[str, Any]]:
        """Poll, and record when the poll began and when it ended, successful or not."""
        self.moved = self._monotonic()
        try:
            return await self._poll(seconds)
        finally:
            self.moved = self._monotonic()

    async def _poll(self, seconds: int, limit: int = _LIMIT) -> list[dict[str, Any]]:
        parameters = {
            "offset": self._offset,
            "timeout": seconds,
            "limit": limit,
            "allowed_updates": list(ALLOWED),
        }
        answer = await self._messenger.wire.ask(
            "getUpdates", parameters, seconds + _GRACE_SECONDS
        )
        updates = valid(answer)
        if answer and not updates:
            raise ValueError("no update in the answer has a number")
        return updates

    async def _recover(self, stop: asyncio.Event, outcome: Outcome) -> None:
        """Record a failed poll; wait where Telegram asks for it.

        Raises TokenRevoked, and SecondPoller after a minute of another program's polls.
        """
        self._failures += 1
        match outcome:
            case Revoked():
                raise TokenRevoked
            case Wait(cause=Delay.WEBHOOK) if not self._webhook_deleted:
                self._webhook_deleted = True
                await self._delete_webhook()
            case Wait(cause=Delay.WEBHOOK | Delay.CONFLICT):
                self._note_conflict(outcome.reason)
            case Wait() | Unknown() | Refused():
                if self._failures == 1:
                    _log.warning(_TRYING_AGAIN, outcome.reason)
                seconds = asked_for(outcome)
                if seconds:
                    await self._pause(stop, seconds)
            case Sent() | Gone() | Migrated():
                pass  # they are about a chat: no answer to getUpdates
            case _:
                assert_never(outcome)

    def _note_conflict(self, reason: str) -> None:
        """Record that another program fetches this bot's updates.

        Raises SecondPoller after a minute of it.
        """
        at = self._monotonic()
        last, self._last_conflict = self._last_conflict, at
        if last is None or at - last > _CONFLICT_LASTS:
            self._conflict_began = at
            _log.warning("another program reads this bot's updates: %s", reason)
        elif at - self._conflict_began >= _CONFLICT_LASTS:
            raise SecondPoller

    async def _delete_webhook(self) -> None:
        """Delete a webhook, with which polling is not possible; polls report an error.

        Raises TokenRevoked.
        """
        outcome, _ = await self._messenger.ask(
            "deleteWebhook", {"drop_pending_updates": False}
        )
        if isinstance(outcome, Revoked):
            raise TokenRevoked

    async def _confirm(self) -> None:
        """Confirm what was handled, so that it is not fetched after a restart.

        A failure does no harm.
        """
        if self._offset:
            with suppress(Exception):
                await asyncio.wait_for(self._poll(0, limit=1), 3.0)


def asked_for(outcome: Outcome) -> float:
    """Return how many seconds Telegram asked to wait; 0: it did not."""
    if isinstance(outcome, Wait) and outcome.flood:
        return outcome.seconds
    return 0.0


def _delay(failures: int) -> float:
    """Return the seconds to wait after this number of failures in a row."""
    doublings = min(failures - 1, 10)
    return min(2.0**doublings, _LONGEST_PAUSE)
