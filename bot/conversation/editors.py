"""What editors ask: /republish and /status, and the taps under their answers. Each returns its answer; sends nothing.

Who is an editor is decided before, in `router` and `buttons`. Effects happen once for each update.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversation.context import Context
from bot.conversation.readers import Handler
from bot.conversation.request import Request
from bot.domain import delivery
from bot.domain.article import Stored, from_short_id
from bot.domain.delivery import Payload
from bot.planning import naming
from bot.publish import editions, meant, report
from bot.publish.meant import Meant
from bot.rendering import editorial, republishing, waiting
from bot.rendering.keyboards import Act
from bot.rendering.taps import Line
from bot.store import articles, follows, pending, search
from bot.store.database import Database, milliseconds, moment


@dataclass(frozen=True, slots=True)
class Decided:
    """What a tap came to: the line that answers it, and what is said in the chat (None: nothing is there)."""

    line: Line | None
    payload: Payload | None = None


async def republish(context: Context, request: Request) -> Payload:
    """Open the next edition of the article that the words name, or ask back where that may not be what is meant."""
    if not request.words:
        return editorial.republish_usage(context.templates)

    def work(db: Database) -> dict[str, Any]:
        named = meant.meant(db, request.words)
        if len(named.articles) == 1:
            return _republish(db, context, request, named)
        return {"found": [one.id for one in named.articles], "rejected": named.rejected}

    done = await context.once(request, work)
    if "number" in done:
        return await _republished(context, request, done)
    if done.get("found"):
        return republishing.choose(
            context.templates, request.words, await context.store(articles.several, done["found"])
        )
    if done.get("rejected"):
        return republishing.rejected(context.templates, done["rejected"])
    nearest = await context.store(search.nearest_titles, request.words)
    return editorial.republish_not_found(context.templates, request.words, nearest)


async def republish_all_the_same(context: Context, request: Request, value: str) -> Payload | None:
    """Post what an editor was asked about; None where things have changed since. value: see `meant.token`."""
    number = from_short_id(value.partition(".")[0])

    def work(db: Database) -> dict[str, Any]:
        stored = articles.get(db, number) if number is not None else None
        return _open(db, context, request, stored) if stored and meant.token(db, stored) == value else {}

    done = await context.once(request, work)
    return await _republished(context, request, done) if done else None


async def status(context: Context, request: Request) -> Payload:
    """Tell how things stand."""
    found = await context.store(report.report, request.at, **context.standing())
    return editorial.status(context.templates, found, tz=context.editors_tz)


async def decide(context: Context, request: Request, act: Act, short_id: str) -> Decided:
    """Carry out a tap: release a held article, post a copy after all, or republish."""
    number = from_short_id(short_id)
    done = await context.once(request, lambda db: _decide(db, context, request, act, number))
    if not done:
        return Decided("nothing_left")
    if act is Act.REPUBLISH:
        return Decided("posted" if done.get("chats") else None, await _republished(context, request, done))
    stored = await context.store(articles.get, done["number"])
    if stored is None or not done["changed"]:
        return Decided("nothing_left")
    context.wake()
    answer = editorial.released if act is Act.RELEASE else editorial.copy_posted
    return Decided("posted", answer(context.templates, stored, done["chats"]))


async def _republished(context: Context, request: Request, done: dict[str, Any]) -> Payload:
    stored = await context.store(articles.get, done["number"])
    if stored is None:  # joined to another article since the update first came
        return editorial.republish_not_found(context.templates, "")
    if "asks" in done:
        first = await context.store(articles.get, done["first"]) if done["first"] else None
        return republishing.confirm(context.templates, stored, first=first, tz=context.editors_tz, **done["asks"])
    context.wake()
    if done.get("expired"):
        return waiting.expired(context.templates, stored)
    value, seconds = done["undo"], 0.0
    if value:
        seconds = (_opened(value) + context.undo - request.at).total_seconds()
    if value and seconds <= 0:  # the update comes again, after a restart
        value = ""
        where = {"article": stored.id, "edition": done["edition"], "chat": request.chat_id}
        await context.store(pending.put, request.update, **where, due=request.at, undo=True)
    return editorial.republished(
        context.templates, stored, done["edition"], done["chats"], seconds=max(seconds, 0), value=value
    )


def _opened(value: str) -> datetime:
    """Return when what an Undo button takes back was opened."""
    return moment(int(value.rpartition(".")[2]))


def _republish(db: Database, context: Context, request: Request, named: Meant) -> dict[str, Any]:
    """Open the next edition of the one article that was named, or return what to ask before."""
    asks = meant.question(db, named, request.at, context.channels)
    if asks is None:
        return _open(db, context, request, named.articles[0])
    told = {"file": asks.file, "reason": asks.reason, "posted": asks.posted, "value": asks.token}
    told["channels"] = [naming.chat(db, chat) for chat in asks.chats]
    return {"number": asks.article.id, "first": asks.first.id if asks.first else None, "asks": told}


def _open(db: Database, context: Context, request: Request, stored: Stored) -> dict[str, Any]:
    done = editions.republish(db, stored.id, request.at, context.channels, context.undo)
    chats = [naming.chat(db, chat) for chat in done.chats]
    undo = f"{stored.short_id}.{done.edition}.{milliseconds(request.at)}" if done.undoable and chats else ""
    if chats:
        due = request.at + context.undo if undo else request.at
        where = {"article": stored.id, "edition": done.edition, "chat": request.chat_id}
        pending.put(db, request.update, **where, due=due, undo=bool(undo))
    return {"number": stored.id, "edition": done.edition, "chats": chats, "undo": undo, "expired": done.expired}


def _decide(db: Database, context: Context, request: Request, act: Act, number: int | None) -> dict[str, Any]:
    stored = articles.get(db, number) if number is not None else None
    if stored is None:
        return {}
    if act is Act.REPUBLISH:
        return _republish(db, context, request, Meant((stored,)))
    if act is Act.RELEASE:
        changed = editions.release(db, stored.id, request.at, context.channels)
    else:
        changed = editions.post_copy(db, stored.id, request.at, context.channels)
    admitted = delivery.plan(context.channels, follows.keys_of(db, stored.id), stored.article.quality)
    if changed and admitted:
        edition = stored.edition
        pending.put(db, request.update, article=stored.id, edition=edition, chat=request.chat_id, due=request.at)
    return {"number": stored.id, "changed": changed, "chats": [naming.chat(db, one) for one in admitted]}


#: Command → what answers it.
HANDLERS: dict[str, Handler] = {"republish": republish, "status": status}
