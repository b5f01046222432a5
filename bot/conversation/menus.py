"""The menus of commands that Telegram shows, by scope: everybody, groups, each editor.

What is in them follows from the table in `commands`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, assert_never

from bot.botapi.client import Messenger
from bot.conversation import commands
from bot.conversation.commands import Command
from bot.domain.outcome import (
    Gone,
    Migrated,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
    reason_of,
)
from bot.rendering import labels

_log = logging.getLogger(__name__)
#: A scope of the Bot API (BotCommandScope) with the menu that is shown there.
Menu = tuple[dict[str, Any], list[dict[str, str]]]


def all_(admins: Iterable[int]) -> list[Menu]:
    """Return each scope with its menu."""
    for_readers = commands.available(is_editor=False)
    private = _menu(for_readers)
    groups = _menu(one for one in for_readers if one.in_groups)
    return [
        ({"type": "default"}, private),
        ({"type": "all_private_chats"}, private),
        ({"type": "all_group_chats"}, groups),
        *map(of_editor, sorted(admins)),
    ]


def of_editor(admin: int) -> Menu:
    """Return the scope of an editor's own chat with its menu."""
    return {"type": "chat", "chat_id": admin}, _menu(commands.COMMANDS)


async def set_all(messenger: Messenger, admins: Iterable[int]) -> None:
    """Set every menu.

    An editor who never pressed Start has no chat yet; their menu is set at their /start.
    """
    for scope, menu in all_(admins):
        outcome = await messenger.set_commands(menu, scope)
        match outcome:
            case Sent() | Gone():
                pass
            case Wait() | Refused() | Migrated() | Unknown() | Revoked():
                reason = reason_of(outcome)
                owner = _owner(scope)
                _log.warning("the command menu of %s was not set: %s", owner, reason)
            case _:
                assert_never(outcome)


def _owner(scope: dict[str, Any]) -> str:
    """Return what the log calls those who see the menu of a scope."""
    if "chat_id" in scope:
        return f"editor {scope['chat_id']}"
    return str(scope["type"]).replace("_", " ")


def _menu(shown: Iterable[Command]) -> list[dict[str, str]]:
    menu = []
    for command in shown:
        name = command.name
        does = labels.COMMANDS[name].does
        menu.append({"command": name, "description": does})
    return menu
