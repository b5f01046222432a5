"""The table of commands, from which the menus and /help are made. Carries out none of them.

A menu is no lock: who types a command that is not in it is told by the router that there is none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bot.botapi.client import Messenger
from bot.domain.outcome import Gone, Sent, reason_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as people see it."""

    name: str
    args: str = ""
    does: str
    audience: Literal["reader", "editor"] = "reader"
    #: Other names that are understood and shown nowhere.
    aliases: tuple[str, ...] = ()
    #: In groups only the group's admins may.
    changes: bool = False
    #: Carried out however many commands came before; only its answers are limited.
    unlimited: bool = False
    #: Shown in the menu of groups too.
    in_groups: bool = True


COMMANDS = (
    Command(
        name="topic",
        args="name",
        does="follow a topic, or choose from all",
        aliases=("follow", "subscribe"),
        changes=True,
    ),
    Command(name="topics", does="topics followed, and all there are", aliases=("list",)),
    Command(
        name="untopic",
        args="name",
        does="stop following a topic",
        aliases=("unfollow", "unsubscribe"),
        changes=True,
        unlimited=True,
    ),
    Command(name="latest", args="topic", does="the newest articles"),
    Command(name="search", args="words", does="find articles"),
    Command(name="stop", does="stop all articles; topics are kept", changes=True, unlimited=True),
    Command(name="start", does="start, or resume after /stop", in_groups=False, unlimited=True),
    Command(name="help", does="all commands"),
    Command(name="republish", args="id, address, file or last", does="post an article once more", audience="editor"),
    Command(name="status", does="how things stand", audience="editor"),
)
_BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
#: What plain words may stand for.
TOPIC, UNTOPIC, LATEST, SEARCH = (_BY_NAME[name] for name in ("topic", "untopic", "latest", "search"))
#: Carried out for an article's address; nobody types it as a command.
ARTICLE = Command(name="article", does="show one article")


def find(name: str, *, is_editor: bool) -> Command | None:
    """Return the command of that name, as far as it exists for who typed it."""
    command = _BY_NAME.get(name)
    return command if command and (is_editor or command.audience == "reader") else None


def told(*, is_editor: bool) -> list[tuple[str, str, str]]:
    """Return what /help lists: name, arguments, what it does."""
    return [(one.name, one.args, one.does) for one in COMMANDS if is_editor or one.audience == "reader"]


def menus(admins: Iterable[int]) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    """Return each scope (Bot API BotCommandScope) with its menu."""
    readers = _menu(one for one in COMMANDS if one.audience == "reader")
    groups = _menu(one for one in COMMANDS if one.audience == "reader" and one.in_groups)
    shared: list[tuple[dict[str, Any], list[dict[str, str]]]] = [
        ({"type": "default"}, readers),
        ({"type": "all_private_chats"}, readers),
        ({"type": "all_group_chats"}, groups),
    ]
    return shared + [editor_menu(admin) for admin in sorted(admins)]


def editor_menu(admin: int) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the scope of an editor's own chat with its menu."""
    return {"type": "chat", "chat_id": admin}, _menu(COMMANDS)


async def set_menus(messenger: Messenger, admins: Iterable[int]) -> None:
    """Set every menu. An editor who never pressed Start has no chat yet; theirs is set at their /start."""
    for scope, menu in menus(admins):
        came = await messenger.set_commands(menu, scope)
        if not isinstance(came, Sent | Gone):
            whose = f"editor {scope['chat_id']}" if "chat_id" in scope else str(scope["type"]).replace("_", " ")
            _log.warning("the command menu of %s was not set: %s", whose, reason_of(came))


def _menu(commands: Iterable[Command]) -> list[dict[str, str]]:
    return [{"command": one.name, "description": one.does} for one in commands]
