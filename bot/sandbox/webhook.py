"""Updates sent to the bot by POST, one by one, on this machine only. The queue is in `updates`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.sandbox.events import Events
    from bot.sandbox.records import Json
    from bot.sandbox.updates import Update, Updates

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_PATIENCE: Final = 10.0
#: Seconds between attempts at one update; the last repeats.
_PAUSES: Final = (0.1, 0.5, 1.0, 2.0, 5.0)


class Webhook:
    """The bot's webhook. An update is sent again until it is a day old."""

    def __init__(
        self, clock: Callable[[], datetime], events: Events, updates: Updates
    ) -> None:
        self._clock = clock
        self._events = events
        self._updates = updates
        self._task: asyncio.Task[None] | None = None
        self._secret = ""
        self._connections = 40
        self._error: Json = {}

    def start(self, url: str, secret: str, connections: int) -> None:
        """Send updates to `url` from now on."""
        self.stop()
        self._updates.webhook_url, self._secret, self._connections = (
            url,
            secret,
            connections,
        )
        self._task = asyncio.get_running_loop().create_task(self._deliver(url))

    def stop(self) -> None:
        """Send no more updates; polling is allowed again."""
        self._updates.webhook_url = ""
        self._error = {}
        if self._task:
            self._task.cancel()
            self._task = None

    async def ended(self) -> None:
        """Stop and wait until nothing is under way."""
        task = self._task
        self.stop()
        if task:
            await asyncio.gather(task, return_exceptions=True)

    def info(self) -> Json:
        """WebhookInfo without what the queue knows."""
        url = self._updates.webhook_url
        info: Json = {"url": url, "has_custom_certificate": False}
        return info | (
            {"max_connections": self._connections} | self._error if url else {}
        )

    async def _deliver(self, url: str) -> None:
        # No proxy for loopback, and no certificate on this machine.
        options: Json = {"timeout": _PATIENCE, "trust_env": False, "verify": False}
        async with httpx.AsyncClient(**options) as client:
            while not self._events.closed.is_set():
                await self._updates.arrival()
                self._updates.expire()
                if self._updates.waiting:
                    await self._bring(client, url, self._updates.waiting[0])

    async def _bring(self, client: httpx.AsyncClient, url: str, update: Update) -> None:
        tries = 0
        while (reason := await self._posted(client, url, update)) is not None:
            at = int(self._clock().timestamp())
            self._error = {"last_error_date": at, "last_error_message": reason}
            self._events.ring()
            if await self._events.pause(_PAUSES[min(tries, len(_PAUSES) - 1)]):
                return
            tries += 1
        self._updates.confirm(update.id + 1)

    async def _posted(
        self, client: httpx.AsyncClient, url: str, update: Update
    ) -> str | None:
        """Return None if the bot accepted it, else the error Telegram would report."""
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        try:
            answer = await client.post(url, json=update.wire(), headers=headers)
        except httpx.TimeoutException:
            return "Read timeout expired"
        except httpx.ConnectError:
            return "Connection refused"
        except httpx.TransportError:
            return "Connection reset by peer"
        if answer.is_success:
            return None
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
