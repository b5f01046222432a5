"""Registers the webhook with Telegram, and checks that it is still registered. Takes no updates."""

from __future__ import annotations

import asyncio
import logging
from typing import assert_never

from bot.botapi.client import Messenger
from bot.botapi.polling import ALLOWED, asked_for, wait_or_stop
from bot.botapi.webhook import Hook, why_unheard
from bot.domain.outcome import (
    Gone,
    Migrated,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
    reason_of,
)
from bot.errors import PaperboyError, TokenRevoked

#: Seconds between two attempts to set the webhook: doubled each time, from the first to the last.
FIRST_TRY, LAST_TRY = 1.0, 30.0
_REFUSED = "web.public_url: Telegram refuses the webhook"
_TRYING_AGAIN = "the webhook can't be set, trying again: %s"
_log = logging.getLogger(__name__)


class Registration:
    """The webhook of one bot, as Telegram knows it. url: the address that Telegram posts to."""

    def __init__(self, messenger: Messenger, url: str) -> None:
        self._messenger = messenger
        self._url = url
        #: The webhook that is set; None until it is, and where updates are polled for.
        self._hook: Hook | None = None

    async def set(self, hook: Hook, stop: asyncio.Event) -> None:
        """Set the webhook, trying again until Telegram answers or `stop` is set.

        Raises PaperboyError when Telegram refuses, TokenRevoked.
        """
        await self._set(hook, stop)
        self._hook = hook

    async def check(self) -> None:
        """Check that Telegram posts updates here; set the webhook again if somebody deleted it.

        Raises PaperboyError when Telegram brings no updates, TokenRevoked.
        """
        if self._hook is None:
            return  # it is being set
        outcome, info = await self._messenger.ask("getWebhookInfo")
        if isinstance(outcome, Revoked):
            raise TokenRevoked
        if not isinstance(outcome, Sent) or not isinstance(info, dict):
            return
        if not info.get("url"):
            _log.warning("the webhook was deleted by somebody else; it is set again")
            await self._set(self._hook, asyncio.Event())
        elif why := why_unheard(info, self._url):
            raise PaperboyError(why)

    async def _set(self, hook: Hook, stop: asyncio.Event) -> None:
        parameters = {
            "url": self._url,
            "secret_token": hook.secret,
            "allowed_updates": list(ALLOWED),
        }
        wait = FIRST_TRY
        while not stop.is_set():
            outcome, _ = await self._messenger.ask("setWebhook", parameters)
            match outcome:
                case Sent():
                    return
                case Revoked():
                    raise TokenRevoked
                case Refused():
                    raise PaperboyError(f"{_REFUSED}: {outcome.reason}")
                case Wait() | Unknown() | Gone() | Migrated():
                    if wait == FIRST_TRY:
                        _log.warning(_TRYING_AGAIN, reason_of(outcome))
                    await wait_or_stop(stop, max(wait, asked_for(outcome)))
                    wait = min(wait * 2, LAST_TRY)
                case _:
                    assert_never(outcome)
