"""What an open bot has, with or without an account. Does nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from bot.domain.rate_limit import RateLimiter
from bot.publish.channels import Channels
from bot.publish.followed import Reread
from bot.rendering.templates import Templates
from bot.settings import Settings
from bot.store.thread import Store

if TYPE_CHECKING:
    from bot.botapi.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one bot that its rooms share."""

    settings: Settings
    templates: Templates
    store: Store
    channels: Channels
    pace: RateLimiter
    clock: Clock
    #: Called when there may be something to send.
    wake: Callable[[], None]
    #: Reads files again just before posts that depend on them are sent.
    reread: Reread
    #: Returns what only a running bot knows of its folder for /status.
    folder_status: Callable[[], Mapping[str, Any]]
    #: Makes the connections to Telegram; None: over HTTP.
    transport: Callable[..., Transport] | None = None
