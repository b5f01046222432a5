"""One bot account at work: client, courier, updates, editors. Plans no times.

    parts              what an open bot has, with or without an account
    connecting         connects to Telegram with the token of the settings
    identification     asks Telegram who the bot is, until it answers
    connection         connects the rooms that speak for the account
    channel_lookup     looks up the settings' channels, and reports unknown ones
    webhook            where Telegram posts updates, by the settings

`app` opens what works without an account.
"""

from __future__ import annotations
