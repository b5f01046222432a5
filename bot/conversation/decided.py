"""Tells an editor whose tap comes too late what another one decided. Decides nothing."""

from __future__ import annotations

from bot.conversation.context import Context
from bot.conversation.posting import TapResult
from bot.conversation.request import Request
from bot.domain.article import from_short_id
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.planning import naming
from bot.rendering import alerts, keyboards
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
    buttons = [one for row in button.keyboard for one in row]
    labels = [one["text"] for one in buttons if one.get("callback_data") == button.data]
    done = Decided(
        request.at,
        request.user,
        button.message,
        "".join(labels[:1]),
        await _what(context, tap, result.payload),
    )
    questions = [one["callback_data"] for one in buttons if _is_decision(one)]
    await context.store(decided.put, {button.data, *questions}, done)


async def too_late(context: Context, request: Request, tap: Tap) -> Payload | None:
    """Return what replaces a question that is not open any more.

    None: the message was tapped twice, and may offer to undo the first tap by now.
    """
    button = request.button
    found = await context.store(decided.get, button.data) if button else None
    if found is None:
        return alerts.already_decided(context.templates)
    is_own = found.editor == request.user
    is_twice = is_own and button is not None and found.message == button.message
    if is_twice and tap.decision is Decision.REPUBLISH:
        return None
    by = "You" if is_own else await context.store(_name, found.editor)
    return alerts.already_decided(
        context.templates,
        by=by,
        choice=found.choice,
        at=found.at,
        what=found.what,
        tz=context.editors_tz,
    )


async def _what(context: Context, tap: Tap, payload: Payload) -> str:
    """Return what was done as it can be read later: without buttons and what they promise."""
    if tap.decision is Decision.REPUBLISH:
        number = from_short_id(tap.value.partition(".")[0])
        name = await context.store(naming.article, number) if number else None
        payload = alerts.decided(
            context.templates,
            Decision.POST_ONE,
            count=1,
            articles=[name] if name else [],
        )
    return "" if "reply_markup" in payload else str(payload.get("text", ""))


def _is_decision(button: keyboards.Button) -> bool:
    tap = keyboards.read(button.get("callback_data", ""))
    return tap is not None and tap.act is Act.DECIDE


def _name(db: Database, editor: int) -> str:
    found = chats.by_number(db, editor)
    return (found.name if found else "") or "Another editor"
