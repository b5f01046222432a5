"""The methods of the Bot API by name: each takes the world and a call's fields.

account        the bot itself
callbacks      answers to taps
chats          chats and their members
deleting       deleting messages
editing        editing messages
menus          command menus
forwarding     forwarding and copying
sending        sending messages and photos
updating       getUpdates and webhooks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.sandbox.methods import (
    account,
    callbacks,
    chats,
    deleting,
    editing,
    forwarding,
    menus,
    sending,
    updating,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from bot.sandbox.fields import Fields
    from bot.sandbox.world import World

    Method = Callable[[World, Fields], Any]
    SlowMethod = Callable[[World, Fields], Awaitable[Any]]

#: Methods that answer at once, by name in lower case: Telegram ignores the case.
METHODS: Final[dict[str, Method]] = {
    name.lower(): method
    for room in (
        account,
        callbacks,
        chats,
        deleting,
        editing,
        menus,
        forwarding,
        sending,
        updating,
    )
    for name, method in room.METHODS.items()
}
#: The method that waits.
POLL: Final = "getupdates"

__all__ = ["METHODS", "POLL", "updating"]
