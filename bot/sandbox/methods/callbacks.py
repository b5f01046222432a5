"""Answering taps: answerCallbackQuery, once each and in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.sandbox.refusals import QUERY_TOO_OLD, bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.world import World

LONGEST_ANSWER: Final = 200


def answer_callback(world: World, fields: Fields) -> bool:
    """answerCallbackQuery."""
    text = fields.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    number, show_alert = fields.text("callback_query_id"), fields.flag("show_alert")
    if not world.taps.answer(number, text, show_alert, fields.text("url") or None):
        raise bad(QUERY_TOO_OLD)
    return True


METHODS = {"answerCallbackQuery": answer_callback}
