"""Settings: `config/paperboy.toml` and `PAPERBOY_…` variables become one checked record. Opens nothing else.

Names and defaults are the contract of design §3; the shipped file is the place where each is explained, and a test
holds the two together.
"""

from __future__ import annotations

from bot.settings.reading import DEFAULT_FILE, file_in_use, load
from bot.settings.records import (
    PREFIX,
    Buttons,
    Channel,
    Delivery,
    Feed,
    Log,
    Pace,
    Readers,
    Settings,
    Store,
    Telegram,
    Web,
)

__all__ = [
    "DEFAULT_FILE",
    "PREFIX",
    "Buttons",
    "Channel",
    "Delivery",
    "Feed",
    "Log",
    "Pace",
    "Readers",
    "Settings",
    "Store",
    "Telegram",
    "Web",
    "file_in_use",
    "load",
]
