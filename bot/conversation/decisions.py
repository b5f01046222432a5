"""What editors decide by a button under a notice: the table of handlers. Words nothing, sends nothing.

A handler gets the value that the button carries and returns what takes the place of the message, or None when there is
nothing left to decide: another editor was first, or time has passed. It changes the store through `context.once`, in
one transaction that first checks whether the question is still open. So each decision has its effect once, whoever taps
how often, before or after a restart. Only editors get here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.conversation import editors
from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.domain.arrival import TOGETHER, Waits
from bot.domain.article import from_short_id
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.planning import naming
from bot.publish import editions, missed, release
from bot.rendering import editorial
from bot.rendering.taps import Line
from bot.store import articles, edits, recovery, repeats
from bot.store.database import Database, moment


@dataclass(frozen=True, slots=True)
class Answer:
    """What takes the place of the question, with a line of its own that the tap brings up."""

    payload: Payload
    line: Line


Handler = Callable[[Context, Request, str], Awaitable[Payload | Answer | None]]


async def post_again(context: Context, request: Request, value: str) -> Payload | None:
    """Post once more what may have gone out."""
    return await _resolve(context, request, value, Decision.POST_AGAIN)


async def it_is_there(context: Context, request: Request, value: str) -> Payload | None:
    """Take for posted what may have gone out."""
    return await _resolve(context, request, value, Decision.IT_IS_THERE)


async def undo(context: Context, request: Request, value: str) -> Answer | None:
    """Take back a republished article, as far as it has not been sent."""
    short_id, _, rest = value.partition(".")
    edition, _, opened = rest.partition(".")
    number = from_short_id(short_id)
    if number is None or not (edition.isdecimal() and opened.isdecimal()):
        return None

    def work(db: Database) -> dict[str, list[str]]:
        done = editions.undo(db, number, int(edition), moment(int(opened)))
        return {
            "undone": [naming.chat(db, one) for one in done.undone],
            "late": [naming.chat(db, one) for one in done.sent],
            "sending": [naming.chat(db, one) for one in done.late],
        }

    done = await context.once(request, work)
    stored = await context.store(articles.get, number)
    undone, late, sending = done["undone"], done["late"], done["sending"]
    if stored is None or not (undone or late or sending):
        return None
    line: Line = "decided" if undone else "too_late_sending" if sending else "too_late"
    return Answer(editorial.undone(context.templates, stored, undone, late, sending), line)


async def post_missed(context: Context, request: Request, value: str) -> Payload | None:
    """Post what an earlier version passed over."""
    count = await context.once(request, lambda db: missed.decide(db, context.channels, request.at, post=True))
    context.wake()
    return editorial.decided(context.templates, Decision.POST_MISSED, count=count) if count else None


async def send_again(context: Context, request: Request, value: str) -> Payload | None:
    """Send an article once more to those readers of whom nobody can tell whether they have it."""
    return await _for_article(context, request, value, Decision.SEND_AGAIN, repeats.send_again)


async def catch_up(context: Context, request: Request, value: str) -> Payload | None:
    """Edit the posts that the limit of edits left behind their article's file."""
    return await _for_article(context, request, value, Decision.CATCH_UP, edits.set_right)


async def _for_article(
    context: Context, request: Request, value: str, decision: Decision, work: Callable[[Database, int, datetime], int]
) -> Payload | None:
    """Carry out a decision about one article; None where it was carried out before. value: the article's short id."""
    article = from_short_id(value)
    if article is None:
        return None
    count = await context.once(request, lambda db: work(db, article, request.at))
    if not count:
        return None
    context.wake()
    name = await context.store(naming.article, article)
    return editorial.decided(context.templates, decision, count=count, articles=[name] if name else [])


async def leave(context: Context, request: Request, value: str) -> Payload | None:
    """Change nothing, and ask no more."""
    if value == missed.KEY:
        await context.once(request, lambda db: missed.decide(db, context.channels, request.at, post=False))
    return editorial.decided(context.templates, Decision.LEAVE)


async def _resolve(context: Context, request: Request, value: str, decision: Decision) -> Payload | None:
    number = from_short_id(value)
    if number is None:
        return None

    again = decision is Decision.POST_AGAIN
    article = await context.once(request, lambda db: recovery.decide(db, number, again=again, at=request.at))
    if article is None:
        return None
    context.wake()
    name = await context.store(naming.article, article)
    return editorial.decided(context.templates, decision, articles=[name] if name else [])


async def post_waiting(context: Context, request: Request, value: str) -> Payload | None:
    """Post the articles that wait together, or the newest of them."""
    return await _answer(context, request, value, Decision.POST_ALL, post=True)


async def skip_waiting(context: Context, request: Request, value: str) -> Payload | None:
    """Post none of the articles that wait together."""
    return await _answer(context, request, value, Decision.SKIP_ALL, post=False)


async def were_posted(context: Context, request: Request, value: str) -> Payload | None:
    """Take for posted what a restored database does not know."""
    return await _answer(context, request, value, Decision.WERE_POSTED, post=False)


async def one_by_one(context: Context, request: Request, value: str) -> Payload | None:
    """Ask about the articles that wait together, one after another."""
    kind = value.partition(".")[0]
    return await _next(context, Waits(kind)) if kind in TOGETHER else None


async def post_one(context: Context, request: Request, value: str) -> Payload | None:
    """Post one of the articles that wait together, and ask about the next."""
    return await _answer_one(context, request, value, post=True)


async def skip_one(context: Context, request: Request, value: str) -> Payload | None:
    """Don't post one of the articles that wait together, and ask about the next."""
    return await _answer_one(context, request, value, post=False)


async def _answer_one(context: Context, request: Request, value: str, *, post: bool) -> Payload | None:
    kind, _, one = value.partition(".")
    number = from_short_id(one)
    if kind not in TOGETHER or number is None:
        return None
    channels = tuple(context.channels)

    def work(db: Database) -> bool:
        return release.answer_one(db, number, channels, request.at, post=post)

    done = await context.once(request, work)
    if done and post:
        context.wake()
    last = editorial.decided(context.templates, Decision.POST_ONE if post else Decision.SKIP_ONE, count=1)
    return await _next(context, Waits(kind)) or (last if done else None)


async def _next(context: Context, kind: Waits) -> Payload | None:
    request = await context.store(release.next_question, kind)
    if request is None:
        return None
    entry = await context.store(naming.entry, request)
    return editorial.alert(context.templates, request.alert, [entry], choices=request.choices)


async def _answer(context: Context, request: Request, value: str, decision: Decision, *, post: bool) -> Payload | None:
    channels = tuple(context.channels)

    def work(db: Database) -> list[int] | None:
        done = release.answer(db, value, channels, request.at, post=post)
        return [done.posted, done.skipped] if done else None

    done = await context.once(request, work)
    if done is None:
        return None
    context.wake()
    return editorial.decided(context.templates, decision, count=done[0] if post else done[1])


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
