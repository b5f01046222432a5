"""What editors post by a command or a button: an edition, a held article, a copy. Sends nothing.

Whether a person is an editor is decided before, in `router` and `callbacks`. Effects happen once
for each update.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.conversation.results import Asked, Posted
from bot.domain import delivery
from bot.domain.article import Stored, from_short_id
from bot.domain.delivery import Payload
from bot.planning import naming
from bot.publish import confirmation, editions
from bot.publish.article_lookup import NamedArticles
from bot.rendering import republish_replies
from bot.rendering.keyboards import Act
from bot.rendering.taps import TapAnswer, TapLine
from bot.store import articles, follows, pending
from bot.store.database import Database, milliseconds, moment


@dataclass(frozen=True, slots=True)
class TapResult:
    """What an editor's tap did, for the message it was under and the line that answers it."""

    #: The reply that reports it; None: there is nothing to report.
    payload: Payload | None = None
    #: None: the tap is answered without a line.
    line: TapLine | None = TapLine.DECIDED

    @property
    def answer(self) -> TapAnswer | None:
        """What answers the tap."""
        return TapAnswer(self.line) if self.line else None


#: Another editor was first, or time has passed.
NOTHING_LEFT = TapResult(line=TapLine.NOTHING_LEFT)


# --- Taps -----------------------------------------------------------------------------------------


async def republish_anyway(context: Context, request: Request, value: str) -> TapResult:
    """Post what an editor was asked about, unless things have changed since.

    value: see `publish.confirmation.token`.
    """
    short_id, _, _ = value.partition(".")
    number = from_short_id(short_id)

    def work(db: Database) -> Posted:
        stored = _article(db, number)
        if stored is None or confirmation.token(db, stored) != value:
            return Posted()
        return _open_edition(db, context, request, stored)

    done = await context.change(request, Posted, work)
    if done.number is None:
        return NOTHING_LEFT
    return TapResult(await report_posted(context, request, done))


async def republish(context: Context, request: Request, value: str) -> TapResult:
    """Open the next edition of an article, or ask first. value: its short id."""
    number = from_short_id(value)

    def work(db: Database) -> Posted:
        stored = _article(db, number)
        if stored is None:
            return Posted()
        return open_or_ask(db, context, request, NamedArticles((stored,)))

    done = await context.change(request, Posted, work)
    if done.number is None:
        return NOTHING_LEFT
    payload = await report_posted(context, request, done)
    return TapResult(payload, TapLine.POSTED if done.chats else None)


async def post_waiting(
    context: Context, request: Request, act: Act, value: str
) -> TapResult:
    """Release a held article, or post a copy after all. value: its short id."""
    number = from_short_id(value)
    done = await context.change(
        request, Posted, lambda db: _post_waiting(db, context, request, act, number)
    )
    if done.number is None or not done.changed:
        return NOTHING_LEFT
    stored = await context.store(articles.get, done.number)
    if stored is None:
        return NOTHING_LEFT
    context.wake()
    reply = republish_replies.copy_posted
    if act is Act.RELEASE:
        reply = republish_replies.released
    return TapResult(reply(context.templates, stored, done.chats), TapLine.POSTED)


# --- Replies --------------------------------------------------------------------------------------


async def report_posted(context: Context, request: Request, done: Posted) -> Payload:
    """Return the reply that reports what was posted, or asks before."""
    stored = await _stored(context, done.number)
    if stored is None:  # merged into another article since the update first arrived
        return republish_replies.republish_not_found(context.templates, "")
    if done.asks:
        first = await _stored(context, done.first)
        return republish_replies.confirm(
            context.templates,
            stored,
            first=first,
            tz=context.editors_tz,
            **dict(done.asks),
        )
    context.wake()
    if done.expired:
        return republish_replies.expired(context.templates, stored)
    value = done.undo
    seconds = _seconds_to_undo(context, request, value) if value else 0.0
    if value and seconds <= 0:
        # The update is handled again, after a restart: it is too late to undo.
        value, seconds = "", 0.0
        await context.store(
            pending.put,
            request.update,
            article=stored.id,
            edition=done.edition,
            chat=request.chat_id,
            due=request.at,
            undo=True,
        )
    return republish_replies.republished(
        context.templates,
        stored,
        done.edition,
        done.chats,
        seconds=seconds,
        value=value,
        former=done.former,
    )


async def _stored(context: Context, number: int | None) -> Stored | None:
    return await context.store(_article, number)


def _seconds_to_undo(context: Context, request: Request, value: str) -> float:
    """Return for how long the edition that an Undo button takes back can still be undone."""
    _, _, opened = value.rpartition(".")
    until = moment(int(opened)) + context.undo
    return (until - request.at).total_seconds()


# --- Work in the store ----------------------------------------------------------------------------


def _article(db: Database, number: int | None) -> Stored | None:
    return articles.get(db, number) if number is not None else None


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
        channels=_names(db, question.chats),
    )
    first = question.first.id if question.first else None
    return Posted(number=question.article.id, first=first, asks=asks)


def _open_edition(
    db: Database, context: Context, request: Request, stored: Stored
) -> Posted:
    opened = editions.republish(
        db, stored.id, request.at, context.channels, context.undo
    )
    can_be_undone = bool(opened.chats) and opened.undoable
    due, undo = request.at, ""
    if can_be_undone:
        due += context.undo
        undo = f"{stored.short_id}.{opened.edition}.{milliseconds(request.at)}"
    if opened.chats:
        pending.put(
            db,
            request.update,
            article=stored.id,
            edition=opened.edition,
            chat=request.chat_id,
            due=due,
            undo=can_be_undone,
        )
    return Posted(
        number=stored.id,
        edition=opened.edition,
        chats=_names(db, opened.chats),
        former=_names(db, editions.former_chats(db, stored.id, context.channels)),
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
    post = editions.release if act is Act.RELEASE else editions.post_copy
    changed = post(db, stored.id, request.at, context.channels)
    keys = follows.keys_of(db, stored.id)
    chats = delivery.plan(context.channels, keys, stored.article.quality)
    if changed and chats:
        pending.put(
            db,
            request.update,
            article=stored.id,
            edition=stored.edition,
            chat=request.chat_id,
            due=request.at,
        )
    return Posted(number=stored.id, changed=changed, chats=_names(db, chats))


def _names(db: Database, chats: Iterable[int]) -> tuple[str, ...]:
    """Return how people know some chats (row numbers)."""
    return tuple(naming.chat(db, chat) for chat in chats)
