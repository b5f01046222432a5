"""Asks Telegram who the bot is, until it answers. Sends nothing to a chat."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from math import inf
from typing import assert_never

from bot.botapi.client import Messenger
from bot.domain.outcome import (
    Gone,
    Migrated,
    Outcome,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
    reason_of,
)
from bot.errors import PaperboyError, TokenRevoked

#: Seconds between two tries to reach Telegram at the start; doubled each time up to the second.
FIRST_TRY, LAST_TRY = 1.0, 30.0
_log = logging.getLogger(__name__)


async def identify(
    messenger: Messenger, stop: asyncio.Event, seconds: float = inf
) -> str:
    """Return the bot's username, asking until Telegram answers or `stop` is set.

    Raises TokenRevoked, and PaperboyError after more than `seconds` of waiting.
    """
    wait, waited, logged = FIRST_TRY, 0.0, ""
    while True:
        answer = await messenger.get_me()
        if isinstance(answer, dict):
            return str(answer["username"])
        reason = _reason_to_wait(answer)
        waited += wait
        if waited > seconds:
            refusal = "nothing was done, as Telegram does not let the bot in"
            raise PaperboyError(f"{refusal}: {reason}")
        if reason != logged:
            problem = "Telegram does not let the bot in yet, trying again"
            _log.warning("%s: %s", problem, reason)
            logged = reason
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
            raise PaperboyError("stopped before Telegram could be reached")
        wait = min(wait * 2, LAST_TRY)


def _reason_to_wait(outcome: Outcome) -> str:
    """Return why Telegram did not say who the bot is. Raises TokenRevoked."""
    match outcome:
        case Revoked():
            raise TokenRevoked
        case Sent() | Wait() | Refused() | Gone() | Migrated() | Unknown():
            return reason_of(outcome)
        case _:
            assert_never(outcome)
