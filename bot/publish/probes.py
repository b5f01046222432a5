"""Carries out the probes of a recovery as calls of the Bot API. Interprets no answer."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, assert_never

from bot.domain.delivery import Payload
from bot.domain.outcome import Outcome
from bot.domain.recovery import ForwardProbe, KeyboardProbe, RightsProbe, Step
from bot.publish.forward_probe import forward_and_read
from bot.publish.messenger import Messenger


def carry_out(
    messenger: Messenger, chat_id: int, step: Step
) -> Coroutine[Any, Any, tuple[Outcome, Any]]:
    """Return the call of a probe in a channel: its outcome, and Telegram's result or None."""
    match step:
        case ForwardProbe():
            return forward_and_read(messenger, chat_id, step.message, step.editor)
        case RightsProbe():
            parameters = {"chat_id": chat_id, "user_id": messenger.number}
            return messenger.ask("getChatMember", parameters)
        case KeyboardProbe():
            return _set_keyboard(messenger, chat_id, step)
        case _:
            assert_never(step)


async def _set_keyboard(
    messenger: Messenger, chat_id: int, step: KeyboardProbe
) -> tuple[Outcome, Any]:
    payload: Payload = {
        "method": "editMessageReplyMarkup",
        "reply_markup": step.keyboard,
    }
    return await messenger.answer(payload, chat_id=chat_id, message=step.message)
