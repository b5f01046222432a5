"""Reads a message: forwards it silently to an editor and deletes the copy. Compares nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.domain.delivery import Payload
from bot.domain.outcome import Outcome, Refused, Sent, Wait
from bot.publish.in_flight import Messenger

#: Attempts to delete an editor's copy; seconds between two of them where Telegram names none, and
#: at most.
DELETIONS, AGAIN, PATIENCE = 5, 1.0, 10.0
_log = logging.getLogger(__name__)


async def peek(
    messenger: Messenger, chat_id: int, message: int, editor: int
) -> tuple[Outcome, Any]:
    """Return the outcome of forwarding a message, and the copy (Bot API Message) or None."""
    payload: Payload = {
        "method": "forwardMessage",
        "from_chat_id": chat_id,
        "disable_notification": True,
    }
    outcome, copy = await messenger.answer(payload, chat_id=editor, message=message)
    if isinstance(outcome, Sent) and outcome.message:
        await _take_back(messenger, editor, outcome.message)
    return outcome, copy


async def _take_back(messenger: Messenger, editor: int, copy: int) -> None:
    """Delete a copy; a bad line is given some more chances."""
    for _ in range(DELETIONS):
        gone = await messenger.call(
            {"method": "deleteMessage"}, chat_id=editor, message=copy
        )
        if isinstance(gone, Sent | Refused):
            break
        await asyncio.sleep(
            min(gone.seconds if isinstance(gone, Wait) else AGAIN, PATIENCE)
        )
    if not isinstance(gone, Sent):
        _log.warning(
            "a copy forwarded to look for a post could not be deleted from an editor's chat: %s",
            gone,
        )
