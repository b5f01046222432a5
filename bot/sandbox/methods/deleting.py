"""Deleting: deleteMessage, deleteMessages, within 48 hours of being sent, by whomever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.sandbox import access
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Message
    from bot.sandbox.world import World

#: Bot API, deleteMessage; levlam: "bots can't delete messages older than 48 hours".
DELETABLE_SECONDS: Final = 48 * 3600
MOST: Final = 100


def delete_message(world: World, fields: Fields) -> bool:
    """deleteMessage."""
    chat = access.find(world, fields)
    access.inside(world, chat)
    message = access.message(chat, fields.integer("message_id"), "message to delete")
    _check(world, message)
    world.delete(message)
    return True


def delete_messages(world: World, fields: Fields) -> bool:
    """deleteMessages: those that are missing are skipped."""
    chat = access.find(world, fields)
    access.inside(world, chat)
    numbers = fields.array("message_ids", "message identifiers") or []
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > MOST:
        raise bad("too many message identifiers specified")
    known = [
        chat.messages[int(number)] for number in numbers if int(number) in chat.messages
    ]
    living = [message for message in known if not message.deleted]
    for message in living:
        _check(world, message)
    for message in living:
        world.delete(message)
    return True


def _check(world: World, message: Message) -> None:
    chat = message.chat
    own = message.sender is world.bot
    bot = world.member(chat, world.bot)
    if chat.type == "channel":
        allowed = bot.may("can_delete_messages") or (
            own and bot.may("can_post_messages")
        )
    else:
        allowed = own or chat.type == "private" or bot.may("can_delete_messages")
    if not allowed:
        raise bad("message can't be deleted")
    if world.now - message.date >= DELETABLE_SECONDS:
        raise bad("message can't be deleted for everyone")


METHODS = {"deleteMessage": delete_message, "deleteMessages": delete_messages}
