"""Records as JSON for the page: /sim/state and /sim/events. For the Bot API see `objects`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.records import Chat, Content, Json, Message, Person, Version


def person(who: Person) -> Json:
    """Somebody with an account."""
    return _account(
        who.id, who.name, who.username, is_bot=who.is_bot, blocked=who.blocked
    )


def _account(
    number: int, name: str, username: str | None, *, is_bot: bool, blocked: bool
) -> Json:
    return {
        "id": number,
        "name": name,
        "username": username,
        "is_bot": is_bot,
        "blocked": blocked,
    }


def chat(place: Chat) -> Json:
    """A chat and the ids of its members."""
    topics = [topic for topic in place.topics.values() if not topic.deleted]
    return {
        "id": place.id,
        "type": place.type,
        "title": place.title,
        "username": place.username,
        "members": [
            number for number, member in place.members.items() if member.present
        ],
        "person": place.person.id if place.person else None,
        "forum": place.forum,
        "topics": [{"id": topic.id, "name": topic.name} for topic in topics],
        "migrated_to": place.migrated_to,
    }


def message(record: Message) -> Json:
    """A message with its history. `preview` is the address a client would preview, if any."""
    shown = {
        "id": record.id,
        "chat": record.chat.id,
        "from": _author(record),
        "date": record.date,
        "edited": record.edited,
        "reply_markup": record.reply_markup,
        "deleted": record.deleted,
        "views": record.views,
        "thread": record.thread,
        "reply_to": record.reply_to.id if record.reply_to else None,
        "forward_origin": record.origin,
        "service": record.service,
        "preview": record.preview,
        "history": [_version(past) for past in record.history],
    }
    return shown | _content(record.content)


def _author(record: Message) -> Json | None:
    """Return the visible author: of an anonymous administrator's message, the group."""
    if record.anonymous:
        return _account(
            record.chat.id, record.chat.title, None, is_bot=False, blocked=False
        )
    return person(record.sender) if record.sender else None


def _version(past: Version) -> Json:
    return {"date": past.date, "reply_markup": past.reply_markup} | _content(
        past.content
    )


def _content(content: Content) -> Json:
    return {
        "text": content.text,
        "entities": list(content.entities),
        "link_preview_options": content.link_preview_options,
        "photo": content.photo_source if content.photo else None,
    }


def commands(menus: Mapping[tuple[str, int, str], list[Json]]) -> Json:
    """Return the command menus in the default language by scope: "default", "chat:<id>" …"""
    return {scope: menu for (scope, _, language), menu in menus.items() if not language}
