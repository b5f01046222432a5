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
class Composed:
    """A delivery with the call that posts its article."""

    to: Addressed
    payload: Payload
    #: The article's fingerprint.
    form: str


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
    fallbacks, thread = to.delivery.fallbacks, to.thread
    if Fallback.UNPAID in fallbacks:
        payload = {**payload, "allow_paid_broadcast": False}
    if Fallback.NO_THREAD in fallbacks:
        thread = 0
    return payload, thread


def post_each(
    composer: Composer, materials: Sequence[Material]
) -> tuple[list[Composed], list[Failed]]:
    """Compose posts; return them, and those that cannot be composed."""
    composed: list[Composed] = []
    failed: list[Failed] = []
    for one in materials:
        to, stored = one.to, one.stored
        try:
            payload = composer.post(one)
        except Exception as error:  # a template or an article can raise anything
            failed.append(failure(to, error, stored.path))
        else:
            composed.append(Composed(to, payload, stored.fingerprint))
    return composed, failed


def gather(db: Database, to: Sequence[Addressed]) -> list[Material]:
    """Return the material of several posts; deliveries of deleted articles are left out.

    The topics that a chat follows matter in private chats only: there a post offers buttons for
    the others. In a group or channel the buttons are for all members.
    """
    private = [one.delivery.chat for one in to if one.kind is ChatKind.PRIVATE]
    followed = follows.keys_by_chat(db, private)
    stored: dict[int, Stored | None] = {}
    materials: list[Material] = []
    for one in to:
        delivery = one.delivery
        article = delivery.article
        if article not in stored:
            stored[article] = articles.get(db, article)
        found = stored[article]
        if found is None:
            continue
        links = _links(db, one, found)
        topics = followed.get(delivery.chat, frozenset())
        material = Material(one, found, links, topics)
        materials.append(material)
    return materials


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
    reason = f"the message could not be made: {why(error)}"
    if path:
        reason = f"{path}: {reason}"
    return Failed(to, reason, error)


def why(error: Exception) -> str:
    """Return what went wrong in words, as far as there are any."""
    if isinstance(error, PaperboyError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _links(db: Database, to: Addressed, stored: Stored) -> dict[str, str]:
    """Return identity → address of a related article's post in this chat.

    Empty for a private chat, whose messages have no addresses.
    """
    related = stored.article.related
    if to.kind is ChatKind.PRIVATE or not related:
        return {}
    identities = [one.identity for one in related]
    there = post_places.by_identity(db, to.delivery.chat, identities)
    links: dict[str, str] = {}
    for one in related:
        posts = there.get(one.identity, ())
        message = same_title(one.title, posts)
        if message is None:
            continue
        link = naming.post_link(to.username, to.chat_id, message)
        if link:
            links[one.identity] = link
    return links
