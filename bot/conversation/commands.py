"""The table of commands, from which the menus, /help and the router work. Carries out none of them.

To add a command: one row in COMMANDS here, its description in `rendering.labels`, and in `readers`
(or `lookups`, or `editors` for an editors' command) the function that replies to it, with its line
in HANDLERS. Menus, /help, who may give it and how often follow from the row.

A menu is not a lock: a person who types a command that is not in their menu gets the reply that
there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import OSA

from bot.rendering import labels

#: Letters from which on a command's name may be misspelt in two places.
_LONG = 8


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

    def exists_for(self, *, is_editor: bool) -> bool:
        """Return True if a person may give it; it does not exist for others."""
        return is_editor or self.role is Role.READER


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
    if command is None:
        return None
    return command if command.exists_for(is_editor=is_editor) else None


def nearest(name: str, *, is_editor: bool) -> str:
    """Return the command of which a name is probably a misspelling; empty if unclear.

    One letter may be wrong, missing, one too many or in its neighbour's place; in a long name two.
    """

    def distance(known: str) -> tuple[int, bool]:
        is_alias = _BY_NAME[known].name != known
        return OSA.distance(name, known), is_alias

    names = [known for known in _BY_NAME if find(known, is_editor=is_editor)]
    best = min(names, key=distance)
    slips, _ = distance(best)
    allowed = 2 if len(best) >= _LONG else 1
    is_misspelling = 0 < slips <= allowed
    is_long_enough = len(best) > allowed + 1
    return best if is_misspelling and is_long_enough else ""


def described(*, is_editor: bool) -> list[tuple[str, str, str]]:
    """Return what /help lists: name, arguments, what it does."""
    lines = []
    for command in available(is_editor=is_editor):
        name = command.name
        words = labels.COMMANDS[name]
        lines.append((name, words.args, words.does))
    return lines


def for_editors() -> list[str]:
    """Return the names of the commands that only editors have."""
    return [one.name for one in COMMANDS if one.role is Role.EDITOR]


def available(*, is_editor: bool) -> list[Command]:
    """Return the commands that a person may give, in the order of the menu."""
    return [one for one in COMMANDS if one.exists_for(is_editor=is_editor)]
