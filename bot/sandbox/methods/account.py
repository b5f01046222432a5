"""The bot itself: who it is, how it describes itself, logging out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Json
    from bot.sandbox.world import World

_ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
    "has_topics_enabled": False,
    "allows_users_to_create_topics": False,
    "can_manage_bots": False,
}


def get_me(world: World, _fields: Fields) -> Json:
    """getMe."""
    return objects.user(world.bot) | _ABILITIES


def close(_world: World, _fields: Fields) -> bool:
    """`logOut` and `close`: accepted, without the ten minutes of silence that follow in truth."""
    return True


def _setter(key: str) -> Callable[[World, Fields], bool]:
    def change(world: World, fields: Fields) -> bool:
        world.descriptions[key, fields.text("language_code")] = fields.text(key)
        return True

    return change


def _getter(key: str) -> Callable[[World, Fields], Json]:
    def show(world: World, fields: Fields) -> Json:
        own = world.descriptions.get((key, fields.text("language_code")))
        return {key: own or world.descriptions.get((key, ""), "")}

    return show


METHODS = {
    "getMe": get_me,
    "logOut": close,
    "close": close,
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
}
