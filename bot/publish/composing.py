"""Composes the call that carries out a delivery or an edit. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.article import Stored, short_id
from bot.domain.chat import ChatKind
from bot.domain.delivery import Payload
from bot.domain.identity import same_title
from bot.domain.outcome import Fallback
from bot.domain.settlement import EditAction
from bot.errors import PaperboyError
from bot.planning import naming
from bot.rendering import post_edits, posts
from bot.rendering.templates import Templates
from bot.settings import Buttons, Picture
from bot.store import articles, follows, post_places
from bot.store.database import Database
from bot.store.delivery_rows import Addressed
from bot.store.edits import DueEdit
from bot.store.thread import is_outside

#: How long Telegram lets a bot delete its own messages (docs/telegram.md, Edits and deletions).
DELETABLE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Material:
    """What a post is made of: the article, and the posts of its related articles in that chat."""

    to: Addressed
    stored: Stored
    links: dict[str, str]
    #: Keys of the topics that a person follows already, whose own chat this is.
    followed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Failed:
    """A delivery whose message can't be made, and why."""

    to: Addressed
    reason: str
    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Renders for one bot."""

    templates: Templates
    bot: str
    picture: Picture = Picture.PREVIEW
    #: Where the links of a post stand, by the row number of its chat.
    buttons: Callable[[int], Buttons] = lambda _: Buttons.KEYBOARD

    def post(self, material: Material) -> Payload:
        """Return the call that posts a delivery's article."""
        delivery = material.to.delivery
        return posts.post(
            self.templates,
            material.stored.article,
            bot=self.bot,
            taxonomy=self.templates.taxonomy,
            delivery=short_id(delivery.id),
            links=material.links,
            followed=material.followed,
            picture=self.picture,
            buttons=self.buttons(delivery.chat),
            fallbacks=delivery.fallbacks,
        )

    def edit(
        self, due: DueEdit, material: Material, at: datetime
    ) -> tuple[Payload, EditAction]:
        """Return the call that brings a post up to date, and what it does."""
        article, delivery = material.stored.article, due.to.delivery
        if not material.stored.withdrawn:
            post = self.post(material)
            return post_edits.edit(post, delivery.payload), EditAction.EDIT
        may_delete = Fallback.KEEP not in delivery.fallbacks
        if may_delete and at - due.sent < DELETABLE:
            return {"method": "deleteMessage"}, EditAction.DELETE
        before = delivery.payload or {}
        photo = before.get("method") == "sendPhoto"
        note = post_edits.tombstone(self.templates, article, photo=photo)
        return note, EditAction.LEAVE_NOTE


def directed(payload: Payload, to: Addressed) -> tuple[Payload, int]:
    """Return a post's call and its thread, after the fallbacks about how and where it is sent."""
    if Fallback.UNPAID in to.delivery.fallbacks:
        payload = {**payload, "allow_paid_broadcast": False}
    return payload, 0 if Fallback.NO_THREAD in to.delivery.fallbacks else to.thread


def post_each(
    composer: Composer, materials: Sequence[Material]
) -> tuple[list[tuple[Material, Payload]], list[Failed]]:
    """Compose posts; return them, and those that cannot be composed."""
    composed: list[tuple[Material, Payload]] = []
    failed: list[Failed] = []
    for one in materials:
        try:
            composed.append((one, composer.post(one)))
        except Exception as error:  # a template or an article can raise anything
            failed.append(failure(one.to, error, one.stored.path))
    return composed, failed


def gather(db: Database, to: Sequence[Addressed]) -> list[Material]:
    """Return the material of several posts; deliveries of deleted articles are left out.

    The topics that a chat follows matter in private chats only: there a post offers buttons for
    the others. In a group or channel the buttons are for all members.
    """
    stored = {
        number: articles.get(db, number)
        for number in {one.delivery.article for one in to}
    }
    followed = follows.keys_by_chat(
        db, [one.delivery.chat for one in to if one.kind is ChatKind.PRIVATE]
    )
    return [
        Material(
            one,
            found,
            _links(db, one, found),
            followed.get(one.delivery.chat, frozenset()),
        )
        for one in to
        if (found := stored[one.delivery.article]) is not None
    ]


def gather_each(
    db: Database, to: Sequence[Addressed]
) -> tuple[list[Material], list[Failed]]:
    """Do as `gather`, and return separately the deliveries whose material cannot be read."""
    try:
        return gather(db, to), []
    except Exception as error:
        if is_outside(error):
            raise
    materials: list[Material] = []
    failed: list[Failed] = []
    for one in to:
        try:
            materials += gather(db, [one])
        except Exception as error:  # whatever is wrong with this row
            failed.append(failure(one, error))
    return materials, failed


def failure(to: Addressed, error: Exception, path: str = "") -> Failed:
    """Return that a delivery's message can't be made, and why. path: the article's file."""
    return Failed(
        to,
        f"{path}: the message could not be made: {why(error)}".removeprefix(": "),
        error,
    )


def why(error: Exception) -> str:
    """Return what went wrong in words, as far as there are any."""
    return (
        str(error)
        if isinstance(error, PaperboyError)
        else f"{type(error).__name__}: {error}"
    )


def message_link(to: Addressed, message: int) -> str | None:
    """Return the address of a post in a public or private channel; None where Telegram has none."""
    return naming.post_link(to.username, to.chat_id, message)


def _links(db: Database, to: Addressed, stored: Stored) -> dict[str, str]:
    """Return identity → address of a related article's post in this chat.

    Empty for a private chat, whose messages have no addresses.
    """
    if to.kind is ChatKind.PRIVATE or not stored.article.related:
        return {}
    there = post_places.by_identity(
        db, to.delivery.chat, [one.identity for one in stored.article.related]
    )
    posts = {
        one.identity: same_title(one.title, there.get(one.identity, ()))
        for one in stored.article.related
    }
    links = {
        identity: message_link(to, message)
        for identity, message in posts.items()
        if message is not None
    }
    return {identity: link for identity, link in links.items() if link}
