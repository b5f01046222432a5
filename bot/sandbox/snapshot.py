"""The whole world as the page loads it: /sim/state. Later changes arrive as events (`view`)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bot.sandbox import view

if TYPE_CHECKING:
    from bot.sandbox.records import Chat, Json
    from bot.sandbox.world import World


def state(world: World, limit: int) -> Json:
    """Return everything, with the last `limit` messages of each chat."""
    people = [person for person in world.people.values() if person is not world.bot]
    chats = world.chats.values()
    return {
        "bot": view.person(world.bot),
        "people": [view.person(person) for person in people],
        "chats": [view.chat(chat) for chat in chats],
        "messages": {str(chat.id): _last(chat, limit) for chat in chats},
        "commands": view.commands(world.commands),
        "now": world.now,
    }


def _last(chat: Chat, limit: int) -> list[Json]:
    newest = list(islice(reversed(chat.messages.values()), limit))
    return [view.message(message) for message in reversed(newest)]
