"""What the bot shows and hears over HTTP: health, metrics and Telegram's webhook. Knows no update and counts nothing.

`server` listens, `metrics` words a report for Prometheus, `door` lets Telegram's updates in and nobody else's; `health`
and `hook` are what they are told, apart, since a bot that does not listen loads no web server.
"""

from __future__ import annotations
