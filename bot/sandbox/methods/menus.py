"""Command menus by scope and language: setMyCommands and kin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox import access, view
from bot.sandbox.fields import Fields
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.records import Json
    from bot.sandbox.world import World

MOST: Final = 100
_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
LONGEST_DESCRIPTION: Final = 256
_PLAIN_SCOPES: Final = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
)


def set_commands(world: World, fields: Fields) -> bool:
    """setMyCommands."""
    key = _key(world, fields)
    commands = fields.array("commands", "commands")
    if commands is None:
        raise bad("can't parse commands list")
    if len(commands) > MOST:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    menu = [_checked(command) for command in commands]
    if menu:
        world.commands[key] = menu
    else:
        world.commands.pop(key, None)
    world.events.publish("commands", view.commands(world.commands))
    return True


def get_commands(world: World, fields: Fields) -> list[Json]:
    """getMyCommands: exactly that scope and language."""
    return world.commands.get(_key(world, fields), [])


def delete_commands(world: World, fields: Fields) -> bool:
    """deleteMyCommands."""
    world.commands.pop(_key(world, fields), None)
    world.events.publish("commands", view.commands(world.commands))
    return True


def _checked(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name = str(command.get("command", "")).removeprefix("/").lower()
    description = str(command.get("description", "")).strip()
    if not _NAME.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    if not description:
        raise bad("command description must be non-empty")
    if len(description) > LONGEST_DESCRIPTION:
        raise bad(f"command description length must not exceed {LONGEST_DESCRIPTION}")
    return {"command": name, "description": description}


def _key(world: World, fields: Fields) -> tuple[str, int, str]:
    """Scope, person and language a call speaks of. Raises Refusal when the chat isn't there."""
    scope = fields.object("scope", "BotCommandScope") or {}
    kind = scope.get("type", "default")
    language = fields.text("language_code")
    if kind in _PLAIN_SCOPES:
        return kind, 0, language
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad("unsupported type specified")
    chat = access.find(world, Fields(scope))
    if kind != "chat" and chat.type == "private":
        raise bad(f"can't use specified scope in {chat.type} chats")
    if chat.type == "channel":
        raise bad("can't change commands in channel chats")
    person = int(scope.get("user_id", 0)) if kind == "chat_member" else 0
    name = f"{kind}:{chat.id}" + (f":{person}" if person else "")
    return name, person, language


METHODS = {
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
}
