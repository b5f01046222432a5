"""Taps on inline buttons: each is answered with a line, has its effect once, and edits its message.

Decides nothing about articles. What a button's callback data means is read in
`rendering.keyboards`. Buttons live as long as their messages, so a tap may come years later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.conversation import (
    decided,
    decisions,
    editors,
    lookups,
    posting,
    sending,
    topic_taps,
)
from bot.conversation.context import Context
from bot.conversation.permission import Permission, permission
from bot.conversation.request import Request
from bot.domain.article import from_short_id
from bot.rendering.keyboards import Act, Tap
from bot.rendering.taps import EXPIRED, NO_LINE, TapAnswer, TapLine
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
#: What only editors may do.
_FOR_EDITORS = frozenset((Act.COPY, Act.RELEASE, Act.REPUBLISH, Act.DECIDE))
#: Carries out a tap and returns the line that answers it.
Handler = Callable[[Context, Request, Tap], Awaitable[TapAnswer]]


async def handle(context: Context, request: Request, tap: Tap | None) -> None:
    """Carry out a tap. It is answered even when that fails, or the person's client would wait."""
    answer = NO_LINE
    refusal = None
    try:
        refusal = await _refusal(context, request, tap)
        answer = refusal or await _carry_out(context, request, tap)
    finally:
        is_refused = refusal is not None
        sending.answer_tap(context, request, answer, alert=is_refused)


async def _refusal(
    context: Context, request: Request, tap: Tap | None
) -> TapAnswer | None:
    """Return the line for who may not change what a group gets: an alert, which only they see."""
    if request.private or request.thread_unknown:
        return None
    if tap is None or tap.act not in _CHANGES_CHAT:
        return None
    match await permission(context, request):
        case Permission.GRANTED:
            return None
        case Permission.DENIED:
            return TapAnswer(TapLine.ADMINS_ONLY)
        case Permission.HIDDEN:
            return TapAnswer(TapLine.MEMBERS_HIDDEN)


async def _carry_out(context: Context, request: Request, tap: Tap | None) -> TapAnswer:
    if tap is None or request.thread_unknown:
        return EXPIRED
    if tap.act in _FOR_EDITORS and not context.is_editor(request):
        return EXPIRED
    handler = HANDLERS[tap.act]
    return await handler(context, request, tap)


async def _show_found(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Show a page of what a search found."""
    search = from_short_id(tap.value) or 0
    words = await context.store(searches.words_of, search)
    if words is None:
        return EXPIRED
    page = await lookups.found_page(context, request, words, tap.page)
    if page is None:
        return EXPIRED
    sending.edit(context, request, page)
    return NO_LINE


async def _post_waiting(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Post a held article or a copy; then update the status that the button is under."""
    result = await posting.post_waiting(context, request, tap.act, tap.value)
    status = await editors.status(context, request)
    sending.edit(context, request, status)
    if result.payload:
        sending.reply(context, request, result.payload, remember=True)
    return result.answer


async def _republish(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Open the next edition of an article; the message then reports it."""
    result = await posting.republish(context, request, tap.value)
    if result.payload:
        sending.edit(context, request, result.payload, remember=True)
    return result.answer


async def _decide(context: Context, request: Request, tap: Tap) -> TapAnswer:
    """Carry out an editor's decision; the message then reports it, or who did before."""
    if tap.decision is None:
        return EXPIRED
    handler = decisions.HANDLERS[tap.decision]
    result = await handler(context, request, tap.decision, tap.value)
    if result.payload:
        await decided.remember(context, request, tap, result)
        sending.edit(context, request, result.payload, remember=True)
        return result.answer
    too_late = await decided.too_late(context, request, tap)
    if too_late:
        sending.edit(context, request, too_late)
    return result.answer


#: What carries out each act; `keyboards.read` gives the acts of earlier versions as DECIDE.
HANDLERS: dict[Act, Handler] = {
    Act.FOLLOW: topic_taps.choose,
    Act.UNFOLLOW: topic_taps.choose,
    Act.TOGGLE: topic_taps.choose,
    Act.FOLLOW_OFFERED: topic_taps.follow_offered,
    Act.UNFOLLOW_OFFERED: topic_taps.unfollow_offered,
    Act.PAGE: topic_taps.show_topics,
    Act.DONE: topic_taps.close_topics,
    Act.FOUND: _show_found,
    Act.COPY: _post_waiting,
    Act.RELEASE: _post_waiting,
    Act.REPUBLISH: _republish,
    Act.DECIDE: _decide,
}
