"""Connects to Telegram with the token of the settings. Sends nothing to a chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from math import inf

from bot import scheduler
from bot.botapi import client
from bot.botapi.meter import Meter
from bot.errors import UsageError
from bot.session.connection import Connection
from bot.session.identification import identify
from bot.session.parts import Parts


@asynccontextmanager
async def connected(
    parts: Parts, stop: asyncio.Event, seconds: float = inf
) -> AsyncIterator[Connection]:
    """Connect to Telegram while the block runs.

    Raises UsageError without a token, TokenRevoked for a token that Telegram does not accept,
    PaperboyError when Telegram can't be reached within about `seconds`, Stopped on `stop`.
    """
    telegram = parts.settings.telegram
    token = telegram.token.get_secret_value()
    if not token:
        raise UsageError(
            "telegram.token: is missing. Take one from @BotFather and set "
            "PAPERBOY_TELEGRAM__TOKEN; `paperboy demo` needs none."
        )
    messenger = client.build(
        token,
        telegram.api_base_url,
        paid=telegram.paid_broadcast,
        meter=Meter(parts.pace, parts.clock),
        transport=parts.transport,
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(messenger.close)
        username = await scheduler.until_stopped(
            stop, identify(messenger, stop, seconds)
        )
        connection = Connection(messenger, username, parts)
        stack.push_async_callback(connection.inbox.close)
        yield connection
