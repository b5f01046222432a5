"""Everything that speaks Telegram. Decides nothing about articles: it passes on what people ask and what Telegram says.

`messenger` is the only sender and `outcomes` reads Telegram's answers; `polling` fetches updates, `router` takes each
to its handler in `readers`, `editors` or `buttons`, and `plain` reads what is no command; `office` is what a handler
works with. python-telegram-bot is used for its wire and its objects only: its Updater confirms updates before they are
handled and dies silently, its Application would lose an update with a failing handler, its rate limiter forgets pauses.
"""

from __future__ import annotations

import os

#: Telegram's times as timedelta, which the library will make the rule; without it each 429 warns.
os.environ.setdefault("PTB_TIMEDELTA", "1")
