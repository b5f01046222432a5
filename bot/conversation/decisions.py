"""What editors decide by a button under a notice: the table of handlers. Words and sends nothing.

A handler gets the value that the button carries and returns what replaces the message, or
NOTHING_LEFT if another editor was first or time has passed. It changes the store through
`context.once`, in one transaction that first checks whether the question is still open. So each
decision has its effect once, even if several editors tap several times, before or after a restart.
Only editors get here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.conversation import editors
from bot.conversation.context import Context
from bot.conversation.editors import NOTHING_LEFT, TapResult
from bot.conversation.request import Request
from bot.domain.arrival import TOGETHER, Waits
from bot.domain.article import from_short_id
from bot.domain.notices import Decision
from bot.planning import naming
from bot.publish import editions, passed_over, release_questions
from bot.rendering import alerts, republish_replies
from bot.rendering.report import ArticleName
from bot.rendering.taps import TapLine
from bot.store import articles, posts_behind, recovery, repeats
from bot.store.database import Database, moment

Handler = Callable[[Context, Request, str], Awaitable[TapResult]]


async def post_again(context: Context, request: Request, value: str) -> TapResult:
    """Post a doubtful delivery once more."""
    return await _resolve_doubt(context, request, value, Decision.POST_AGAIN)


async def it_is_there(context: Context, request: Request, value: str) -> TapResult:
    """Take a doubtful delivery for posted."""
    return await _resolve_doubt(context, request, value, Decision.IT_IS_THERE)


async def _resolve_doubt(
    context: Context, request: Request, value: str, decision: Decision
) -> TapResult:
    delivery = from_short_id(value)
    if delivery is None:
        return NOTHING_LEFT
    again = decision is Decision.POST_AGAIN
    article = await context.once(
        request, lambda db: recovery.decide(db, delivery, again=again, at=request.at)
    )
    if article is None:
        return NOTHING_LEFT
    context.wake()
    names = await _names(context, article)
    return TapResult(alerts.decided(context.templates, decision, articles=names))


async def undo(context: Context, request: Request, value: str) -> TapResult:
    """Take back a republished article, as far as it has not been sent."""
    short_id, _, rest = value.partition(".")
    edition, _, opened = rest.partition(".")
    number = from_short_id(short_id)
    if number is None or not (edition.isdecimal() and opened.isdecimal()):
        return NOTHING_LEFT

    def work(db: Database) -> dict[str, list[str]]:
        result = editions.undo(db, number, int(edition), moment(int(opened)))
        return {
            "undone": [naming.chat(db, chat) for chat in result.undone],
            "late": [naming.chat(db, chat) for chat in result.sent],
            "sending": [naming.chat(db, chat) for chat in result.late],
        }

    done = await context.once(request, work)
    stored = await context.store(articles.get, number)
    if stored is None or not any(done.values()):
        return NOTHING_LEFT
    payload = republish_replies.undone(
        context.templates, stored, done["undone"], done["late"], done["sending"]
    )
    return TapResult(payload, _undo_line(done))


def _undo_line(done: dict[str, list[str]]) -> TapLine:
    if done["undone"]:
        return TapLine.DECIDED
    return TapLine.TOO_LATE_SENDING if done["sending"] else TapLine.TOO_LATE


async def post_missed(context: Context, request: Request, value: str) -> TapResult:
    """Post the articles that an earlier version passed_over."""
    count = await context.once(
        request,
        lambda db: passed_over.decide(db, context.channels, request.at, post=True),
    )
    context.wake()
    if not count:
        return NOTHING_LEFT
    return TapResult(
        alerts.decided(context.templates, Decision.POST_MISSED, count=count)
    )


async def send_again(context: Context, request: Request, value: str) -> TapResult:
    """Send an article once more to the readers whose deliveries are unconfirmed."""
    return await _for_article(
        context, request, value, Decision.SEND_AGAIN, repeats.send_again
    )


async def catch_up(context: Context, request: Request, value: str) -> TapResult:
    """Edit the posts that the limit of edits left behind their article's file."""
    return await _for_article(
        context, request, value, Decision.CATCH_UP, posts_behind.set_right
    )


async def _for_article(
    context: Context,
    request: Request,
    value: str,
    decision: Decision,
    work: Callable[[Database, int, datetime], int],
) -> TapResult:
    """Carry out a decision about one article. value: its short id."""
    article = from_short_id(value)
    if article is None:
        return NOTHING_LEFT
    count = await context.once(request, lambda db: work(db, article, request.at))
    if not count:
        return NOTHING_LEFT
    context.wake()
    names = await _names(context, article)
    return TapResult(
        alerts.decided(context.templates, decision, count=count, articles=names)
    )


async def leave(context: Context, request: Request, value: str) -> TapResult:
    """Change nothing, and do not ask again."""
    if value == passed_over.KEY:
        await context.once(
            request,
            lambda db: passed_over.decide(db, context.channels, request.at, post=False),
        )
    return TapResult(alerts.decided(context.templates, Decision.LEAVE))


async def post_waiting(context: Context, request: Request, value: str) -> TapResult:
    """Post the articles that wait together, or the newest of them."""
    return await _answer_all(context, request, value, Decision.POST_ALL, post=True)


async def skip_waiting(context: Context, request: Request, value: str) -> TapResult:
    """Post none of the articles that wait together."""
    return await _answer_all(context, request, value, Decision.SKIP_ALL, post=False)


async def were_posted(context: Context, request: Request, value: str) -> TapResult:
    """Take the articles that a restored database does not know for posted."""
    return await _answer_all(context, request, value, Decision.WERE_POSTED, post=False)


async def _answer_all(
    context: Context, request: Request, value: str, decision: Decision, *, post: bool
) -> TapResult:
    channels = tuple(context.channels)

    def work(db: Database) -> list[int] | None:
        answered = release_questions.answer(db, value, channels, request.at, post=post)
        return [answered.posted, answered.skipped] if answered else None

    counts = await context.once(request, work)
    if counts is None:
        return NOTHING_LEFT
    context.wake()
    posted, skipped = counts
    count = posted if post else skipped
    return TapResult(alerts.decided(context.templates, decision, count=count))


async def one_by_one(context: Context, request: Request, value: str) -> TapResult:
    """Ask about the articles that wait together, one after another."""
    kind = value.partition(".")[0]
    if kind not in TOGETHER:
        return NOTHING_LEFT
    return await _next_question(context, Waits(kind)) or NOTHING_LEFT


async def post_one(context: Context, request: Request, value: str) -> TapResult:
    """Post one of the articles that wait together, and ask about the next."""
    return await _answer_one(context, request, value, post=True)


async def skip_one(context: Context, request: Request, value: str) -> TapResult:
    """Do not post one of the articles that wait together, and ask about the next."""
    return await _answer_one(context, request, value, post=False)


async def _answer_one(
    context: Context, request: Request, value: str, *, post: bool
) -> TapResult:
    kind, _, short_id = value.partition(".")
    number = from_short_id(short_id)
    if kind not in TOGETHER or number is None:
        return NOTHING_LEFT
    channels = tuple(context.channels)
    changed = await context.once(
        request,
        lambda db: release_questions.answer_one(
            db, number, channels, request.at, post=post
        ),
    )
    if changed and post:
        context.wake()
    next_question = await _next_question(context, Waits(kind))
    if next_question or not changed:
        return next_question or NOTHING_LEFT
    decision = Decision.POST_ONE if post else Decision.SKIP_ONE
    return TapResult(alerts.decided(context.templates, decision, count=1))


async def _next_question(context: Context, kind: Waits) -> TapResult | None:
    """Return the question about the next of the articles that wait together; None at the end."""
    notice = await context.store(release_questions.next_question, kind)
    if notice is None:
        return None
    entry = await context.store(naming.entry, notice)
    return TapResult(
        alerts.alert(context.templates, notice.alert, [entry], choices=notice.choices)
    )


async def _names(context: Context, article: int) -> list[ArticleName]:
    """Return how editors know an article, as a list; empty where it is not recorded any more."""
    name = await context.store(naming.article, article)
    return [name] if name else []


#: Decision → what carries it out.
HANDLERS: dict[Decision, Handler] = {
    Decision.POST_AGAIN: post_again,
    Decision.IT_IS_THERE: it_is_there,
    Decision.UNDO: undo,
    Decision.REPUBLISH: editors.republish_all_the_same,
    Decision.POST_MISSED: post_missed,
    Decision.SEND_AGAIN: send_again,
    Decision.CATCH_UP: catch_up,
    Decision.LEAVE: leave,
    Decision.POST_NEWEST: post_waiting,
    Decision.POST_ALL: post_waiting,
    Decision.SKIP_ALL: skip_waiting,
    Decision.WERE_POSTED: were_posted,
    Decision.ONE_BY_ONE: one_by_one,
    Decision.POST_ONE: post_one,
    Decision.SKIP_ONE: skip_one,
}
