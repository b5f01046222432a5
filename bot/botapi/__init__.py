"""The Bot API client: calls out, updates in. Decides nothing about articles and words nothing.

    client         the only sender: a call out, an Outcome in
    meter          counts each call to a chat in the rate limiter; a reply's turn
    wire           the library's connection: calls as plain data, and how long each may take
    transport      HTTP, on aiohttp
    error_texts    what the text of a 400, a 403 or a 409 means: a row of a table for each meaning
    error_mapping  any other error (a 429, a 5xx, no answer): an exception becomes an Outcome
    polling        fetches updates; confirms them once they are stored
    inbox          updates from arrival until they are handled, kept in the database
    chat_queues    handles them, in order for each chat
    shapes         which updates are usable, and whose they are
    registration   registers the webhook with Telegram, and checks it
    webhook        where Telegram posts updates instead of being polled
    redaction      keeps tokens out of logs and error texts

python-telegram-bot is used for its client and its objects only (docs/telegram.md, The library).
"""

from __future__ import annotations

import os

#: Telegram's times as timedelta, which the library will make the rule; without it each 429 warns.
os.environ.setdefault("PTB_TIMEDELTA", "1")
