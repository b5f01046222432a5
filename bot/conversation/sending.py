"""Sends replies, edits tapped messages, and answers taps. Does not decide what is replied.

Replies are sent at once, not through the outbox: a person is waiting. What Telegram refuses is
sent once more in a simpler form (`domain.interpretation.after_reply`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.conversation import chat_standing
from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.domain.delivery import Payload
from bot.domain.interpretation import after_reply
from bot.domain.outcome import Fallback, Outcome, Refused, Revoked, Sent, reason_of
from bot.errors import TokenRevoked
from bot.rendering import keyboards, markup, replies
from bot.rendering.taps import TapAnswer
from bot.store import addressing, numbers, pending
from bot.store.database import Database

_TRIES = 4
#: What a fallback leaves out of a reply.
_LEFT_OUT = {
    Fallback.PLAIN: "parse_mode",
    Fallback.NO_REPLY: "reply_parameters",
    Fallback.NO_KEYBOARD: "reply_markup",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of which something is recorded once Telegram has taken it."""

    payload: Payload
    #: Records it.
    record: Callable[[Database], object] | None = None


def reply(
    context: Context,
    request: Request,
    content: Payload | Reply,
    *,
    remember: bool = False,
) -> None:
    """Begin to send a reply to the chat, after the replies before it.

    In a group the reply quotes the message it replies to.

    remember: its message may be edited later; see `store.pending`.
    """
    _begin(context, request, partial(_reply, context, request, content, remember))


def follow_up(
    context: Context, request: Request, make: Callable[[], Awaitable[Reply | None]]
) -> None:
    """Begin to send what `make` returns, after the replies before it; nothing if it is None."""

    async def work() -> None:
        if made := await make():
            await _reply(context, request, made)

    _begin(context, request, work)


def edit(
    context: Context, request: Request, payload: Payload, *, remember: bool = False
) -> None:
    """Begin to edit the tapped message to a reply; if Telegram refuses, send the reply."""
    _begin(context, request, partial(_edit, context, request, payload, remember))


def edit_keyboard(context: Context, request: Request, rows: keyboards.Rows) -> None:
    """Begin to give the tapped message these buttons; none: it loses its buttons."""
    payload = {
        "method": "editMessageReplyMarkup",
        "reply_markup": keyboards.keyboard(rows),
    }
    _begin(context, request, partial(_send, context, request, payload, edits=True))


def answer_tap(
    context: Context,
    request: Request,
    answer: TapAnswer,
    *,
    alert: bool = False,
) -> None:
    """Answer a tap. Replies to the chat do not wait for it.

    alert: the line stays until the person closes it.
    """
    if request.button is None:
        return
    templates = context.templates_for(request)
    line = replies.tap_line(templates, answer)
    call = partial(
        context.messenger.answer_callback, request.button.query, line, alert=alert
    )
    context.reply_queue.send(request.update, request.chat_id, call, in_order=False)


def _begin(
    context: Context, request: Request, work: Callable[[], Awaitable[object]]
) -> None:
    context.reply_queue.send(request.update, request.chat_id, work)


async def _reply(
    context: Context, request: Request, content: Payload | Reply, remember: bool = False
) -> None:
    reply = content if isinstance(content, Reply) else Reply(content)
    payload = reply.payload
    if request.message is not None and not request.private:
        quoted = {"message_id": request.message, "allow_sending_without_reply": True}
        payload = {"reply_parameters": quoted, **payload}
    outcome = await _send(context, request, payload, remember)
    if reply.record and isinstance(outcome, Sent):
        await context.store(reply.record)


async def _edit(
    context: Context, request: Request, payload: Payload, remember: bool
) -> None:
    text = {**payload, "method": "editMessageText"}
    outcome = await _send(context, request, text, remember, edits=True)
    if isinstance(outcome, Refused):
        await _send(context, request, payload, remember)


async def _send(
    context: Context,
    request: Request,
    payload: Payload,
    remember: bool = False,
    *,
    edits: bool = False,
) -> Outcome:
    """Send a reply and record what has to be known of it; `edits`: edit the tapped message."""
    edited = request.button.message if edits and request.button else None
    async with context.messenger.turn(request.chat_id):
        outcome, chat_id = await _try(context, request, payload, edited)
    await _apply(context, request, outcome, chat_id)
    if not isinstance(outcome, Sent):
        return outcome
    if outcome.message and not request.private:
        # A recovery must not take it for a post.
        await context.store(numbers.see, chat_id, outcome.message, context.clock())
    number = edited or outcome.message
    if remember and number:
        await context.store(pending.sent, request.update, number)
    return outcome


async def _try(
    context: Context, request: Request, payload: Payload, edited: int | None
) -> tuple[Outcome, int]:
    """Make the call, repeated if that helps; return its last outcome and the chat's number."""
    chat_id, thread = request.chat_id, request.thread
    for _ in range(_TRIES):
        outcome = await context.messenger.call(
            payload, chat_id=chat_id, thread=thread, message=edited
        )
        settlement = after_reply(outcome)
        if settlement.again_in is None:
            break
        if settlement.moved_to is not None:
            await context.store(addressing.move, chat_id, settlement.moved_to)
            chat_id = settlement.moved_to
        elif settlement.fallback is Fallback.NO_THREAD and thread:
            thread = 0
        elif settlement.fallback:
            simpler = _simpler(payload, settlement.fallback)
            if simpler is None:
                break
            reason = reason_of(outcome)
            _log.error("an answer was refused and goes out simpler: %s", reason)
            payload = simpler
        else:
            await asyncio.sleep(settlement.again_in)
    return outcome, chat_id


async def _apply(
    context: Context, request: Request, outcome: Outcome, chat_id: int
) -> None:
    """Draw the consequence of a reply that did not go out. Raises TokenRevoked."""
    if isinstance(outcome, Revoked):
        raise TokenRevoked
    if after_reply(outcome).parks:
        await context.store(chat_standing.park, chat_id, reason_of(outcome))
    elif not isinstance(outcome, Sent):
        _log.warning("an answer in %s did not go out: %s", request.place, outcome)


def _simpler(payload: Payload, fallback: Fallback) -> Payload | None:
    """Return a reply without what Telegram refused, or None when there is nothing to leave out."""
    left_out = _LEFT_OUT.get(fallback)
    if left_out is None or left_out not in payload:
        return None
    if fallback is Fallback.NO_KEYBOARD and "text" not in payload:
        return None
    simpler = dict(payload)
    del simpler[left_out]
    if fallback is Fallback.PLAIN:
        marked = markup.measure(payload["text"])
        simpler["text"] = marked.text
    return simpler
