"""Taps on the buttons of topics: follow, stop following, show the keyboard of topics.

The table of handlers is in `callbacks`. What changes is decided and recorded in `subscriptions`.
"""

from __future__ import annotations

from bot.conversation import readers, sending, subscriptions, topic_queries
from bot.conversation.context import Context
from bot.conversation.request import Request, TappedButton
from bot.conversation.results import Choice, Followed, Unfollowed
from bot.domain import topics
from bot.domain.delivery import Payload
from bot.rendering import keyboards, topic_replies
from bot.rendering.keyboards import Act, Tap
from bot.rendering.labels import Label
from bot.rendering.taps import EXPIRED, NO_LINE, TapAnswer, TapLine

#: What changes the store when one topic is tapped.
_CHANGES = {
    Act.FOLLOW: subscriptions.follow_one,
    Act.UNFOLLOW: subscriptions.unfollow_one,
    Act.TOGGLE: subscriptions.toggle,
}


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
    change = _CHANGES[tap.act]
    choice = await context.change(request, Choice, change, topic)
    if choice.full:
        return _full(context)
    await _show_choice(context, request, tap, choice)
    line = TapLine.FOLLOWED if choice.on else TapLine.UNFOLLOWED
    return TapAnswer(line, topic, back=choice.back)


async def _show_choice(
    context: Context, request: Request, tap: Tap, choice: Choice
) -> None:
    """Edit the message to show the choice: the page of topics, another text, or the button."""
    button = request.button
    if button is None:
        return
    if tap.act is Act.TOGGLE:
        page = await readers.keyboard(context, request, tap.page)
        sending.edit(context, request, page)
    elif keyboards.is_undo(button.keyboard, button.data):
        reply = _opposite(context, request, choice)
        sending.edit(context, request, reply)
    else:
        rows = _with_opposite_button(button, choice)
        sending.edit_keyboard(context, request, rows)


def _opposite(context: Context, request: Request, choice: Choice) -> Payload:
    """Return the text that reports the opposite of what the message reported."""
    templates = context.templates_for(request)
    names = [choice.topic]
    if choice.on:
        return topic_replies.following(templates, names, total=choice.total)
    return topic_replies.unfollowed(templates, names, left=choice.total)


def _with_opposite_button(tapped: TappedButton, choice: Choice) -> keyboards.Rows:
    """Return the buttons, the tapped one replaced by the opposite one; the others stay."""
    act = Act.FOLLOW
    label = Label.FOLLOW.format(choice.topic)
    if choice.on:
        act = Act.UNFOLLOW
        label = keyboards.TICK + choice.topic
    code = topics.code(choice.topic)
    button = keyboards.tap(label, act, code)
    rows = keyboards.replaced(tapped.keyboard, tapped.data, button)
    return rows or [[button]]


async def follow_offered(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Follow the topics that an earlier reply offered; the message then reports it."""
    if not tap.value.isdecimal():
        return EXPIRED
    done = await context.change(
        request, Followed, subscriptions.follow_offered, int(tap.value)
    )
    if done is None:
        return EXPIRED
    if done.full and not done.added:
        return _full(context)
    reply = readers.following(context, request, done)
    sending.edit(context, request, reply)
    names = ", ".join(done.added or done.already)
    return TapAnswer(TapLine.FOLLOWED, names, back=done.back)


async def unfollow_offered(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Stop following the topics that an earlier update followed; the message then reports it."""
    if not tap.value.isdecimal():
        return EXPIRED
    update = int(tap.value)
    done = await context.change(
        request, Unfollowed, subscriptions.unfollow_offered, update
    )
    if done is None:
        return EXPIRED
    reply = topic_replies.unfollowed(
        context.templates_for(request),
        done.names,
        left=len(done.follows),
        update=update,
    )
    sending.edit(context, request, reply)
    return TapAnswer(TapLine.UNFOLLOWED, ", ".join(done.names))


async def show_topics(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Show a page of the keyboard of topics: in its place, or below the message that offers it."""
    page = await readers.keyboard(context, request, tap.page)
    button = request.button
    if button and keyboards.is_topic_keyboard(button.keyboard):
        sending.edit(context, request, page)
    else:
        sending.reply(context, request, page)
    return NO_LINE


async def close_topics(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Put what the chat follows in the place of the keyboard of topics."""
    followed = await context.store(topic_queries.followed, request)
    templates = context.templates_for(request)
    reply = topic_replies.topics_done(templates, followed)
    sending.edit(context, request, reply)
    return NO_LINE


def _full(context: Context) -> TapAnswer:
    limit = str(context.max_follows)
    return TapAnswer(TapLine.FULL, limit)


async def _topic(context: Context, tap: Tap) -> str | None:
    """Return the topic whose code the button carries; None if there is no such topic any more."""
    return await context.store(topic_queries.named, context.taxonomy, tap.value)
