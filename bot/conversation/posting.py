"""What editors post by a command or a button: an edition, a held article, a copy. Sends nothing.

Whether a person is an editor is decided before, in `router` and `callbacks`. Effects happen once
for each update.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.conversation.results import Asked, Names, Posted
from bot.domain import delivery
from bot.domain.article import Stored, from_short_id
from bot.domain.delivery import Payload
from bot.planning import naming
from bot.publish import confirmation, editions
from bot.publish.article_lookup import NamedArticles
from bot.rendering import republish_replies
from bot.rendering.keyboards import Act
from bot.rendering.taps import NO_LINE, TapAnswer, TapLine
from bot.store import articles, follows, pending
from bot.store.database import Database, milliseconds, moment

_DECIDED = TapAnswer(TapLine.DECIDED)
_POSTED = TapAnswer(TapLine.POSTED)


@dataclass(frozen=True, slots=True)
class TapResult:
    """What an editor's tap did, for the message it was under and the line that answers it."""

    #: The reply that reports it; None: there is nothing to report.
    payload: Payload | None = None
    answer: TapAnswer = _DECIDED


#: Another editor was first, or time has passed.
NOTHING_LEFT = TapResult(answer=TapAnswer(TapLine.NOTHING_LEFT))

# --- Taps -----------------------------------------------------------------------------------------


async def republish_anyway(context: Context, request: Request, value: str) -> TapResult:
    """Post what an editor was asked about, unless things have changed since.

    value: see `publish.confirmation.token`.
    """
    done = await context.change(request, Posted, _open_if_unchanged, value)
    if done.number is None:
        return NOTHING_LEFT
    reply = await report_posted(context, request, done)
    return TapResult(reply)


async def republish(context: Context, request: Request, value: str) -> TapResult:
    """Open the next edition of an article, or ask first. value: its short id."""
    number = from_short_id(value)
    done = await context.change(request, Posted, _open_or_ask_about, number)
    if done.number is None:
        return NOTHING_LEFT
    reply = await report_posted(context, request, done)
    return TapResult(reply, _POSTED if done.chats else NO_LINE)


async def post_waiting(
    context: Context, request: Request, act: Act, value: str
) -> TapResult:
    """Release a held article, or post a copy after all. value: its short id."""
    number = from_short_id(value)
    done = await context.change(request, Posted, _post_waiting, act, number)
    stored = await _stored(context, done.number)
    if stored is None or not done.changed:
        return NOTHING_LEFT
    context.wake()
    report = republish_replies.copy_posted
    if act is Act.RELEASE:
        report = republish_replies.released
    reply = report(context.templates, stored, done.chats)
    return TapResult(reply, _POSTED)


# --- Replies --------------------------------------------------------------------------------------


async def report_posted(context: Context, request: Request, done: Posted) -> Payload:
    """Return the reply that reports what was posted, or asks before."""
    templates = context.templates
    stored = await _stored(context, done.number)
    if stored is None:  # merged into another article since the update first arrived
        return republish_replies.republish_not_found(templates, "")
    if done.asks:
        first = await _stored(context, done.first)
        asks = dict(done.asks)
        tz = context.editors_tz
        return republish_replies.confirm(templates, stored, first=first, tz=tz, **asks)
    context.wake()
    if done.expired:
        return republish_replies.expired(templates, stored)
    seconds = _seconds_to_undo(context, request, done)
    if done.undo and not seconds:
        # The update is handled again, after a restart: it is too late to undo.
        await context.store(_keep_reply, request, stored.id, done.edition, undo=True)
    return republish_replies.republished(
        templates,
        stored,
        done.edition,
        done.chats,
        seconds=seconds,
        value=done.undo if seconds else "",
        former=done.former,
    )


async def _stored(context: Context, number: int | None) -> Stored | None:
    return await context.store(_article, number)


def _seconds_to_undo(context: Context, request: Request, done: Posted) -> float:
    """Return for how long an edition can still be undone by its button; 0: not any more."""
    if not done.undo:
        return 0.0
    _, _, opened = done.undo.rpartition(".")
    until = moment(int(opened)) + context.undo
    seconds = (until - request.at).total_seconds()
    return max(seconds, 0.0)


# --- Work in the store ----------------------------------------------------------------------------


def _article(db: Database, number: int | None) -> Stored | None:
    if number is None:
        return None
    return articles.get(db, number)


def _open_if_unchanged(
    db: Database, context: Context, request: Request, token: str
) -> Posted:
    """Open the next edition of the article that a token is about, if it is still the same."""
    short_id, _, _ = token.partition(".")
    stored = _article(db, from_short_id(short_id))
    if stored is None or confirmation.token(db, stored) != token:
        return Posted()
    return _open_edition(db, context, request, stored)


def _open_or_ask_about(
    db: Database, context: Context, request: Request, number: int | None
) -> Posted:
    stored = _article(db, number)
    if stored is None:
        return Posted()
    named = NamedArticles((stored,))
    return open_or_ask(db, context, request, named)


def open_or_ask(
    db: Database, context: Context, request: Request, named: NamedArticles
) -> Posted:
    """Open the next edition of the one article that was named, or return what to ask before."""
    question = confirmation.needed(db, named, request.at, context.channels)
    if question is None:
        return _open_edition(db, context, request, named.articles[0])
    asks = Asked(
        file=question.file,
        reason=question.reason,
        posted=question.posted,
        value=question.token,
        channels=channel_names(db, question.chats),
    )
    first = question.first.id if question.first else None
    return Posted(number=question.article.id, first=first, asks=asks)


def _open_edition(
    db: Database, context: Context, request: Request, stored: Stored
) -> Posted:
    channels = context.channels
    at = request.at
    opened = editions.republish(db, stored.id, at, channels, context.undo)
    undo = ""
    if opened.chats and opened.undoable:
        undo = f"{stored.short_id}.{opened.edition}.{milliseconds(at)}"
    if opened.chats:
        pause = context.undo if undo else timedelta()
        _keep_reply(
            db, request, stored.id, opened.edition, pause=pause, undo=bool(undo)
        )
    former = editions.former_chats(db, stored.id, channels)
    return Posted(
        number=stored.id,
        edition=opened.edition,
        chats=channel_names(db, opened.chats),
        former=channel_names(db, former),
        undo=undo,
        expired=opened.expired,
    )


def _post_waiting(
    db: Database, context: Context, request: Request, act: Act, number: int | None
) -> Posted:
    """Post an article that waits, by `act`, and keep the reply for when its post is out."""
    stored = _article(db, number)
    if stored is None:
        return Posted()
    channels = context.channels
    post = editions.release if act is Act.RELEASE else editions.post_copy
    changed = post(db, stored.id, request.at, channels)
    keys = follows.keys_of(db, stored.id)
    chats = delivery.plan(channels, keys, stored.article.quality)
    if changed and chats:
        _keep_reply(db, request, stored.id, stored.edition)
    return Posted(number=stored.id, changed=changed, chats=channel_names(db, chats))


def _keep_reply(
    db: Database,
    request: Request,
    article: int,
    edition: int,
    *,
    pause: timedelta = timedelta(),
    undo: bool = False,
) -> None:
    """Write that the reply is edited once the edition is posted, which it is after `pause`."""
    pending.put(
        db,
        request.update,
        article=article,
        edition=edition,
        chat=request.chat_id,
        due=request.at + pause,
        undo=undo,
    )


def channel_names(db: Database, chats: Iterable[int]) -> Names:
    """Return how people know some channels (row numbers)."""
    return tuple(naming.chat(db, chat) for chat in chats)
