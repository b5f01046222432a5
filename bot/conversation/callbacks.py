"""Taps on inline buttons: each is answered with a line, has its effect once, and changes its message in place.

What a button sends is made and read in `rendering.keyboards`; buttons live as long as their messages, so a tap may come
years later. Decides nothing about articles.
"""

from __future__ import annotations

from typing import Any

from bot.conversation import decisions, editors, readers, subscriptions
from bot.conversation.context import Context, Permission
from bot.conversation.request import Keyboard, Request
from bot.domain.article import from_short_id
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.rendering import keyboards, replies
from bot.rendering.keyboards import Act, Tap
from bot.rendering.taps import Line
from bot.store import searches

_EDITORIAL = (Act.COPY, Act.RELEASE, Act.REPUBLISH)
#: The label of a button that takes back what its message says; the message then says the contrary.
_UNDO = "Undo"
#: The edit that leaves a message without its buttons.
_NO_BUTTONS: Payload = {"method": "editMessageReplyMarkup", "reply_markup": {"inline_keyboard": []}}


async def tapped(context: Context, request: Request) -> None:
    """Carry out a tap. It is answered whatever happens, or the person's client would wait."""
    note = ""
    refused = False
    try:
        tap = keyboards.read(request.data)
        refusal = await _refusal(context, request, tap)
        refused = refusal is not None
        note = refusal or await _act(context, request, tap)
    finally:
        await context.note(request, note, alert=refused)


async def is_unfollow(context: Context, request: Request) -> bool:
    """Return True for a tap that ends a follow: it is carried out however many taps came before."""
    tap = keyboards.read(request.data)
    if tap is None or tap.act not in (Act.UNFOLLOW, Act.UNFOLLOW_OFFERED, Act.TOGGLE):
        return False
    if tap.act is not Act.TOGGLE:
        return True
    topic = await context.store(subscriptions.named, context.taxonomy, tap.value)
    return topic is not None and topic in await context.store(subscriptions.followed, request)


async def _refusal(context: Context, request: Request, tap: Tap | None) -> str | None:
    """Return the line for who may not change what a group gets: an alert, which only they see."""
    if tap is None or request.private or request.thread_unknown or tap.act in (*_EDITORIAL, Act.FOUND) or tap.decision:
        return None
    match await context.permission(request):
        case Permission.GRANTED:
            return None
        case Permission.DENIED:
            return _notice(context, request, "admins_only")
        case Permission.HIDDEN:
            return _notice(context, request, "members_hidden")


async def _act(context: Context, request: Request, tap: Tap | None) -> str:
    """Carry out a tap and return the line that answers it."""
    if tap is None or request.thread_unknown:
        return _notice(context, request, "expired")
    if tap.act in _EDITORIAL:
        return (
            await _decide(context, request, tap) if context.is_editor(request) else _notice(context, request, "expired")
        )
    if tap.decision is not None:
        return await _carry_out(context, request, tap.decision, tap.value)
    if tap.act is Act.PAGE:
        return await _page(context, request, tap.page)
    if tap.act is Act.FOUND:
        return await _turn(context, request, tap)
    if tap.act is Act.DONE:
        done = replies.topics_done(context.words(request), await context.store(subscriptions.followed, request))
        await context.edit(request, done)
        return ""
    if tap.act in (Act.FOLLOW_OFFERED, Act.UNFOLLOW_OFFERED):
        return await _take_up(context, request, tap)
    return await _choose(context, request, tap)


async def _turn(context: Context, request: Request, tap: Tap) -> str:
    """Turn to a page of what was found."""
    words = await context.store(searches.words_of, from_short_id(tap.value) or 0)
    shown = await readers.found_page(context, request, words, tap.page) if words is not None else None
    if shown is None:
        return _notice(context, request, "expired")
    await context.edit(request, shown)
    return ""


async def _page(context: Context, request: Request, page: int) -> str:
    """Turn the keyboard of topics to a page, or bring it where another message offers it."""
    shown = await readers.keyboard(context, request, page)
    await (context.edit if _is_topic_keyboard(request.keyboard) else context.reply)(request, shown)
    return ""


async def _choose(context: Context, request: Request, tap: Tap) -> str:
    """Follow a topic or stop following it."""
    topic = await context.store(subscriptions.named, context.taxonomy, tap.value)
    if topic is None:
        return _notice(context, request, "expired")
    limit = context.max_follows
    if tap.act is Act.FOLLOW:
        done = await context.once(request, lambda db: subscriptions.follow_one(db, request, topic, limit))
    elif tap.act is Act.UNFOLLOW:
        done = await context.once(request, lambda db: subscriptions.unfollow_one(db, request, topic))
    else:
        done = await context.once(request, lambda db: subscriptions.toggle(db, request, topic, limit))
    if done["full"]:
        return _notice(context, request, "full", str(limit))
    if tap.act is Act.TOGGLE:
        await context.edit(request, await readers.keyboard(context, request, tap.page))
    elif _is_undo(request):
        await context.edit(request, _contrary(context, request, done))
    else:
        await context.edit(request, _turned(request, topic, on=done["on"]))
    return _notice(context, request, "followed" if done["on"] else "unfollowed", topic, back=done.get("back", False))


async def _take_up(context: Context, request: Request, tap: Tap) -> str:
    """Follow what an answer offered, or take that back; its message then says so."""
    if not tap.value.isdecimal():
        return _notice(context, request, "expired")
    update, limit = int(tap.value), context.max_follows
    if tap.act is Act.FOLLOW_OFFERED:
        done = await context.once(request, lambda db: subscriptions.follow_offered(db, request, update, limit))
    else:
        done = await context.once(request, lambda db: subscriptions.unfollow_offered(db, request, update))
    if done is None:
        return _notice(context, request, "expired")
    if tap.act is Act.UNFOLLOW_OFFERED:
        words, left = context.words(request), len(done["follows"])
        await context.edit(request, replies.unfollowed(words, done["names"], left=left, update=update))
        return _notice(context, request, "unfollowed", ", ".join(done["names"]))
    if done["full"] and not done["added"]:
        return _notice(context, request, "full", str(limit))
    await context.edit(request, readers.following(context, request, done, request.update))
    return _notice(context, request, "followed", ", ".join(done["added"] or done["already"]), back=done["back"])


async def _decide(context: Context, request: Request, tap: Tap) -> str:
    """Carry out an editor's tap; the status it was under then shows how things stand now."""
    decided = await editors.decide(context, request, tap.act, tap.value)
    if tap.act is not Act.REPUBLISH:
        await context.edit(request, await editors.status(context, request))
        if decided.payload:
            await context.reply(request, decided.payload, remember=True)
    elif decided.payload:
        await context.edit(request, decided.payload, remember=True)
    return _notice(context, request, decided.line) if decided.line else ""


async def _carry_out(context: Context, request: Request, decision: Decision, value: str) -> str:
    """Carry out an editor's decision; the question makes way for what was decided, or loses its buttons."""
    handler = decisions.HANDLERS.get(decision)
    if not handler or not context.is_editor(request):
        return _notice(context, request, "expired")
    answer = await handler(context, request, value)
    if answer is None:
        await context.edit(request, _NO_BUTTONS)
        return _notice(context, request, "nothing_left")
    payload, line = (answer.payload, answer.line) if isinstance(answer, decisions.Answer) else (answer, "decided")
    await context.edit(request, payload, remember=True)
    return _notice(context, request, line)


def _contrary(context: Context, request: Request, done: dict[str, Any]) -> Payload:
    if done["on"]:
        return replies.following(context.words(request), [done["topic"]], total=done["total"])
    return replies.unfollowed(context.words(request), [done["topic"]], left=done["total"])


def _turned(request: Request, topic: str, *, on: bool) -> Payload:
    """Return the edit that turns the tapped button into the one that takes it back; the others stay."""
    label, act = (f"✓ {topic}", Act.UNFOLLOW) if on else (f"Follow {topic}", Act.FOLLOW)
    button = next(iter(keyboards.follows([topic], label.replace("{", "{{").replace("}", "}}"), act)[0]))
    rows = [[button if old.get("callback_data") == request.data else old for old in row] for row in request.keyboard]
    return {"method": "editMessageReplyMarkup", "reply_markup": keyboards.keyboard(rows or [[button]])}


def _is_undo(request: Request) -> bool:
    return any(
        one.get("callback_data") == request.data and one.get("text") == _UNDO for row in request.keyboard for one in row
    )


def _is_topic_keyboard(keyboard: Keyboard) -> bool:
    return any(one.get("callback_data") == Act.DONE for row in keyboard for one in row)


def _notice(context: Context, request: Request, kind: Line, topic: str = "", *, back: bool = False) -> str:
    return replies.notice(context.words(request), kind, topic, back=back)
