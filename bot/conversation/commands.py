"""The table of commands, from which the menus, /help and the router work. Carries out none of them.

To add a command: one row in COMMANDS here, its description in `rendering.labels`, and in `readers`
(or `lookups`, or `editors` for an editors' command) the function that replies to it, with its line
in HANDLERS. Menus, /help, who may give it and how often follow from the row.

A menu is not a lock: a person who types a command that is not in their menu is told by the router
that there is none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rapidfuzz.distance import OSA

from bot.botapi.client import Messenger
from bot.domain.outcome import Gone, Sent, reason_of
from bot.rendering import labels

_log = logging.getLogger(__name__)
#: Letters from which on a command's name may be misspelt in two places.
_LONG = 8
#: A scope of the Bot API (BotCommandScope) with the menu that is shown there.
Menu = tuple[dict[str, Any], list[dict[str, str]]]


class Role(Enum):
    """Who may give a command."""

    #: Everybody.
    READER = "reader"
    #: The people named in `telegram.admins`, in private.
    EDITOR = "editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What the bot knows of a command; its description is in `rendering.labels`."""

    name: str
    role: Role = Role.READER
    #: Other names that are understood and shown nowhere.
    aliases: tuple[str, ...] = ()
    #: It is understood without its slash before other words too: `follow AI`.
    before_words: bool = False
    #: It changes what a chat gets: in groups only the group's admins may give it.
    changes: bool = False
    #: It is carried out however many commands came before; only its replies are limited.
    unlimited: bool = False
    #: It is in the menu of groups too.
    in_groups: bool = True


COMMANDS = (
    Command(
        name="topic",
        aliases=("follow", "subscribe"),
        before_words=True,
        changes=True,
    ),
    Command(name="topics", aliases=("list",)),
    Command(
        name="untopic",
        aliases=("unfollow", "unsubscribe"),
        before_words=True,
        changes=True,
        unlimited=True,
    ),
    Command(name="latest"),
    Command(name="search", before_words=True),
    Command(
        name="stop",
        changes=True,
        unlimited=True,
    ),
    Command(
        name="start",
        in_groups=False,
        unlimited=True,
    ),
    Command(name="help"),
    Command(
        name="republish",
        role=Role.EDITOR,
    ),
    Command(name="status", role=Role.EDITOR),
)
_BY_NAME = {
    name: command for command in COMMANDS for name in (command.name, *command.aliases)
}
START, TOPIC, UNTOPIC = _BY_NAME["start"], _BY_NAME["topic"], _BY_NAME["untopic"]
LATEST, SEARCH = _BY_NAME["latest"], _BY_NAME["search"]
#: What an article's address stands for; nobody types it as a command.
ARTICLE = Command(name="article")


def find(name: str, *, is_editor: bool) -> Command | None:
    """Return the command of that name, if it exists for the person who typed it."""
    command = _BY_NAME.get(name)
    return command if command in _available(is_editor=is_editor) else None


def nearest(name: str, *, is_editor: bool) -> str:
    """Return the command that was probably meant by a name that is none; empty if unclear.

    One letter may be wrong, missing, one too many or in its neighbour's place; in a long name two.
    """
    shown = {one.name for one in _available(is_editor=is_editor)}
    slips = {
        known: OSA.distance(name, known)
        for known, command in _BY_NAME.items()
        if command.name in shown
    }
    best = min(slips, key=lambda known: (slips[known], known not in shown))
    allowed = 1 if len(best) < _LONG else 2
    return best if 0 < slips[best] <= allowed < len(best) - 1 else ""


def described(*, is_editor: bool) -> list[tuple[str, str, str]]:
    """Return what /help lists: name, arguments, what it does."""
    lines = []
    for one in _available(is_editor=is_editor):
        words = labels.COMMANDS[one.name]
        lines.append((one.name, words.args, words.does))
    return lines


def menus(admins: Iterable[int]) -> list[Menu]:
    """Return each scope with its menu."""
    for_readers = _available(is_editor=False)
    private = _menu(for_readers)
    groups = _menu(one for one in for_readers if one.in_groups)
    shared: list[Menu] = [
        ({"type": "default"}, private),
        ({"type": "all_private_chats"}, private),
        ({"type": "all_group_chats"}, groups),
    ]
    return shared + [editor_menu(admin) for admin in sorted(admins)]


def editor_menu(admin: int) -> Menu:
    """Return the scope of an editor's own chat with its menu."""
    return {"type": "chat", "chat_id": admin}, _menu(COMMANDS)


async def set_menus(messenger: Messenger, admins: Iterable[int]) -> None:
    """Set every menu.

    An editor who never pressed Start has no chat yet; their menu is set at their /start.
    """
    for scope, menu in menus(admins):
        outcome = await messenger.set_commands(menu, scope)
        if not isinstance(outcome, Sent | Gone):
            _log.warning(
                "the command menu of %s was not set: %s",
                _owner(scope),
                reason_of(outcome),
            )


def _owner(scope: dict[str, Any]) -> str:
    """Return what the log calls those who see the menu of a scope."""
    if "chat_id" in scope:
        return f"editor {scope['chat_id']}"
    return str(scope["type"]).replace("_", " ")


def _available(*, is_editor: bool) -> list[Command]:
    return [one for one in COMMANDS if is_editor or one.role is Role.READER]


def _menu(commands: Iterable[Command]) -> list[dict[str, str]]:
    lines = []
    for one in commands:
        does = labels.COMMANDS[one.name].does
        lines.append({"command": one.name, "description": does})
    return lines
