"""What editors ask: /republish and /status, and the taps under their answers. Each returns its answer; sends nothing.

Who is an editor is decided before, in `router` and `buttons`. Effects happen once for each update.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import delivery
from bot.article import Stored, from_short_id
from bot.chat.asked import Asked
from bot.chat.office import Office
from bot.chat.readers import Handler
from bot.delivery import Payload
from bot.publishing import editing, naming, report
from bot.rendering import editorial, waiting
from bot.rendering.keyboards import Act
from bot.store import articles, files, follows, search
from bot.store.database import Database, milliseconds


@dataclass(frozen=True, slots=True)
class Decided:
    """What a tap came to: whether it changed anything, and the answer that says so (None: nothing is there)."""

    changed: bool
    payload: Payload | None


async def republish(office: Office, asked: Asked) -> Payload:
    """Open the next edition of the article that the words name."""
    if not asked.words:
        return editorial.republish_usage(office.templates)
    done = await office.once(asked, lambda db: _republish(db, office, asked, editing.find(db, asked.words)))
    if not done:
        if rejected := await office.desk(files.rejected_at, asked.words):
            return editorial.republish_rejected(office.templates, rejected.path, rejected.reason)
        nearest = await office.desk(search.nearest_titles, asked.words)
        return editorial.republish_not_found(office.templates, asked.words, nearest)
    return await _republished(office, done)


async def status(office: Office, asked: Asked) -> Payload:
    """Tell how things stand."""
    found = await office.desk(report.report, asked.at, **office.standing())
    return editorial.status(office.templates, found, tz=office.editors_tz)


async def decide(office: Office, asked: Asked, act: Act, short_id: str) -> Decided:
    """Carry out a tap: release a held article, post a copy after all, or republish."""
    number = from_short_id(short_id)
    done = await office.once(asked, lambda db: _decide(db, office, asked, act, number))
    if not done:
        return Decided(False, None)
    if act is Act.REPUBLISH:
        return Decided(True, await _republished(office, done))
    stored = await office.desk(articles.get, done["number"])
    if stored is None or not done["changed"]:
        return Decided(False, None)
    office.wake()
    answer = editorial.released if act is Act.RELEASE else editorial.copy_posted
    return Decided(True, answer(office.templates, stored, done["chats"]))


async def _republished(office: Office, done: dict[str, Any]) -> Payload:
    office.wake()
    stored = await office.desk(articles.get, done["number"])
    if stored is None:  # joined to another article since the update first came
        return editorial.republish_not_found(office.templates, "")
    undo = office.undo.total_seconds() if done["undo"] else 0
    if done.get("expired"):
        return waiting.expired(office.templates, stored)
    return editorial.republished(
        office.templates, stored, done["edition"], done["chats"], seconds=undo, value=done["undo"]
    )


def _republish(db: Database, office: Office, asked: Asked, stored: Stored | None) -> dict[str, Any]:
    if stored is None:
        return {}
    done = editing.republish(db, stored.id, asked.at, office.channels, office.undo)
    chats = [naming.chat(db, chat) for chat in done.chats]
    undo = f"{stored.short_id}.{done.edition}.{milliseconds(asked.at)}" if done.undoable and chats else ""
    return {"number": stored.id, "edition": done.edition, "chats": chats, "undo": undo, "expired": done.expired}


def _decide(db: Database, office: Office, asked: Asked, act: Act, number: int | None) -> dict[str, Any]:
    stored = articles.get(db, number) if number is not None else None
    if stored is None or act is Act.REPUBLISH:
        return _republish(db, office, asked, stored)
    if act is Act.RELEASE:
        changed = editing.release(db, stored.id, asked.at, office.channels)
    else:
        changed = editing.post_copy(db, stored.id, asked.at, office.channels)
    admitted = delivery.plan(office.channels, follows.keys_of(db, stored.id), stored.article.quality)
    return {"number": stored.id, "changed": changed, "chats": [naming.chat(db, one) for one in admitted]}


#: Command → what answers it.
HANDLERS: dict[str, Handler] = {"republish": republish, "status": status}
