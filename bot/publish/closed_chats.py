"""Why a chat gets nothing now, in words, for reports and for replies about posts. Decides nothing.

The rule is `domain.availability`.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.availability import Closed
from bot.rendering import labels
from bot.store.chats import Chat

#: Closed by an answer of Telegram's, which the chat keeps as the reason. Others have only words.
_BY_TELEGRAM = (Closed.PARKED, Closed.PAUSED)


def why_closed(chat: Chat, at: datetime) -> tuple[str, datetime | None]:
    """Return what keeps a chat from receiving, and until when; empty if nothing does."""
    now = chat.availability(at)
    if now.closed is None:
        return "", None
    words = labels.CLOSED[now.closed]
    if now.closed in _BY_TELEGRAM:
        words = chat.reason or words
    return words, now.until
