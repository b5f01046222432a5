"""Tells an editor whose tap comes too late what another one decided. Decides nothing."""

from __future__ import annotations

from itertools import chain

from bot.conversation.context import Context
from bot.conversation.posting import TapResult
from bot.conversation.request import Request
from bot.domain.article import from_short_id
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.planning import naming
from bot.rendering import alerts, keyboards, labels
from bot.rendering.keyboards import Act, Tap
from bot.store import chats, decided
from bot.store.database import Database
from bot.store.decided import Decided


async def remember(
    context: Context, request: Request, tap: Tap, result: TapResult
) -> None:
    """Write what a tap decided, under every button of the question."""
    button = request.button
    if button is None or request.user is None or result.payload is None:
        return
    label = ""
    questions = {button.data}
    for one in chain.from_iterable(button.keyboard):
        data = one.get("callback_data", "")
        if data == button.data:
            label = label or one["text"]
        if _is_decision(data):
            questions.add(data)
    what = await _what(context, tap, result.payload)
    done = Decided(
        at=request.at,
        editor=request.user,
        message=button.message,
        choice=label,
        what=what,
    )
    await context.store(decided.put, questions, done)


async def too_late(context: Context, request: Request, tap: Tap) -> Payload | None:
    """Return what replaces a question that is not open any more.

    None: the message was tapped twice, and may offer to undo the first tap by now.
    """
    button = request.button
    if button is None:
        return None
    earlier = await context.store(decided.get, button.data)
    if earlier is None:
        return alerts.already_decided(context.templates)
    is_own = earlier.editor == request.user
    is_tapped_twice = is_own and earlier.message == button.message
    if is_tapped_twice and tap.decision is Decision.REPUBLISH:
        return None
    by = labels.YOU if is_own else await context.store(_name, earlier.editor)
    return alerts.already_decided(
        context.templates,
        by=by,
        choice=earlier.choice,
        at=earlier.at,
        what=earlier.what,
        tz=context.editors_tz,
    )


async def _what(context: Context, tap: Tap, payload: Payload) -> str:
    """Return what was done as it can be read later: without buttons and what they promise."""
    if tap.decision is Decision.REPUBLISH:
        short_id, _, _ = tap.value.partition(".")
        number = from_short_id(short_id)
        name = await context.store(naming.article, number) if number else None
        payload = alerts.decided(
            context.templates,
            Decision.POST_ONE,
            count=1,
            articles=[name] if name else [],
        )
    if "reply_markup" in payload:
        return ""
    return str(payload.get("text", ""))


def _is_decision(data: str) -> bool:
    tap = keyboards.read(data)
    if tap is None:
        return False
    return tap.act is Act.DECIDE


def _name(db: Database, editor: int) -> str:
    chat = chats.by_number(db, editor)
    name = chat.name if chat else ""
    return name or labels.ANOTHER_EDITOR
