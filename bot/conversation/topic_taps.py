"""Taps on the buttons of topics: follow, stop following, show the keyboard of topics.

The table of handlers is in `callbacks`. What changes is decided and recorded in `subscriptions`.
"""

from __future__ import annotations

from typing import Any

from bot.conversation import readers, subscriptions, topic_queries
from bot.conversation.context import Context
from bot.conversation.request import Request, TappedButton
from bot.domain import topics
from bot.domain.delivery import Payload
from bot.rendering import keyboards, topic_replies
from bot.rendering.keyboards import Act, Tap
from bot.rendering.labels import Label
from bot.rendering.taps import EXPIRED, TapAnswer, TapLine
from bot.store.database import Database


async def is_unfollow(context: Context, request: Request, tap: Tap | None) -> bool:
    """Return True for a tap that ends a follow: it is carried out however many taps came before."""
    if tap is None:
        return False
    if tap.act is not Act.TOGGLE:
        return tap.act in (Act.UNFOLLOW, Act.UNFOLLOW_OFFERED)
    topic = await _topic(context, tap)
    followed = await context.store(topic_queries.followed, request)
    return topic in followed


async def choose(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Follow a topic or stop following it."""
    topic = await _topic(context, tap)
    if topic is None:
        return EXPIRED
    limit = context.max_follows

    def change(db: Database) -> dict[str, Any]:
        if tap.act is Act.FOLLOW:
            return subscriptions.follow_one(db, request, topic, limit)
        if tap.act is Act.UNFOLLOW:
            return subscriptions.unfollow_one(db, request, topic)
        return subscriptions.toggle(db, request, topic, limit)

    done = await context.once(request, change)
    if done["full"]:
        return TapAnswer(TapLine.FULL, str(limit))
    await context.edit(request, await _after_choice(context, request, tap, done))
    line = TapLine.FOLLOWED if done["on"] else TapLine.UNFOLLOWED
    return TapAnswer(line, topic, back=done.get("back", False))


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
    label, act = Label.FOLLOW.format(topic), Act.FOLLOW
    if done["on"]:
        label, act = keyboards.TICK + topic, Act.UNFOLLOW
    button = keyboards.tap(label, act, topics.code(topic))
    rows = keyboards.replaced(tapped.keyboard, tapped.data, button) if tapped else []
    return {
        "method": "editMessageReplyMarkup",
        "reply_markup": keyboards.keyboard(rows or [[button]]),
    }


async def follow_offered(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Follow the topics that an earlier reply offered; the message then reports it."""
    if not tap.value.isdecimal():
        return EXPIRED
    update, limit = int(tap.value), context.max_follows
    done = await context.once(
        request, lambda db: subscriptions.follow_offered(db, request, update, limit)
    )
    if done is None:
        return EXPIRED
    if done["full"] and not done["added"]:
        return TapAnswer(TapLine.FULL, str(limit))
    await context.edit(
        request, readers.following(context, request, done, request.update)
    )
    names = done["added"] or done["already"]
    return TapAnswer(TapLine.FOLLOWED, ", ".join(names), back=done["back"])


async def unfollow_offered(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Stop following the topics that an earlier update followed; the message then reports it."""
    if not tap.value.isdecimal():
        return EXPIRED
    update = int(tap.value)
    done = await context.once(
        request, lambda db: subscriptions.unfollow_offered(db, request, update)
    )
    if done is None:
        return EXPIRED
    words, names, left = context.words(request), done["names"], len(done["follows"])
    await context.edit(
        request, topic_replies.unfollowed(words, names, left=left, update=update)
    )
    return TapAnswer(TapLine.UNFOLLOWED, ", ".join(names))


async def show_topics(context: Context, request: Request, tap: Tap) -> None:
    """Show a page of the keyboard of topics: in its place, or below the message that offers it."""
    shown = await readers.keyboard(context, request, tap.page)
    if request.button and keyboards.is_topic_keyboard(request.button.keyboard):
        await context.edit(request, shown)
    else:
        await context.reply(request, shown)


async def close_topics(context: Context, request: Request, tap: Tap) -> None:
    """Put what the chat follows in the place of the keyboard of topics."""
    followed = await context.store(topic_queries.followed, request)
    words = context.words(request)
    await context.edit(request, topic_replies.topics_done(words, followed))


async def _topic(context: Context, tap: Tap) -> str | None:
    """Return the topic whose code the button carries; None if there is no such topic any more."""
    return await context.store(topic_queries.named, context.taxonomy, tap.value)
