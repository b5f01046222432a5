"""What the bot shows and hears over HTTP: health, metrics and Telegram's webhook. Knows no update and counts nothing.

`server` listens, `metrics` words a report for Prometheus, `hook` lets Telegram's updates in and nobody else's.
"""

from __future__ import annotations

from bot.web.hook import Hook
from bot.web.server import Health, Web

__all__ = ["Health", "Hook", "Web"]
