"""Taps on inline buttons: each is answered with a line, has its effect once, and edits its message.

Decides nothing about articles. What a button's callback data means is read in
`rendering.keyboards`. Buttons live as long as their messages, so a tap may come years later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bot.conversation import (
    decisions,
    editors,
    lookups,
    readers,
    subscriptions,
    topic_queries,
)
from bot.conversation.context import Context, Permission
from bot.conversation.editors import TapResult
from bot.conversation.request import Request, TappedButton
from bot.domain import topics
from bot.domain.article import from_short_id
from bot.domain.delivery import Payload
from bot.rendering import keyboards, replies, topic_replies
from bot.rendering.keyboards import Act, Tap
from bot.rendering.taps import Line
from bot.store import searches

#: What in a group only its admins may do.
_CHANGES_CHAT = frozenset(
    (
        Act.FOLLOW,
        Act.UNFOLLOW,
        Act.TOGGLE,
        Act.PAGE,
        Act.DONE,
        Act.FOLLOW_OFFERED,
        Act.UNFOLLOW_OFFERED,
    )
)
#: The edit that leaves a message without its buttons.
_NO_BUTTONS: Payload = {
    "method": "editMessageReplyMarkup",
    "reply_markup": {"inline_keyboard": []},
}
#: Carries out a tap and returns the line that answers it; an empty line only ends the waiting.
Handler = Callable[[Context, Request, Tap], Awaitable[str]]


async def tapped(context: Context, request: Request, tap: Tap | None) -> None:
    """Carry out a tap. It is answered even when that fails, or the person's client would wait."""
    line, refused = "", False
    try:
        refusal = await _refusal(context, request, tap)
        refused = refusal is not None
        line = refusal or await _carry_out(context, request, tap)
    finally:
        await context.note(request, line, alert=refused)


async def is_unfollow(context: Context, request: Request, tap: Tap | None) -> bool:
    """Return True for a tap that ends a follow: it is carried out however many taps came before."""
    if tap is None:
        return False
    if tap.act is not Act.TOGGLE:
        return tap.act in (Act.UNFOLLOW, Act.UNFOLLOW_OFFERED)
    topic = await _topic(context, tap)
    return topic is not None and topic in await context.store(
        topic_queries.followed, request
    )


async def _refusal(context: Context, request: Request, tap: Tap | None) -> str | None:
    """Return the line for who may not change what a group gets: an alert, which only they see."""
    if (
        request.private
        or request.thread_unknown
        or tap is None
        or tap.act not in _CHANGES_CHAT
    ):
        return None
    match await context.permission(request):
        case Permission.GRANTED:
            return None
        case Permission.DENIED:
            return _line(context, request, "admins_only")
        case Permission.HIDDEN:
            return _line(context, request, "members_hidden")


async def _carry_out(context: Context, request: Request, tap: Tap | None) -> str:
    if tap is None or request.thread_unknown:
        return _line(context, request, "expired")
    return await HANDLERS[tap.act](context, request, tap)


async def _choose(context: Context, request: Request, tap: Tap) -> str:
    """Follow a topic or stop following it."""
    topic = await _topic(context, tap)
    if topic is None:
        return _line(context, request, "expired")
    limit = context.max_follows
    match tap.act:
        case Act.FOLLOW:
            change = partial(
                subscriptions.follow_one, request=request, topic=topic, limit=limit
            )
        case Act.UNFOLLOW:
            change = partial(subscriptions.unfollow_one, request=request, topic=topic)
        case _:
            change = partial(
                subscriptions.toggle, request=request, topic=topic, limit=limit
            )
    done = await context.once(request, change)
    if done["full"]:
        return _line(context, request, "full", str(limit))
    await context.edit(request, await _after_choice(context, request, tap, done))
    line: Line = "followed" if done["on"] else "unfollowed"
    return _line(context, request, line, topic, back=done.get("back", False))


async def _after_choice(
    context: Context, request: Request, tap: Tap, done: dict[str, Any]
) -> Payload:
    """Return the edit that shows the choice: the page of topics, a new text, or the button."""
    if tap.act is Act.TOGGLE:
        return await readers.keyboard(context, request, tap.page)
    button = request.button
    if button and keyboards.is_undo(button.keyboard, button.data):
        return _contrary(context, request, done)
    return _with_button_for_contrary(button, done)


def _contrary(context: Context, request: Request, done: dict[str, Any]) -> Payload:
    """Return the text that reports the contrary of what the message reported."""
    words, names = context.words(request), [done["topic"]]
    if done["on"]:
        return topic_replies.following(words, names, total=done["total"])
    return topic_replies.unfollowed(words, names, left=done["total"])


def _with_button_for_contrary(
    tapped: TappedButton | None, done: dict[str, Any]
) -> Payload:
    """Return the edit that replaces the tapped button by the opposite one; the others stay."""
    topic = done["topic"]
    label, act = f"Follow {topic}", Act.FOLLOW
    if done["on"]:
        label, act = keyboards.TICK + topic, Act.UNFOLLOW
    button = keyboards.tap(label, act, topics.code(topic))
    rows = keyboards.replaced(tapped.keyboard, tapped.data, button) if tapped else []
    return {
        "method": "editMessageReplyMarkup",
        "reply_markup": keyboards.keyboard(rows or [[button]]),
    }


async def _follow_offered(context: Context, request: Request, tap: Tap) -> str:
    """Follow the topics that an earlier reply offered; the message then reports it."""
    if not tap.value.isdecimal():
        return _line(context, request, "expired")
    limit = context.max_follows
    change = partial(
        subscriptions.follow_offered,
        request=request,
        update=int(tap.value),
        limit=limit,
    )
    done = await context.once(request, change)
    if done is None:
        return _line(context, request, "expired")
    if done["full"] and not done["added"]:
        return _line(context, request, "full", str(limit))
    await context.edit(
        request, readers.following(context, request, done, request.update)
    )
    names = done["added"] or done["already"]
    return _line(context, request, "followed", ", ".join(names), back=done["back"])


async def _unfollow_offered(context: Context, request: Request, tap: Tap) -> str:
    """Stop following the topics that an earlier update followed; the message then reports it."""
    if not tap.value.isdecimal():
        return _line(context, request, "expired")
    update = int(tap.value)
    change = partial(subscriptions.unfollow_offered, request=request, update=update)
    done = await context.once(request, change)
    if done is None:
        return _line(context, request, "expired")
    names, left = done["names"], len(done["follows"])
    await context.edit(
        request,
        topic_replies.unfollowed(
            context.words(request), names, left=left, update=update
        ),
    )
    return _line(context, request, "unfollowed", ", ".join(names))


async def _show_topics(context: Context, request: Request, tap: Tap) -> str:
    """Show a page of the keyboard of topics: in its place, or below the message that offers it."""
    shown = await readers.keyboard(context, request, tap.page)
    if request.button and keyboards.is_topic_keyboard(request.button.keyboard):
        await context.edit(request, shown)
    else:
        await context.reply(request, shown)
    return ""


async def _close_topics(context: Context, request: Request, tap: Tap) -> str:
    """Put what the chat follows in the place of the keyboard of topics."""
    followed = await context.store(topic_queries.followed, request)
    await context.edit(
        request, topic_replies.topics_done(context.words(request), followed)
    )
    return ""


async def _show_found(context: Context, request: Request, tap: Tap) -> str:
    """Show a page of what a search found."""
    words = await context.store(searches.words_of, from_short_id(tap.value) or 0)
    page = (
        await lookups.found_page(context, request, words, tap.page)
        if words is not None
        else None
    )
    if page is None:
        return _line(context, request, "expired")
    await context.edit(request, page)
    return ""


async def _post_waiting(context: Context, request: Request, tap: Tap) -> str:
    """Post a held article or a copy; then update the status that the button is under."""
    if not context.is_editor(request):
        return _line(context, request, "expired")
    result = await editors.decide(context, request, tap.act, tap.value)
    await context.edit(request, await editors.status(context, request))
    if result.payload:
        await context.reply(request, result.payload, remember=True)
    return _result_line(context, request, result)


async def _republish(context: Context, request: Request, tap: Tap) -> str:
    """Open the next edition of an article; the message then reports it."""
    if not context.is_editor(request):
        return _line(context, request, "expired")
    result = await editors.decide(context, request, tap.act, tap.value)
    if result.payload:
        await context.edit(request, result.payload, remember=True)
    return _result_line(context, request, result)


async def _decide(context: Context, request: Request, tap: Tap) -> str:
    """Carry out an editor's decision; the message then reports it, or loses its buttons."""
    handler = decisions.HANDLERS.get(tap.decision) if tap.decision else None
    if handler is None or not context.is_editor(request):
        return _line(context, request, "expired")
    result = await handler(context, request, tap.value)
    if result.payload:
        await context.edit(request, result.payload, remember=True)
    else:
        await context.edit(request, _NO_BUTTONS)
    return _result_line(context, request, result)


async def _topic(context: Context, tap: Tap) -> str | None:
    """Return the topic whose code the button carries; None if there is no such topic any more."""
    return await context.store(topic_queries.named, context.taxonomy, tap.value)


def _result_line(context: Context, request: Request, result: TapResult) -> str:
    return _line(context, request, result.line) if result.line else ""


def _line(
    context: Context,
    request: Request,
    kind: Line,
    topic: str = "",
    *,
    back: bool = False,
) -> str:
    return replies.notice(context.words(request), kind, topic, back=back)


#: What carries out each act; `keyboards.read` gives the acts of earlier versions as DECIDE.
HANDLERS: dict[Act, Handler] = {
    Act.FOLLOW: _choose,
    Act.UNFOLLOW: _choose,
    Act.TOGGLE: _choose,
    Act.FOLLOW_OFFERED: _follow_offered,
    Act.UNFOLLOW_OFFERED: _unfollow_offered,
    Act.PAGE: _show_topics,
    Act.DONE: _close_topics,
    Act.FOUND: _show_found,
    Act.COPY: _post_waiting,
    Act.RELEASE: _post_waiting,
    Act.REPUBLISH: _republish,
    Act.DECIDE: _decide,
}
