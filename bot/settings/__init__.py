"""Settings: `config/paperboy.toml` and `PAPERBOY_…` variables become one checked record.

Opens nothing else.

    reading        reads the file and the variables
    records        every setting: type, default, limits
    taxonomy       reads `topics.toml`

Names and defaults do not change (docs/architecture.md, Contract). The shipped file explains each,
and a test holds the two together.
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
    Picture,
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
    "Picture",
    "Readers",
    "Settings",
    "Store",
    "Telegram",
    "Web",
    "file_in_use",
    "load",
]
