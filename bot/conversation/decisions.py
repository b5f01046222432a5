"""What editors decide by a button under a notice: the table of handlers. Words and sends nothing.

A handler gets the decision and the value that the button carries. It returns what replaces the
message, or NOTHING_LEFT if another editor was first or time has passed. It changes the store once
for its update, in one transaction that first checks whether the question is still open. So each
decision has its effect once, even if several editors tap several times, before or after a restart.
Only editors get here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.conversation import posting
from bot.conversation.context import Context
from bot.conversation.posting import NOTHING_LEFT, TapResult
from bot.conversation.request import Request
from bot.conversation.results import Undone
from bot.domain.arrival import TOGETHER, Waits
from bot.domain.article import from_short_id
from bot.domain.delivery import Channel
from bot.domain.notices import Decision
from bot.planning import naming
from bot.publish import editions, passed_over, release_questions
from bot.rendering import alerts, republish_replies
from bot.rendering.report import ArticleName
from bot.rendering.taps import TapAnswer, TapLine
from bot.store import articles, posts_behind, recovery, repeats
from bot.store.database import Database, moment

Handler = Callable[[Context, Request, Decision, str], Awaitable[TapResult]]

#: What changes the store for a decision about one article; it returns how many posts it is about.
_ABOUT_ARTICLE = {
    #: To the readers whose deliveries are unconfirmed.
    Decision.SEND_AGAIN: repeats.send_again,
    #: The posts that the limit of edits left behind their article's file.
    Decision.CATCH_UP: posts_behind.set_right,
}
_POST_TOGETHER = frozenset((Decision.POST_ALL, Decision.POST_NEWEST))


async def resolve_doubt(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Post a doubtful delivery once more, or take it for posted. value: its short id."""
    delivery = from_short_id(value)
    if delivery is None:
        return NOTHING_LEFT
    again = decision is Decision.POST_AGAIN
    article = await context.once(
        request, recovery.decide, delivery, again=again, at=request.at
    )
    if article is None:
        return NOTHING_LEFT
    context.wake()
    names = await _names(context, article)
    return _decided(context, decision, articles=names)


async def republish(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Post what an editor was asked about."""
    return await posting.republish_anyway(context, request, value)


async def undo(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Take back a republished article, as far as it has not been sent.

    value: its short id, the edition, and the millisecond it was opened.
    """
    short_id, _, rest = value.partition(".")
    edition, _, opened = rest.partition(".")
    number = from_short_id(short_id)
    if number is None or not edition.isdecimal() or not opened.isdecimal():
        return NOTHING_LEFT
    at = moment(int(opened))
    done = await context.change(request, Undone, _undo, number, int(edition), at)
    stored = await context.store(articles.get, number)
    if stored is None or not done.anywhere:
        return NOTHING_LEFT
    reply = republish_replies.undone(
        context.templates, stored, done.undone, done.late, done.sending
    )
    answer = TapAnswer(_undo_line(done))
    return TapResult(reply, answer)


def _undo(
    db: Database,
    context: Context,
    request: Request,
    number: int,
    edition: int,
    opened: datetime,
) -> Undone:
    result = editions.undo(db, number, edition, opened)
    return Undone(
        undone=posting.channel_names(db, result.undone),
        late=posting.channel_names(db, result.sent),
        sending=posting.channel_names(db, result.sending),
    )


def _undo_line(done: Undone) -> TapLine:
    if done.undone:
        return TapLine.DECIDED
    if done.sending:
        return TapLine.TOO_LATE_SENDING
    return TapLine.TOO_LATE


async def post_missed(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Post the articles that an earlier version passed over."""
    count = await _decide_passed_over(context, request, post=True)
    context.wake()
    return _decided(context, decision, count=count) if count else NOTHING_LEFT


async def leave(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Change nothing, and do not ask again."""
    if value == passed_over.KEY:
        await _decide_passed_over(context, request, post=False)
    return _decided(context, decision)


async def _decide_passed_over(context: Context, request: Request, *, post: bool) -> int:
    """Post the articles that were passed over, or leave them; return how many they are."""
    channels, at = context.channels, request.at
    return await context.once(request, passed_over.decide, channels, at, post=post)


async def for_article(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Carry out a decision about one article. value: its short id."""
    article = from_short_id(value)
    if article is None:
        return NOTHING_LEFT
    work = _ABOUT_ARTICLE[decision]
    count = await context.once(request, work, article, request.at)
    if not count:
        return NOTHING_LEFT
    context.wake()
    names = await _names(context, article)
    return _decided(context, decision, count=count, articles=names)


# --- Articles that wait together ------------------------------------------------------------------


async def answer_all(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Post the articles that wait together, or the newest of them, or none.

    value: see `publish.release_questions.answer`.
    """
    channels = tuple(context.channels)
    post = decision in _POST_TOGETHER
    counts = await context.once(
        request, _answer_all, value, channels, request.at, post=post
    )
    if counts is None:
        return NOTHING_LEFT
    context.wake()
    posted, skipped = counts
    if post:
        return _decided(context, Decision.POST_ALL, count=posted)
    return _decided(context, decision, count=skipped)


def _answer_all(
    db: Database, value: str, channels: Sequence[Channel], at: datetime, *, post: bool
) -> list[int] | None:
    """Return how many articles are posted and how many are not; None if they wait no more."""
    answered = release_questions.answer(db, value, channels, at, post=post)
    if answered is None:
        return None
    return [answered.posted, answered.skipped]


async def one_by_one(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Ask about the articles that wait together, one by one. value: begins with why they wait."""
    kind, _, _ = value.partition(".")
    if kind not in TOGETHER:
        return NOTHING_LEFT
    return await _next_question(context, Waits(kind)) or NOTHING_LEFT


async def answer_one(
    context: Context, request: Request, decision: Decision, value: str
) -> TapResult:
    """Post or skip one of the articles that wait together; then ask about the next.

    value: why it waits, and its short id.
    """
    kind, _, short_id = value.partition(".")
    number = from_short_id(short_id)
    if kind not in TOGETHER or number is None:
        return NOTHING_LEFT
    channels = tuple(context.channels)
    post = decision is Decision.POST_ONE
    answer = release_questions.answer_one
    changed = await context.once(
        request, answer, number, channels, request.at, post=post
    )
    if changed and post:
        context.wake()
    next_question = await _next_question(context, Waits(kind))
    if next_question:
        return next_question
    return _decided(context, decision, count=1) if changed else NOTHING_LEFT


async def _next_question(context: Context, kind: Waits) -> TapResult | None:
    """Return the question about the next of the articles that wait together; None at the end."""
    notice = await context.store(release_questions.next_question, kind)
    if notice is None:
        return None
    entry = await context.store(naming.entry, notice)
    payload = alerts.alert(
        context.templates, notice.alert, [entry], choices=notice.choices
    )
    return TapResult(payload)


# --- Parts ----------------------------------------------------------------------------------------


def _decided(
    context: Context,
    decision: Decision,
    *,
    count: int = 0,
    articles: Sequence[ArticleName] = (),
) -> TapResult:
    """Return the result that reports a decision."""
    payload = alerts.decided(
        context.templates, decision, count=count, articles=articles
    )
    return TapResult(payload)


async def _names(context: Context, article: int) -> list[ArticleName]:
    """Return how editors know an article, as a list; empty where it is not recorded any more."""
    name = await context.store(naming.article, article)
    return [name] if name else []


#: Decision → what carries it out.
HANDLERS: dict[Decision, Handler] = {
    Decision.POST_AGAIN: resolve_doubt,
    Decision.IT_IS_THERE: resolve_doubt,
    Decision.UNDO: undo,
    Decision.REPUBLISH: republish,
    Decision.POST_MISSED: post_missed,
    Decision.SEND_AGAIN: for_article,
    Decision.CATCH_UP: for_article,
    Decision.LEAVE: leave,
    Decision.POST_NEWEST: answer_all,
    Decision.POST_ALL: answer_all,
    Decision.SKIP_ALL: answer_all,
    Decision.WERE_POSTED: answer_all,
    Decision.ONE_BY_ONE: one_by_one,
    Decision.POST_ONE: answer_one,
    Decision.SKIP_ONE: answer_one,
}
