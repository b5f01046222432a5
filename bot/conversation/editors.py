"""What replies to /republish and /status, and to the taps under those replies. Sends nothing.

Whether a person is an editor is decided before, in `router` and `callbacks`. Effects happen once
for each update.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.conversation.context import Context
from bot.conversation.readers import Handler
from bot.conversation.request import Request
from bot.domain import delivery
from bot.domain.article import Stored, from_short_id
from bot.domain.delivery import Payload
from bot.planning import naming
from bot.publish import article_lookup, confirmation, editions, report
from bot.publish.article_lookup import NamedArticles
from bot.rendering import republish_replies, status_reply
from bot.rendering.keyboards import Act
from bot.rendering.taps import TapAnswer, TapLine
from bot.store import articles, follows, pending, search
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


async def republish(context: Context, request: Request) -> Payload:
    """Open the next edition of the article that the words name; ask first if they are ambiguous."""
    if not request.words:
        return republish_replies.republish_usage(context.templates)

    def work(db: Database) -> dict[str, Any]:
        named = article_lookup.look_up(db, request.words)
        if len(named.articles) == 1:
            return _republish(db, context, request, named)
        return {"found": [one.id for one in named.articles], "rejected": named.rejected}

    done = await context.once(request, work)
    if "number" in done:
        return await _republished(context, request, done)
    if done.get("found"):
        several = await context.store(articles.several, done["found"])
        return republish_replies.choose(context.templates, request.words, several)
    if done.get("rejected"):
        return republish_replies.rejected(context.templates, done["rejected"])
    nearest = await context.store(search.nearest_titles, request.words)
    return republish_replies.republish_not_found(
        context.templates, request.words, nearest
    )


async def republish_all_the_same(
    context: Context, request: Request, value: str
) -> TapResult:
    """Post what an editor was asked about, unless things have changed since.

    value: see `confirmation.token`.
    """
    number = from_short_id(value.partition(".")[0])

    def work(db: Database) -> dict[str, Any]:
        stored = articles.get(db, number) if number is not None else None
        if stored is None or confirmation.token(db, stored) != value:
            return {}
        return _open_edition(db, context, request, stored)

    done = await context.once(request, work)
    return (
        TapResult(await _republished(context, request, done)) if done else NOTHING_LEFT
    )


async def status(context: Context, request: Request) -> Payload:
    """Report how things are now."""
    found = await context.store(report.report, request.at, **context.standing())
    return status_reply.status(context.templates, found, tz=context.editors_tz)


async def decide(
    context: Context, request: Request, act: Act, short_id: str
) -> TapResult:
    """Carry out a tap: release a held article, post a copy after all, or republish."""
    number = from_short_id(short_id)
    done = await context.once(
        request, lambda db: _decide(db, context, request, act, number)
    )
    if not done:
        return NOTHING_LEFT
    if act is Act.REPUBLISH:
        payload = await _republished(context, request, done)
        return TapResult(payload, TapLine.POSTED if done.get("chats") else None)
    stored = await context.store(articles.get, done["number"])
    if stored is None or not done["changed"]:
        return NOTHING_LEFT
    context.wake()
    reply = (
        republish_replies.released
        if act is Act.RELEASE
        else republish_replies.copy_posted
    )
    return TapResult(reply(context.templates, stored, done["chats"]), TapLine.POSTED)


async def _republished(
    context: Context, request: Request, done: dict[str, Any]
) -> Payload:
    stored = await context.store(articles.get, done["number"])
    if stored is None:  # merged into another article since the update first arrived
        return republish_replies.republish_not_found(context.templates, "")
    if "asks" in done:
        first = (
            await context.store(articles.get, done["first"]) if done["first"] else None
        )
        return republish_replies.confirm(
            context.templates,
            stored,
            first=first,
            tz=context.editors_tz,
            **done["asks"],
        )
    context.wake()
    if done.get("expired"):
        return republish_replies.expired(context.templates, stored)
    edition, chats, value = done["edition"], done["chats"], done["undo"]
    seconds = _seconds_to_undo(context, request, value) if value else 0.0
    if (
        value and seconds <= 0
    ):  # the update is handled again, after a restart: it is too late to undo
        value = ""
        where = {"article": stored.id, "edition": edition, "chat": request.chat_id}
        await context.store(
            pending.put, request.update, **where, due=request.at, undo=True
        )
    seconds = max(seconds, 0)
    return republish_replies.republished(
        context.templates,
        stored,
        edition,
        chats,
        seconds=seconds,
        value=value,
        former=done.get("former", ()),
    )


def _seconds_to_undo(context: Context, request: Request, value: str) -> float:
    """Return for how long the edition that an Undo button takes back can still be undone."""
    opened = moment(int(value.rpartition(".")[2]))
    return (opened + context.undo - request.at).total_seconds()


def _republish(
    db: Database, context: Context, request: Request, named: NamedArticles
) -> dict[str, Any]:
    """Open the next edition of the one article that was named, or return what to ask before."""
    question = confirmation.needed(db, named, request.at, context.channels)
    if question is None:
        return _open_edition(db, context, request, named.articles[0])
    asks: dict[str, Any] = {
        "file": question.file,
        "reason": question.reason,
        "posted": question.posted,
        "value": question.token,
        "channels": [naming.chat(db, chat) for chat in question.chats],
    }
    first = question.first.id if question.first else None
    return {"number": question.article.id, "first": first, "asks": asks}


def _open_edition(
    db: Database, context: Context, request: Request, stored: Stored
) -> dict[str, Any]:
    opened = editions.republish(
        db, stored.id, request.at, context.channels, context.undo
    )
    chats = [naming.chat(db, chat) for chat in opened.chats]
    undo = ""
    if chats and opened.undoable:
        undo = f"{stored.short_id}.{opened.edition}.{milliseconds(request.at)}"
    if chats:
        due = request.at + context.undo if undo else request.at
        where = {
            "article": stored.id,
            "edition": opened.edition,
            "chat": request.chat_id,
        }
        pending.put(db, request.update, **where, due=due, undo=bool(undo))
    former = editions.former_chats(db, stored.id, context.channels)
    return {
        "number": stored.id,
        "edition": opened.edition,
        "chats": chats,
        "former": [naming.chat(db, chat) for chat in former],
        "undo": undo,
        "expired": opened.expired,
    }


def _decide(
    db: Database, context: Context, request: Request, act: Act, number: int | None
) -> dict[str, Any]:
    stored = articles.get(db, number) if number is not None else None
    if stored is None:
        return {}
    if act is Act.REPUBLISH:
        return _republish(db, context, request, NamedArticles((stored,)))
    if act is Act.RELEASE:
        changed = editions.release(db, stored.id, request.at, context.channels)
    else:
        changed = editions.post_copy(db, stored.id, request.at, context.channels)
    chats = delivery.plan(
        context.channels, follows.keys_of(db, stored.id), stored.article.quality
    )
    if changed and chats:
        where = {
            "article": stored.id,
            "edition": stored.edition,
            "chat": request.chat_id,
        }
        pending.put(db, request.update, **where, due=request.at, undo=False)
    return {
        "number": stored.id,
        "changed": changed,
        "chats": [naming.chat(db, chat) for chat in chats],
    }


#: Command → what replies to it.
HANDLERS: dict[str, Handler] = {"republish": republish, "status": status}
