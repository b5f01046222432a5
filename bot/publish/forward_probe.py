"""Reads a message: forwards it silently to an editor and deletes the copy. Compares nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, assert_never

from bot.domain.delivery import Payload
from bot.domain.interpretation import after_deletion
from bot.domain.outcome import (
    Gone,
    Migrated,
    Outcome,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
)
from bot.publish.messenger import Messenger

#: Attempts to delete an editor's copy.
DELETIONS = 5
_log = logging.getLogger(__name__)


async def forward_and_read(
    messenger: Messenger, chat_id: int, message: int, editor: int
) -> tuple[Outcome, Any]:
    """Return the outcome of forwarding a message, and the copy (Bot API Message) or None."""
    payload: Payload = {
        "method": "forwardMessage",
        "from_chat_id": chat_id,
        "disable_notification": True,
    }
    outcome, copy = await messenger.answer(payload, chat_id=editor, message=message)
    match outcome:
        case Sent():
            if outcome.message:
                await _delete(messenger, editor, outcome.message)
        case Wait() | Refused() | Gone() | Migrated() | Unknown() | Revoked():
            pass  # nothing was forwarded
        case _:
            assert_never(outcome)
    return outcome, copy


async def _delete(messenger: Messenger, editor: int, copy: int) -> None:
    """Delete a copy; try again where Telegram can't be reached."""
    payload: Payload = {"method": "deleteMessage"}
    for _ in range(DELETIONS):
        outcome = await messenger.call(payload, chat_id=editor, message=copy)
        settlement = after_deletion(outcome)
        if settlement.is_deleted:
            return
        if settlement.again_in is None:
            break
        await asyncio.sleep(settlement.again_in)
    _log.warning(
        "a copy forwarded to look for a post could not be deleted from an editor's chat: %s",
        outcome,
    )
