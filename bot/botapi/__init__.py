"""The Bot API client: calls out, updates in. Decides nothing about articles and words nothing.

`client` is the only sender, over `transport`; `error_mapping` makes an Outcome of every answer; `polling` fetches
updates into `inbox`, `webhook` is how Telegram posts them instead; `redaction` keeps tokens out of logs.
python-telegram-bot is used for its client and its objects only: its Updater confirms updates before they are handled
and dies silently, its Application would lose an update with a failing handler, its rate limiter forgets pauses.
"""

from __future__ import annotations

import os

#: Telegram's times as timedelta, which the library will make the rule; without it each 429 warns.
os.environ.setdefault("PTB_TIMEDELTA", "1")
