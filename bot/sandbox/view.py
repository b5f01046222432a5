"""Records as the page sees them, in /sim/state and /sim/events. The Bot API's shapes are `objects`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.records import Chat, Content, Json, Message, Person, Version


def person(who: Person) -> Json:
    """Somebody with an account."""
    return {"id": who.id, "name": who.name, "username": who.username, "is_bot": who.is_bot, "blocked": who.blocked}


def chat(place: Chat) -> Json:
    """A chat and the ids of those in it."""
    return {
        "id": place.id,
        "type": place.type,
        "title": place.title,
        "username": place.username,
        "members": [number for number, member in place.members.items() if member.present],
        "person": place.person.id if place.person else None,
        "forum": place.forum,
        "topics": [{"id": topic.id, "name": topic.name} for topic in place.topics.values() if not topic.deleted],
        "migrated_to": place.migrated_to,
    }


def message(said: Message) -> Json:
    """A message with its past. `preview` is the address a client would preview, if any."""
    shown = {
        "id": said.id,
        "chat": said.chat.id,
        "from": _author(said),
        "date": said.date,
        "edited": said.edited,
        "reply_markup": said.reply_markup,
        "deleted": said.deleted,
        "views": said.views,
        "thread": said.thread,
        "reply_to": said.reply_to.id if said.reply_to else None,
        "forward_origin": said.origin,
        "service": said.service,
        "preview": said.preview,
        "history": [_version(past) for past in said.history],
    }
    return shown | _content(said.content)


def _author(said: Message) -> Json | None:
    """Who is seen to have written it: of an anonymous administrator's message the group."""
    if said.anonymous:
        return {"id": said.chat.id, "name": said.chat.title, "username": None, "is_bot": False, "blocked": False}
    return person(said.sender) if said.sender else None


def _version(past: Version) -> Json:
    return {"date": past.date, "reply_markup": past.reply_markup} | _content(past.content)


def _content(content: Content) -> Json:
    return {
        "text": content.text,
        "entities": list(content.entities),
        "link_preview_options": content.link_preview_options,
        "photo": content.photo_source if content.photo else None,
    }


def commands(menus: Mapping[tuple[str, int, str], list[Json]]) -> Json:
    """Return the command menus in the default language by scope: "default", "chat:<id>" and so on."""
    return {scope: menu for (scope, _, language), menu in menus.items() if not language}
