"""A bot joined as the app joins it, on an empty database and at the sandbox's clock. Not a test by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.botapi import client
from bot.botapi.meter import Meter
from bot.clock import Clock
from bot.domain.rate_limit import Limits, RateLimiter
from bot.publish.channels import Channels
from bot.rendering.templates import Templates
from bot.sandbox import Sandbox
from bot.session.connection import Connection
from bot.session.parts import Parts
from bot.settings import Settings
from bot.store.thread import Store

LOOSE = {
    "messages_per_second": 10_000,
    "per_chat_seconds": 0,
    "per_group_minute": 100_000,
}


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot's end of the line to a sandbox."""

    store: Store
    messenger: client.Messenger
    channels: Channels
    bot: Connection


async def _unread(articles: Mapping[str, int]) -> Mapping[str, str]:
    """Read nothing: this bot has no folder."""
    del articles
    return {}


@asynccontextmanager
async def joined(
    sandbox: Sandbox, settings: Settings, templates: Templates
) -> AsyncIterator[Joined]:
    """Open a bot that knows the channels of its settings."""
    store, pace = Store(":memory:"), RateLimiter(Limits(**settings.pace.model_dump()))
    clock = Clock.of(sandbox.clock)
    meter = Meter(pace, clock)
    speaking = client.build(
        sandbox.token,
        sandbox.base_url,
        paid=settings.telegram.paid_broadcast,
        meter=meter,
    )
    channels = Channels(store, settings.channels, templates.taxonomy)
    parts = Parts(
        settings=settings,
        templates=templates,
        store=store,
        channels=channels,
        pace=pace,
        clock=clock,
        wake=lambda: None,
        reread=_unread,
        folder_status=dict,
    )
    bot = Connection(speaking, sandbox.bot.username or "", parts)
    try:
        await channels.load()
        await bot.channel_lookup.resolve()
        yield Joined(store, speaking, channels, bot)
    finally:
        await speaking.close()
        store.close()
